/**
 * What a cell can hold, by a spreadsheet's rules: a number, a text, true or false, an error,
 * nothing (null); and ranges of these.
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

export const DIVISION = new CellError("#DIV/0!");
export const NUMBER = new CellError("#NUM!");
export const VALUE = new CellError("#VALUE!");
export const MISSING = new CellError("#N/A");
export const REFERENCE = new CellError("#REF!");
export const NAME = new CellError("#NAME?");

/** A range of values, row by row; of a reference, texts and empty cells don't count in sums. */
export class Matrix {
  constructor(height, width, cells, isReference = false) {
    Object.assign(this, { height, width, cells, isReference });
  }

  at(row, column) {
    return this.cells[row * this.width + column];
  }
}

/** Return a number that a spreadsheet can hold; throw an error for another. */
export function finite(number) {
  if (!Number.isFinite(number)) throw NUMBER;
  return number;
}

/** Return a single value as it is, or the one of a range of one cell. */
export function single(value) {
  if (value instanceof CellError) throw value;
  if (!(value instanceof Matrix)) return value;
  if (value.cells.length !== 1) throw VALUE;
  return single(value.cells[0]);
}

/** Return a value as a number: an empty cell is 0, a text none. */
export function asNumber(value) {
  const found = single(value);
  if (typeof found === "string") {
    const number = Number(found);
    if (!found.trim() || !Number.isFinite(number)) throw VALUE;
    return number;
  }
  return Number(found);
}

/** Return a value as a text, as `&` joins it. */
export function asText(value) {
  const found = single(value);
  if (typeof found === "boolean") return found ? "TRUE" : "FALSE";
  return String(found ?? "");
}

/** Return whether a condition holds. */
export function asTruth(value) {
  const found = single(value);
  if (typeof found === "string") throw VALUE;
  return Boolean(found);
}

/** Return the numbers of values: all of ranges that are numbers, and single ones made numbers. */
export function numbersIn(values) {
  return values.flatMap((value) =>
    value instanceof Matrix ? value.cells.filter(isNumberCell) : [asNumber(value)],
  );
}

function isNumberCell(cell) {
  if (cell instanceof CellError) throw cell;
  return typeof cell === "number";
}

/** Return -1, 0 or 1, as the first of two values comes before, with or after the second. */
export function compared(first, second) {
  const [left, right] = [single(first), single(second)];
  if (left === null) return right === null ? 0 : -compared(right, emptyLike(right));
  if (right === null) return compared(left, emptyLike(left));
  const ranks = ["number", "string", "boolean"];
  const [a, b] = [ranks.indexOf(typeof left), ranks.indexOf(typeof right)];
  if (a !== b) return Math.sign(a - b);
  const [x, y] = typeof left === "string" ? [folded(left), folded(right)] : [left, right];
  return x < y ? -1 : Number(x > y);
}

const emptyLike = (value) => ({ string: "", boolean: false })[typeof value] ?? 0;

const folded = (text) => text.toLowerCase();
