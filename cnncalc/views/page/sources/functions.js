/** The functions of our formulas, on values, by a spreadsheet's rules. */

import {
  asNumber,
  asText,
  compared,
  DIVISION,
  finite,
  Matrix,
  MISSING,
  NAME,
  NUMBER,
  numbersIn,
  REFERENCE,
  single,
  VALUE,
} from "./values.js";

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

function divided(left, right) {
  if (right === 0) throw DIVISION;
  return left / right;
}

function power(base, exponent) {
  if (base === 0 && exponent <= 0) throw exponent === 0 ? NUMBER : DIVISION;
  return base ** exponent;
}

/** What a sign does with two values. */
const SIGN_VALUES = {
  "+": (left, right) => finite(asNumber(left) + asNumber(right)),
  "-": (left, right) => finite(asNumber(left) - asNumber(right)),
  "*": (left, right) => finite(asNumber(left) * asNumber(right)),
  "/": (left, right) => finite(divided(asNumber(left), asNumber(right))),
  "^": (left, right) => finite(power(asNumber(left), asNumber(right))),
  "&": (left, right) => asText(left) + asText(right),
  "=": (left, right) => compared(left, right) === 0,
  "<>": (left, right) => compared(left, right) !== 0,
  "<": (left, right) => compared(left, right) < 0,
  ">": (left, right) => compared(left, right) > 0,
  "<=": (left, right) => compared(left, right) <= 0,
  ">=": (left, right) => compared(left, right) >= 0,
};

const FUNCTIONS = {
  SUM: (...values) => finite(total(numbersIn(values))),
  SUMSQ: (...values) => finite(total(numbersIn(values).map((number) => number * number))),
  SUMPRODUCT: (...values) => finite(productSum(values)),
  MAX: (...values) => extreme(numbersIn(values), Math.max),
  MIN: (...values) => extreme(numbersIn(values), Math.min),
  AVERAGE: (...values) => mean(numbersIn(values)),
  COUNT: (...values) => count(values),
  COUNTIF: (range, wanted) => range.cells.filter((cell) => isEqual(cell, single(wanted))).length,
  NPV: (rate, ...values) => presentValue(asNumber(rate), numbersIn(values)),
  EXP: (value) => finite(Math.exp(asNumber(value))),
  LN: (value) => logarithm(asNumber(value)),
  SQRT: (value) => finite(Math.sqrt(asNumber(value))),
  ABS: (value) => Math.abs(asNumber(value)),
  TANH: (value) => Math.tanh(asNumber(value)),
  INT: (value) => Math.floor(asNumber(value)),
  ISNUMBER: (value) => isNumber(value),
  AND: (...values) => values.every((value) => Boolean(asNumber(value))),
  OR: (...values) => values.some((value) => Boolean(asNumber(value))),
  INDEX: (range, row, column) => indexed(range, asNumber(row), column),
  MATCH: (wanted, range) => matched(single(wanted), range),
};

/** Of no numbers at all the largest is 0. */
const extreme = (numbers, pick) =>
  numbers.length ? numbers.reduce((found, number) => pick(found, number)) : 0;

function mean(numbers) {
  if (!numbers.length) throw DIVISION;
  return finite(total(numbers) / numbers.length);
}

function logarithm(number) {
  if (number <= 0) throw NUMBER;
  return Math.log(number);
}

function presentValue(rate, numbers) {
  let factor = 1;
  return finite(
    total(
      numbers.map((number) => {
        factor *= 1 + rate;
        return number / factor;
      }),
    ),
  );
}

function productSum(values) {
  const [first, ...rest] = values.map(asMatrix);
  if (rest.some(({ height, width }) => height !== first.height || width !== first.width))
    throw VALUE;
  return total(
    first.cells.map((cell, place) =>
      rest.reduce((product, { cells }) => product * factor(cells[place]), factor(cell)),
    ),
  );
}

/** A number as a sum of products takes it: all that is none counts as 0. */
function factor(cell) {
  const value = single(cell);
  return typeof value === "number" ? value : 0;
}

const asMatrix = (value) => (value instanceof Matrix ? value : new Matrix(1, 1, [value]));

function count(values) {
  const isIn = (cell) => typeof cell === "number";
  return values.flatMap((value) => asMatrix(value).cells.filter(isIn)).length;
}

const isNumber = (value) => {
  const { cells } = asMatrix(value);
  return typeof cells[0] === "number" && cells.length === 1;
};

const isEqual = (cell, wanted) => typeof cell === typeof wanted && compared(cell, wanted) === 0;

function matched(wanted, range) {
  const found = range.cells.findIndex((cell) => isEqual(cell, wanted));
  if (found < 0) throw MISSING;
  return found + 1;
}

/** A cell of a range, or of its column 0 a whole row; a list needs no column. */
function indexed(range, row, column) {
  const isList = column === undefined && range.height === 1;
  const down = isList ? 1 : Math.trunc(row);
  const across = isList ? Math.trunc(row) : Math.trunc(column === undefined ? 1 : asNumber(column));
  if (down < 1 || down > range.height || across < 0 || across > range.width) throw REFERENCE;
  if (across > 0) return new Matrix(1, 1, [range.at(down - 1, across - 1)], true);
  const first = (down - 1) * range.width;
  return new Matrix(1, range.width, range.cells.slice(first, first + range.width), true);
}

/** Return what a function makes of values; throw an error where it can't. */
export function call(name, values) {
  if (!Object.hasOwn(FUNCTIONS, name)) throw NAME;
  return FUNCTIONS[name](...values);
}

/** Return what a sign makes of two values; throw an error where it can't. */
export const operate = (sign, left, right) => SIGN_VALUES[sign](left, right);
