/**
 * A calculation as it stands on the page: stages of slices of blocks of cells.
 *
 * All cells of a flow lie one after the other in one row of numbers; a slice begins there at its
 * `first`, and a cell is found at `first + row * width + column`.
 */

export class Flow {
  #homes = new Map(); // of a slice, which block each cell is in

  /**
   * @param {object} record a flow of the document
   * @param {number} number its place among them
   * @param {string[]} templates the formulas' templates
   */
  constructor(record, number, templates) {
    const { title, note, settings, runs, calculation, highest, entries } = record;
    Object.assign(this, { number, title, note, settings, runs, templates });
    Object.assign(this, { calculation, highest, entries: entries ?? [] });
    this.columns = record.columns.map(([name, call, size]) => ({ name, call, size }));
    this.lanes = record.lanes.map(([heading, direction, step, sample]) => ({
      title: heading,
      direction,
      step,
      sample,
    }));
    this.curves = record.curves.map(([heading, stage, most]) => ({ title: heading, stage, most }));
    this.slices = [];
    this.size = 0;
    this.stages = record.stages.map((stage, place) => this.#stage(stage, place));
    this.blocks = this.slices.flatMap((slice) => slice.blocks);
  }

  /** The slice of a number. */
  sliceOf(number) {
    return this.slices[number];
  }

  /** The stage that a slice, given by its number, belongs to. */
  stageOf(number) {
    return this.stages[this.slices[number].stage];
  }

  /** The block that holds a cell, or undefined. */
  blockAt(slice, row, column) {
    const found = this.slices[slice];
    if (!found || !holds({ ...found, row: 0, column: 0 }, row, column)) return undefined;
    if (!this.#homes.has(slice)) this.#homes.set(slice, homesIn(found));
    return found.blocks[this.#homes.get(slice)[row * found.width + column]];
  }

  /** Where a cell's number is kept. */
  place(slice, row, column) {
    const { first, width } = this.slices[slice];
    return first + row * width + column;
  }

  #stage(record, number) {
    const slices = record.slices.map((slice) => this.#slice(slice, number));
    return { ...record, number, slices };
  }

  #slice([index, tile, place, caption, records], stage) {
    const number = this.slices.length;
    const blocks = records.map((block) => readBlock(block, number));
    const height = Math.max(0, ...blocks.map((block) => block.row + block.height));
    const width = Math.max(0, ...blocks.map((block) => block.column + block.width));
    const first = this.size;
    const slice = { number, stage, index, tile, place, caption, blocks, height, width, first };
    this.size += height * width;
    this.slices.push(slice);
    return slice;
  }
}

/** Of each cell of a slice, which of its blocks it is in; -1 for none. */
function homesIn({ height, width, blocks }) {
  const homes = new Int32Array(height * width).fill(-1);
  for (const [number, block] of blocks.entries()) {
    for (let row = block.row; row < block.row + block.height; row += 1) {
      const start = row * width + block.column;
      homes.fill(number, start, start + block.width);
    }
  }
  return homes;
}

/** Tell whether a rectangle holds a cell. */
export const holds = (box, row, column) =>
  row >= box.row &&
  row < box.row + box.height &&
  column >= box.column &&
  column < box.column + box.width;

/** The cells of a rectangle, row by row, as `[row, column]`. */
export const cellsOf = ({ row, column, height, width }) =>
  Array.from({ length: height * width }, (_, cell) => [
    row + Math.floor(cell / width),
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
  const [isSame, ...same] =
    formula && formula[0] === "same" ? [true, ...formula.slice(1)] : [false];
  const tile = formula && !isSame ? readTile(formula) : null;
  return { slice, row, column, height, width, role, tile, same: isSame ? same : null };
}

function readTile(formula) {
  if (formula[0] !== "tiled") {
    return { rows: 1, columns: 1, formulas: [readFormula(formula)] };
  }
  const [, rows, columns, formulas] = formula;
  return { rows, columns, formulas: formulas.map(readFormula) };
}

function readFormula([template, ...references]) {
  return { template, references: references.map(readReference) };
}

function readReference([slice, row, column, height, width, ...steps]) {
  const [downRows = 0, downColumns = 0, acrossRows = 0, acrossColumns = 0] = steps;
  const reference = { slice, row, column, height, width };
  return Object.assign(reference, { downRows, downColumns, acrossRows, acrossColumns });
}

/**
 * The formula of one cell of a block, with the regions that it reads there.
 *
 * @param {object} block a block with formulas
 * @param {number} row the cell's row in its slice
 * @param {number} column its column there
 * @returns {{template: number, regions: {slice: number, row: number, column: number,
 *   height: number, width: number}[]}}
 */
export function formulaAt(block, row, column) {
  const { rows, columns, formulas } = block.tile;
  const down = row - block.row;
  const across = column - block.column;
  const { template, references } = formulas[(down % rows) * columns + (across % columns)];
  const steps = [Math.floor(down / rows), Math.floor(across / columns)];
  return { template, regions: references.map((reference) => regionAt(reference, ...steps)) };
}

/** What a reference stands for, so many steps down and across from a block's first formula. */
export const regionAt = (reference, down, across) => ({
  slice: reference.slice,
  row: reference.row + down * reference.downRows + across * reference.acrossRows,
  column: reference.column + down * reference.downColumns + across * reference.acrossColumns,
  height: reference.height,
  width: reference.width,
});
