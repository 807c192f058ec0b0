/**
 * The signs and functions of our formulas, by a spreadsheet's rules.
 *
 * A value is a function of no arguments, which returns it or throws a `CellError`.
 */

import { asNumber, CellError, compared, FAIL, finite } from "./values.js";

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
  "=": comparison((order) => order === 0),
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

/** Other functions: of their arguments as values, and the frame and places of those that are ranges. */
export const FUNCTIONS = {
  IF([condition, then, otherwise]) {
    return () => (asNumber(condition()) ? then() : otherwise());
  },
  AND: (values) => () => values.every((value) => asNumber(value())),
  ISNUMBER([value]) {
    return () => typeof value() === "number";
  },
  COUNTIF([, wanted], frame, [range]) {
    return () => frame.values(range).filter(isLike(wanted())).length;
  },
  MATCH([wanted], frame, [, range]) {
    return () => frame.values(range).findIndex(isLike(wanted())) + 1 || FAIL.missing();
  },
  INDEX([, place], frame, [range]) {
    return () => {
      const found = frame.values(range)[Math.trunc(asNumber(place())) - 1];
      if (found === undefined) FAIL.reference();
      if (found instanceof CellError) throw found;
      return found;
    };
  },
};

/** Tell of cells whether they are of one kind with a value, and equal to it. */
const isLike = (value) => (cell) => typeof cell === typeof value && compared(cell, value) === 0;
