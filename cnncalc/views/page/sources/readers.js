/** Which numbers are made of a number. */

import { cellsOf, formulaAt, holds } from "./flow.js";

const MOST_FOUND = 2_000;

/**
 * Find the cells whose formulas read a cell.
 *
 * @param {import("./calculation.js").Calculation} calculation
 * @param {{slice: number, row: number, column: number}} cell
 * @returns {{cells: {slice: number, row: number, column: number}[], total: number}} the first of
 *   them, and how many there are
 */
export function readersOf(calculation, { slice, row, column }) {
  const isNear = (reference) => reference.slice === slice;
  const isRead = (region) => holds(region, row, column);
  const cells = calculation.readingBlocks({ slice, row, column }).flatMap(([block, box]) =>
    cellsOf(box)
      .filter((cell) => formulaAt(block, ...cell, isNear).regions.some(isRead))
      .map((cell) => ({ slice: block.slice, row: cell[0], column: cell[1] })),
  );
  return { cells: cells.slice(0, MOST_FOUND), total: cells.length };
}
