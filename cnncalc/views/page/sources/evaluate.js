/**
 * Works a formula out with care: empty cells, texts and errors, ranges of several rows.
 *
 * It is slow, and needed only where `compile.js` finds something else than numbers.
 */

import { call, operate } from "./functions.js";
import { asTruth, CellError, Matrix, VALUE } from "./values.js";

/**
 * Return the value of a tree; an error is a value, too.
 *
 * @param {object} tree a formula's
 * @param {(place: number) => Matrix} read returns what a reference stands for
 * @returns {number | string | boolean | null | CellError | Matrix}
 */
export const evaluate = (tree, read) => attempt(() => EVALUATE[tree.type](tree, read));

/** Return what comes of some work; an error of a cell, too. */
function attempt(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof CellError) return error;
    throw error;
  }
}

/** Return a tree's value as a cell holds it: an empty one is 0 there, a truth a number. */
export function cellValue(tree, read) {
  const found = evaluate(tree, read);
  const value = found instanceof Matrix ? found.cells[0] : found;
  return value === null || typeof value === "boolean" ? Number(value) : value;
}

const EVALUATE = {
  number: (tree) => tree.value,
  text: (tree) => tree.value,
  reference: (tree, read) => read(tree.place),
  array: ({ rows }) => new Matrix(rows.length, rows[0].length, rows.flat()),
  negation: (tree, read) => broadcast((value) => operate("-", 0, value), evaluate(tree.part, read)),
  operation: ({ sign, left, right }, read) =>
    broadcast((a, b) => operate(sign, a, b), evaluate(left, read), evaluate(right, read)),
  call: (tree, read) =>
    tree.name === "IF"
      ? chosen(tree, read)
      : call(
          tree.name,
          tree.parts.map((p) => evaluate(p, read)),
        ),
};

function chosen({ parts: [condition, then, otherwise] }, read) {
  return evaluate(asTruth(evaluate(condition, read)) ? then : otherwise, read);
}

/** Do something with single values, or with all values of ranges, the shorter ones repeated. */
function broadcast(work, ...values) {
  const ranges = values.map((value) =>
    value instanceof Matrix ? value : new Matrix(1, 1, [value]),
  );
  const height = Math.max(...ranges.map((range) => range.height));
  const width = Math.max(...ranges.map((range) => range.width));
  if (height * width === 1) return work(...ranges.map((range) => range.cells[0]));
  const cells = Array.from({ length: height * width }, (_, cell) =>
    attempt(() =>
      work(...ranges.map((range) => repeated(range, Math.floor(cell / width), cell % width))),
    ),
  );
  return new Matrix(height, width, cells);
}

function repeated(range, row, column) {
  const down = range.height === 1 ? 0 : row;
  const across = range.width === 1 ? 0 : column;
  if (down >= range.height || across >= range.width) throw VALUE;
  return range.at(down, across);
}
