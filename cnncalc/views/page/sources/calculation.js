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

import { cellValue, compile, Frame } from "./compile.js";
import { formulaAt } from "./flow.js";
import { orderBlocks } from "./order.js";
import { parseTemplate } from "./parse.js";

// The roles of cells that a user may type over.
const ENTERED = ["pixels", "weights", "name", "choice"];

export class Calculation {
  #frame;
  #templates = new Map();
  #jobs = new Map();
  #order;
  #readers;
  #stale;
  #blanks;

  /**
   * @param {import("./flow.js").Flow} flow
   * @param {[number, number | string][]} inputs the values of the cells without a formula
   * @param {object | null} worksheet where there is one, answers alone may be typed, as far as they
   *   are blanks
   */
  constructor(flow, inputs, worksheet = null) {
    this.cells = new Float64Array(flow.size).fill(NaN);
    Object.assign(this, { flow, isWorksheet: Boolean(worksheet) });
    const formulas = flow.blocks.flatMap(({ tile }) => tile?.formulas ?? []);
    const most = formulas.reduce((found, { references }) => Math.max(found, references.length), 0);
    this.#frame = new Frame(this.cells, new Map(), most);
    ({ order: this.#order, readers: this.#readers } = orderBlocks(flow));
    this.#blanks = new Set(inputs.flatMap(([place, value]) => (Number.isNaN(value) ? place : [])));
    for (const [place, value] of inputs) this.#write(place, value);
    this.#stale = new Set(this.#order);
    this.recalculate();
  }

  value(slice, row, column) {
    return this.#frame.read(this.flow.place(slice, row, column));
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
    const stale = this.#stale;
    const changed = new Set(Array.from(stale, ({ slice }) => slice));
    const spread = (block) => {
      for (const reader of this.#readers.get(block)) stale.add(reader);
    };
    [...stale].filter(({ tile }) => !tile).forEach(spread);
    for (const block of this.#order) {
      if (!stale.has(block) || !this.#calculate(block)) continue;
      changed.add(block.slice);
      spread(block);
    }
    stale.clear();
    return changed;
  }

  /** Write a value, and tell whether it is another one. */
  #write(place, value) {
    const before = this.#frame.read(place);
    const isNumber = typeof value === "number";
    this.cells[place] = isNumber ? value : NaN;
    if (!isNumber) this.#frame.others.set(place, value);
    return before !== value;
  }

  #template(number) {
    if (!this.#templates.has(number)) {
      const tree = parseTemplate(this.flow.templates[number]);
      this.#templates.set(number, { tree, run: compile(tree, this.#frame) });
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
  #jobsOf({ slice, row, column, height, width, tile }) {
    const { rows, columns, formulas } = tile;
    const stride = this.flow.slices[slice].width;
    return formulas.map(({ template, references }, number) => {
      const [top, left] = [Math.floor(number / columns), number % columns];
      return {
        run: this.#template(template).run,
        references: references.map((reference) => this.#flat(reference)),
        rows: Math.ceil((height - top) / rows),
        columns: Math.ceil((width - left) / columns),
        first: this.flow.place(slice, row + top, column + left),
        down: rows * stride,
        across: columns,
      };
    });
  }

  /** A reference as places: where it begins, and how far it moves. */
  #flat(reference) {
    const { slice, row, column, height, width } = reference;
    const stride = this.flow.slices[slice].width;
    const first = this.flow.place(slice, row, column);
    const down = reference.downRows * stride + reference.downColumns;
    const across = reference.acrossRows * stride + reference.acrossColumns;
    return { first, down, across, height, width, stride };
  }

  #run({ run, references, first, down, across, rows, columns }) {
    const { at } = this.#frame;
    const count = references.length;
    for (let k = 0; k < count; k += 1) this.#frame.enter(k, references[k]);
    let isChanged = false;
    for (let row = 0; row < rows; row += 1) {
      for (let k = 0; k < count; k += 1) at[k] = references[k].first + row * references[k].down;
      for (let column = 0; column < columns; column += 1) {
        if (this.#cell(run, first + row * down + column * across)) isChanged = true;
        for (let k = 0; k < count; k += 1) at[k] += references[k].across;
      }
    }
    return isChanged;
  }

  #cell(run, place) {
    const value = cellValue(run);
    if (typeof value !== "number") return this.#write(place, value);
    const isChanged = this.cells[place] !== value;
    this.cells[place] = value;
    return isChanged;
  }
}
