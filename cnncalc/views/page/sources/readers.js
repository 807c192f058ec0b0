/** Which numbers are made of a number. */

import { boxOf, holds, regionAt } from "./flow.js";

const MOST_FOUND = 2_000;

/**
 * Find the cells whose formulas read a cell.
 *
 * @param {import("./calculation.js").Calculation} calculation
 * @param {{slice: number, row: number, column: number}} cell
 * @returns {{cells: {slice: number, row: number, column: number}[], total: number}} the first of
 *   them, and how many there are
 */
export function readersOf(calculation, cell) {
  const found = { cells: [], total: 0 };
  for (const block of calculation.readingBlocks(cell)) addReaders(block, cell, found);
  return found;
}

function addReaders(block, cell, found) {
  const { rows, columns, formulas } = block.tile;
  formulas.forEach(({ references }, number) => {
    const reading = references.filter(
      (reference) =>
        reference.slice === cell.slice && holds(boxOf(reference, block), cell.row, cell.column),
    );
    if (!reading.length) return;
    const start = [Math.floor(number / columns), number % columns];
    for (let row = start[0]; row < block.height; row += rows) {
      for (let column = start[1]; column < block.width; column += columns) {
        const steps = [Math.floor(row / rows), Math.floor(column / columns)];
        if (!reading.some((reference) => reads(reference, steps, cell))) continue;
        found.total += 1;
        if (found.cells.length >= MOST_FOUND) continue;
        found.cells.push({
          slice: block.slice,
          row: block.row + row,
          column: block.column + column,
        });
      }
    }
  });
}

const reads = (reference, steps, { row, column }) =>
  holds(regionAt(reference, ...steps), row, column);
