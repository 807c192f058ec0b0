/**
 * The signs and functions of our formulas, by a spreadsheet's rules.
 *
 * A value is a function of no arguments, which returns it or throws a `CellError`.
 */

import { asNumber, asText, compared, FAIL, finite } from "./values.js";

const divided = (left, right) => (right === 0 ? FAIL.division() : left / right);

const power = (base, exponent) =>
  base || exponent > 0 ? base ** exponent : exponent ? FAIL.division() : FAIL.number();

const comparison = (holds) => (left, right) => () => holds(compared(left(), right()));

/** What a sign makes of two values. */
export const SIGNS = {
  "-": (left, right) => () => finite(asNumber(left()) - asNumber(right())),
  "*": (left, right) => () => finite(asNumber(left()) * asNumber(right())),
  "/": (left, right) => () => finite(divided(asNumber(left()), asNumber(right()))),
  "^": (left, right) => () => finite(power(asNumber(left()), asNumber(right()))),
  "&": (left, right) => () => asText(left()) + asText(right()),
  "=": comparison((order) => order === 0),
  "<>": comparison((order) => order !== 0),
  "<": comparison((order) => order < 0),
  ">": comparison((order) => order > 0),
  "<=": comparison((order) => order <= 0),
  ">=": comparison((order) => order >= 0),
};

/** Functions of one number; what is no number is an error. */
export const OF_ONE = {
  ABS: Math.abs,
  EXP: Math.exp,
  INT: Math.floor,
  LN: Math.log,
  SQRT: Math.sqrt,
  TANH: Math.tanh,
};

export const plus = (sum, number) => sum + number;
export const larger = (most, number) => Math.max(most, number);
const orNothing = (found) => (Number.isFinite(found) ? found : 0);

/** Functions of all numbers of ranges: what they begin with, how they go on, and how they end. */
export const FOLDS = {
  SUM: [0, plus],
  SUMSQ: [0, (sum, number) => sum + number * number],
  AVERAGE: [0, plus, divided],
  COUNT: [0, (count) => count + 1],
  MAX: [Number.NEGATIVE_INFINITY, larger, orNothing],
  MIN: [Infinity, (least, number) => Math.min(least, number), orNothing],
};

const test = (value) => Boolean(asNumber(value()));

/** Other functions: of their arguments as values, and the frame and places of those that are ranges. */
export const FUNCTIONS = {
  IF([condition, then, otherwise]) {
    return () => (test(condition) ? then() : otherwise());
  },
  AND: (values) => () => values.every(test),
  OR: (values) => () => values.some(test),
  ISNUMBER([value]) {
    return () => typeof value() === "number";
  },
  COUNTIF([, wanted], frame, [range]) {
    return () => frame.values(range).filter(isLike(wanted())).length;
  },
  MATCH([wanted], frame, [, range]) {
    return () => frame.values(range).findIndex(isLike(wanted())) + 1 || FAIL.missing();
  },
  INDEX([, row, column], frame, [range]) {
    return () => {
      const place = Math.trunc(asNumber(row()));
      const [height, width] = [frame.heights[range], frame.widths[range]];
      // A list needs no column; column 0 is a whole row, of which an array formula takes each cell.
      const across = column ? asNumber(column()) || frame.column + 1 : 1;
      const [down, right] = !column && height === 1 ? [1, place] : [place, across];
      if (down < 1 || down > height || right < 1 || right > width) FAIL.reference();
      return frame.value(frame.at[range] + (down - 1) * frame.strides[range] + right - 1);
    };
  },
};

/** Tell of cells whether they are of one kind with a value, and equal to it. */
const isLike = (value) => (cell) => typeof cell === typeof value && compared(cell, value) === 0;
