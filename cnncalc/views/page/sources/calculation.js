/**
 * The numbers of a flow, and how they follow from its inputs.
 *
 *   const calculation = new Calculation(flow, inputs);   // as decodeDocument returns them
 *   calculation.value(slice, row, column)     number | string | CellError (its `error`: "#N/A") | null
 *   calculation.isInput(slice, row, column)   whether a user may type there (of a worksheet: a blank)
 *   calculation.isPadding(slice, row, column)
 *   calculation.set(slice, row, column, value)    does not recalculate yet
 *   calculation.recalculate()    the numbers (a Set) of the slices whose values have changed
 *   calculation.formula(slice, row, column)   {tree, regions} of a cell, or null
 *   calculation.readingBlocks(cell)    the blocks, but unseen ones, that read of a cell's block
 *   calculation.cells, calculation.flow       all numbers (NaN for what is none); the Flow
 */

import { compile, Frame } from "./compile.js";
import { cellValue } from "./evaluate.js";
import { formulaAt } from "./flow.js";
import { orderBlocks } from "./order.js";
import { parseTemplate } from "./parse.js";
import { Matrix } from "./values.js";

// The roles of cells that a user may type over.
const ENTERED = ["pixels", "weights", "name", "choice"];

export class Calculation {
  #others = new Map(); // texts and errors, by their places
  #frame;
  #templates = new Map();
  #jobs = new Map();
  #order;
  #readers;
  #stale = new Set();
  #blanks;

