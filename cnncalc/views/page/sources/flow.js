/**
 * A calculation as it stands on the page: stages of slices of blocks of cells.
 *
 * All cells of a flow lie one after the other in one row of numbers; a slice begins there at its
 * `first`, and a cell is found at `first + row * width + column`.
 */

import { ceil, floor, max, min } from "./geometry.js";

export class Flow {
  // Of a slice, which block each cell is in.
  #homes = new Map();

  /**
   * @param {object} record a flow of the document
   * @param {number} number its place among them
   * @param {string[]} templates the formulas' templates
   */
  constructor(record, number, templates) {
    Object.assign(this, {
      entries: [],
      sorts: [],
      ...record,
      number,
      templates,
      slices: [],
      size: 0,
    });
    this.stages = record.stages.map((stage, place) => {
      const slices = stage.slices.map((slice) => this.#slice(slice, place));
      return { ...this.sorts[stage.sort], ...stage, number: place, slices };
    });
    this.blocks = this.slices.flatMap((slice) => slice.blocks);
  }

  /** The stage that a slice, given by its number, belongs to. */
  stageOf(number) {
    return this.stages[this.slices[number].stage];
  }

  /** Tell whether there is such a cell. */
  has({ slice, row, column }) {
    const found = this.slices[slice];
    return Boolean(found) && holds({ ...found, row: 0, column: 0 }, row, column);
  }

  /** The block that holds a cell, or undefined. */
  blockAt(slice, row, column) {
    if (!this.has({ slice, row, column })) return undefined;
    const { height, width, blocks } = this.slices[slice];
    if (!this.#homes.has(slice)) {
      const homes = Array(height * width);
      for (const block of blocks) for (const [y, x] of cellsOf(block)) homes[y * width + x] = block;
      this.#homes.set(slice, homes);
    }
    return this.#homes.get(slice)[row * width + column];
  }

  /** Where a cell's number is kept. */
  place(slice, row, column) {
    const { first, width } = this.slices[slice];
    return first + row * width + column;
  }

  #slice([index, tile, place, caption, records], stage) {
    const number = this.slices.length;
    const blocks = records.map((block) => readBlock(block, number));
    const height = max(0, ...blocks.map((block) => block.row + block.height));
    const width = max(0, ...blocks.map((block) => block.column + block.width));
    const slice = { number, stage, index, tile, place, caption, blocks, height, width };
    slice.first = this.size;
    this.size += height * width;
    this.slices.push(slice);
    return slice;
  }
}

/** Tell whether two rectangles have a cell in common. */
export const overlaps = (one, other) =>
  one.row < other.row + other.height &&
  other.row < one.row + one.height &&
  one.column < other.column + other.width &&
  other.column < one.column + one.width;

/** Tell whether a rectangle holds a cell. */
export const holds = (box, row, column) => overlaps(box, { row, column, height: 1, width: 1 });

/** The cells of a rectangle, row by row, as `[row, column]`. */
export const cellsOf = ({ row, column, height, width }) =>
  Array.from({ length: height * width }, (_, cell) => [
    row + floor(cell / width),
    column + (cell % width),
  ]);

/** A list cut into rows of a width. */
export const inRows = (list, width) =>
  Array.from({ length: list.length / width }, (_, row) =>
    list.slice(row * width, (row + 1) * width),
  );

/**
 * A block; its formulas repeat every `tile.rows` and `tile.columns` cells, mostly every cell. What
 * is entered may be the `same` as in the first flow, in a slice from a row and a column on.
 */
function readBlock([row, column, height, width, role, formula], slice) {
  const block = { slice, row, column, height, width, role, tile: null, same: null };
  if (formula[0] === "same") {
    const [, first, top, left] = formula;
    return { ...block, same: { slice: first, row: top, column: left } };
  }
  if (formula === 0) return block;
  const isTiled = formula[0] === "tiled";
  const [, rows, columns, formulas] = isTiled ? formula : ["tiled", 1, 1, [formula]];
  return { ...block, tile: { rows, columns, formulas: formulas.map(readFormula) } };
}

function readFormula([template, ...references]) {
  return { template, references: references.map(readReference) };
}

/** A region, and how many rows and columns it moves with each step down and across in its block. */
function readReference([slice, row, column, height, width, ...steps]) {
  const [downRows = 0, downColumns = 0, acrossRows = 0, acrossColumns = 0] = steps;
  return { slice, row, column, height, width, downRows, downColumns, acrossRows, acrossColumns };
}

/**
 * The formula of one cell of a block, with the regions that it reads there.
 *
 * @param {object} block a block with formulas
 * @param {number} row the cell's row in its slice
 * @param {number} column its column there
 * @param {(reference: object) => boolean} isWanted tells which references' regions are wanted
 * @returns {{template: number, regions: {slice: number, row: number, column: number,
 *   height: number, width: number}[]}}
 */
export function formulaAt(block, row, column, isWanted = () => true) {
  const { rows, columns, formulas } = block.tile;
  const [down, across] = [row - block.row, column - block.column];
  const { template, references } = formulas[(down % rows) * columns + (across % columns)];
  const steps = [floor(down / rows), floor(across / columns)];
  const regions = references.filter(isWanted).map((reference) => regionAt(reference, ...steps));
  return { template, regions };
}

/** What a reference stands for, so many steps down and across from a block's first formula. */
export function regionAt(reference, down, across) {
  const { slice, height, width, downRows, downColumns, acrossRows, acrossColumns } = reference;
  const row = reference.row + down * downRows + across * acrossRows;
  const column = reference.column + down * downColumns + across * acrossColumns;
  return { slice, row, column, height, width };
}

/** All that a reference stands for in any cell of its block. */
export function boxOf(reference, { height, width, tile }) {
  const down = ceil(height / tile.rows) - 1;
  const across = ceil(width / tile.columns) - 1;
  const corners = [0, down].flatMap((row) => [0, across].map((at) => regionAt(reference, row, at)));
  const [rows, columns] = ["row", "column"].map((name) => corners.map((corner) => corner[name]));
  const [row, column] = [min(...rows), min(...columns)];
  return {
    ...{ row, column },
    height: max(...rows) - row + reference.height,
    width: max(...columns) - column + reference.width,
  };
}
