/**
 * What a cell can hold, by a spreadsheet's rules: a number, a text, true or false, an error,
 * nothing (null).
 */

/** An error as a cell shows it, such as #DIV/0!; it is thrown where it comes about. */
export class CellError {
  constructor(code) {
    this.error = code;
  }

  toString() {
    return this.error;
  }
}

const errorOf = (code) => () => {
  throw new CellError(code);
};

/** Functions that throw an error of a cell. */
export const FAIL = {
  division: errorOf("#DIV/0!"),
  number: errorOf("#NUM!"),
  value: errorOf("#VALUE!"),
  missing: errorOf("#N/A"),
  reference: errorOf("#REF!"),
  name: errorOf("#NAME?"),
};

/** Return a number that a spreadsheet can hold; throw an error for another. */
export const finite = (number) => (number - number === 0 ? number : FAIL.number());

/** Return a value as a number: an empty cell is 0, a text none. */
export const asNumber = (value) => (typeof value === "number" ? value : converted(value));

function converted(value) {
  const isText = typeof value === "string";
  return isText && !(value.trim() && Number.isFinite(Number(value))) ? FAIL.value() : Number(value);
}

/** Return less than 0, 0 or more, as the first of two values comes before, with or after the second. */
export function compared(first, second) {
  if (typeof first === "number" && typeof second === "number") return first - second;
  const [left, right] = [
    first ?? EMPTY_LIKE[typeof second] ?? 0,
    second ?? EMPTY_LIKE[typeof first] ?? 0,
  ];
  if (typeof left !== typeof right) return RANKS[typeof left] - RANKS[typeof right];
  return lowerCase(left) < lowerCase(right) ? -1 : Number(lowerCase(left) > lowerCase(right));
}

const RANKS = { number: 0, string: 1, boolean: 2 };

// What an empty cell is like beside a value.
const EMPTY_LIKE = { number: 0, string: "", boolean: false };

const lowerCase = (value) => (typeof value === "string" ? value.toLowerCase() : value);