  /**
   * @param {import("./flow.js").Flow} flow
   * @param {[number, number | string][]} inputs the values of the cells without a formula
   * @param {boolean} isWorksheet whether answers alone may be typed, where there are blanks
   */
  constructor(flow, inputs, isWorksheet = false) {
    this.flow = flow;
    this.isWorksheet = isWorksheet;
    this.cells = new Float64Array(flow.size).fill(NaN);
    const counts = flow.blocks.flatMap(({ tile }) => tile?.formulas ?? []);
    const most = counts.reduce((found, { references }) => Math.max(found, references.length), 0);
    this.#frame = new Frame(this.cells, most);
    ({ order: this.#order, readers: this.#readers } = orderBlocks(flow));
    this.#blanks = new Set(
      inputs.filter(([, value]) => Number.isNaN(value)).map(([place]) => place),
    );
    for (const [place, value] of inputs) this.#write(place, value);
    for (const block of this.#order) this.#stale.add(block);
    this.recalculate();
  }

  value(slice, row, column) {
    return this.#read(this.flow.place(slice, row, column));
  }

  isInput(slice, row, column) {
    const role = this.flow.blockAt(slice, row, column)?.role;
    if (!this.isWorksheet) return ENTERED.includes(role);
    const isAnswer = role === "answer" && !this.flow.stageOf(slice).hidden;
    return isAnswer && this.#blanks.has(this.flow.place(slice, row, column));
  }

  isPadding(slice, row, column) {
    return this.flow.blockAt(slice, row, column)?.role === "padding";
  }

  formula(slice, row, column) {
    const block = this.flow.blockAt(slice, row, column);
    if (!block?.tile) return null;
    const { template, regions } = formulaAt(block, row, column);
    return { tree: this.#template(template).tree, regions };
  }

  readingBlocks({ slice, row, column }) {
    const readers = this.#readers.get(this.flow.blockAt(slice, row, column)) ?? [];
    return readers.filter((block) => !this.flow.stageOf(block.slice).hidden);
  }

  set(slice, row, column, value) {
    if (!this.#write(this.flow.place(slice, row, column), value)) return;
    this.#stale.add(this.flow.blockAt(slice, row, column));
  }

  recalculate() {
    const changed = new Set([...this.#stale].map(({ slice }) => slice));
    this.#spread([...this.#stale].filter(({ tile }) => !tile));
    for (const block of this.#order) {
      if (!this.#stale.has(block) || !this.#calculate(block)) continue;
      changed.add(block.slice);
      this.#spread([block]);
    }
    this.#stale.clear();
    return changed;
  }

  #spread(blocks) {
    for (const block of blocks) {
      for (const reader of this.#readers.get(block)) this.#stale.add(reader);
    }
  }

  #read(place) {
    const number = this.cells[place];
    return Number.isNaN(number) ? (this.#others.get(place) ?? null) : number;
  }

  /** Write a value, and tell whether it is another one. */
  #write(place, value) {
    if (typeof value === "number") {
      const isSame = Object.is(this.cells[place], value) || this.cells[place] === value;
      this.cells[place] = value;
      return !isSame;
    }
    const isSame = this.#read(place) === value;
    this.cells[place] = NaN;
    this.#others.set(place, value);
    return !isSame;
  }

  #template(number) {
    if (!this.#templates.has(number)) {
      const tree = parseTemplate(this.flow.templates[number]);
      this.#templates.set(number, { tree, compiled: compile(tree, this.#frame) });
    }
    return this.#templates.get(number);
  }

  #calculate(block) {
    if (!this.#jobs.has(block)) this.#jobs.set(block, this.#jobsOf(block));
    let isChanged = false;
    for (const job of this.#jobs.get(block)) isChanged = this.#run(job) || isChanged;
    return isChanged;
  }

  /** What there is to do for a block: for each formula of its tile, all of its cells. */
  #jobsOf(block) {
    const { rows, columns, formulas } = block.tile;
    return formulas.map((formula, number) =>
      this.#job(block, formula, Math.floor(number / columns), number % columns, { rows, columns }),
    );
  }

  #job(block, formula, row, column, tile) {
    const { width } = this.flow.sliceOf(block.slice);
    const { tree, compiled } = this.#template(formula.template);
    const references = formula.references.map((reference) => this.#flat(reference));
    const isNumeric = compiled && [...compiled.cells].every((place) => references[place].isCell);
    return {
      tree,
      run: isNumeric ? compiled.run : null,
      references,
      rows: Math.ceil((block.height - row) / tile.rows),
      columns: Math.ceil((block.width - column) / tile.columns),
      first: this.flow.place(block.slice, block.row + row, block.column + column),
      down: tile.rows * width,
      across: tile.columns,
    };
  }

  /** A reference as places: where it begins, and how far it moves. */
  #flat(reference) {
    const { slice, row, column, height, width } = reference;
    const stride = this.flow.sliceOf(slice).width;
    return {
      first: this.flow.place(slice, row, column),
      down: reference.downRows * stride + reference.downColumns,
      across: reference.acrossRows * stride + reference.acrossColumns,
      height,
      width,
      stride,
      isCell: height === 1 && width === 1,
    };
  }

  #run(job) {
    const { references, first, down, across, rows, columns } = job;
    const { at } = this.#frame;
    const count = references.length;
    this.#enter(references);
    let isChanged = false;
    for (let row = 0; row < rows; row += 1) {
      for (let k = 0; k < count; k += 1) at[k] = references[k].first + row * references[k].down;
      for (let column = 0; column < columns; column += 1) {
        if (this.#cell(job, first + row * down + column * across)) isChanged = true;
        for (let k = 0; k < count; k += 1) at[k] += references[k].across;
      }
    }
    return isChanged;
  }

  #enter(references) {
    const { heights, widths, strides } = this.#frame;
    references.forEach(({ height, width, stride }, place) => {
      heights[place] = height;
      widths[place] = width;
      strides[place] = stride;
    });
  }

  #cell(job, place) {
    const number = job.run === null ? NaN : job.run();
    if (!Number.isFinite(number)) {
      const value = cellValue(job.tree, (reference) => this.#range(reference));
      return this.#write(place, value);
    }
    const isChanged = this.cells[place] !== number;
    this.cells[place] = number;
    return isChanged;
  }

  /** What a reference of the formula that is worked out stands for. */
  #range(place) {
    const { at, heights, widths, strides } = this.#frame;
    const [height, width] = [heights[place], widths[place]];
    const cells = Array.from({ length: height * width }, (_, cell) =>
      this.#read(at[place] + Math.floor(cell / width) * strides[place] + (cell % width)),
    );
    return new Matrix(height, width, cells, true);
  }
}
