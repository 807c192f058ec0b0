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
 *   calculation.readingBlocks(cell)    the blocks, but unseen ones, that may read a cell, each with
 *                                      the box of their cells that may
 *   calculation.cells, calculation.flow       all numbers (NaN for what is none); the Flow
 */

import { cellValue, compile, Frame } from "./compile.js";
import { formulaAt } from "./flow.js";
import { orderBlocks } from "./order.js";
import { parseTemplate } from "./parse.js";

// The roles of cells that a user may type over.
const ENTERED = ["pixels", "weights", "name", "choice"];
// Of a larger block only those cells are calculated that a change reaches.
const SMALL = 64;
// Steps, from the first formula of a block or of its tile, to the first and the last of some cells.
const ALL_STEPS = { top: 0, left: 0, bottom: Infinity, right: Infinity };

export class Calculation {
  #frame;
  #templates = new Map();
  #jobs = new Map();
  #order;
  #readers;
  // Of the blocks that were typed into, the steps to these cells.
  #typed = new Map();
  #blanks = new Set();

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
    for (const [place, value] of inputs) {
      if (Number.isNaN(value)) this.#blanks.add(place);
      else this.#write(place, value);
    }
    for (const block of this.#order) this.#calculate(block, ALL_STEPS);
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
    const source = this.flow.blockAt(slice, row, column);
    if (!source) return [];
    const steps = stepsOf(source, row, column);
    return this.#readers.get(source).flatMap((block) => {
      const found = !this.flow.stageOf(block.slice).hidden && stepsTo(block, source, steps);
      return found ? [[block, cellsOfSteps(block, found)]] : [];
    });
  }

  set(slice, row, column, value) {
    if (!this.#write(this.flow.place(slice, row, column), value)) return;
    const block = this.flow.blockAt(slice, row, column);
    this.#typed.set(block, aroundSteps(this.#typed.get(block), stepsOf(block, row, column)));
  }

  recalculate() {
    const changed = new Set();
    const stale = new Map();
    const spread = (block, steps) => {
      changed.add(block.slice);
      for (const reader of this.#readers.get(block)) {
        const known = stale.get(reader);
        if (known === ALL_STEPS) continue;
        const isSmall = reader.height * reader.width <= SMALL;
        const found = isSmall ? ALL_STEPS : stepsTo(reader, block, steps);
        if (found) stale.set(reader, isSmall ? found : aroundSteps(known, found));
      }
    };
    for (const [block, steps] of this.#typed) spread(block, steps);
    this.#typed.clear();
    for (const block of this.#order) {
      const steps = stale.get(block);
      if (steps && this.#calculate(block, steps)) spread(block, steps);
    }
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

  /** Calculate the cells of a block that some steps lead to; tell whether any has changed. */
  #calculate(block, steps) {
    if (!this.#jobs.has(block)) this.#jobs.set(block, this.#jobsOf(block));
    let isChanged = false;
    for (const job of this.#jobs.get(block)) isChanged = this.#run(job, steps) || isChanged;
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

  #run({ run, references, first, down, across, rows, columns }, steps) {
    const { at } = this.#frame;
    const count = references.length;
    const { top, left } = steps;
    const endRow = Math.min(rows, steps.bottom + 1);
    const endColumn = Math.min(columns, steps.right + 1);
    for (let k = 0; k < count; k += 1) this.#frame.enter(k, references[k]);
    let isChanged = false;
    for (let row = top; row < endRow; row += 1) {
      for (let k = 0; k < count; k += 1) {
        at[k] = references[k].first + row * references[k].down + left * references[k].across;
      }
      for (let column = left; column < endColumn; column += 1) {
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

/** The steps in a block to one of its cells. */
function stepsOf({ row: top, column: left, tile }, row, column) {
  const down = Math.floor((row - top) / (tile?.rows ?? 1));
  const across = Math.floor((column - left) / (tile?.columns ?? 1));
  return { top: down, left: across, bottom: down, right: across };
}

/** The box of the cells that steps in a block lead to. */
function cellsOfSteps({ row, column, height, width, tile }, { top, left, bottom, right }) {
  const [down, across] = [top * tile.rows, left * tile.columns];
  return {
    ...{ row: row + down, column: column + across },
    height: Math.min(height, (bottom + 1) * tile.rows) - down,
    width: Math.min(width, (right + 1) * tile.columns) - across,
  };
}

/** The steps in a block to what it reads at some steps of another, and maybe more; null for none. */
function stepsTo(block, source, { top, left, bottom, right }) {
  const { rows, columns } = source.tile ?? { rows: 1, columns: 1 };
  const [first, end] = [source.row + top * rows, source.row + (bottom + 1) * rows];
  const [start, after] = [source.column + left * columns, source.column + (right + 1) * columns];
  let found = null;
  for (const reference of block.tile.formulas.flatMap(({ references }) => references)) {
    if (reference.slice !== source.slice) continue;
    const { row, column, height, width, downRows, acrossColumns } = reference;
    if (reference.downColumns || reference.acrossRows) return ALL_STEPS;
    const [upper, lower] = stepsOneWay(first - row - height, end - row, downRows);
    const [near, far] = stepsOneWay(start - column - width, after - column, acrossColumns);
    if (upper > lower || near > far) continue;
    found = aroundSteps(found, { top: upper, left: near, bottom: lower, right: far });
  }
  return found;
}

/** The steps of a size that lead further than low, and less far than high; of no size all. */
const stepsOneWay = (low, high, size) =>
  size > 0 ? [Math.max(0, Math.floor(low / size) + 1), Math.ceil(high / size) - 1] : [0, Infinity];

const aroundSteps = (one, other) => ({
  top: Math.min(one?.top ?? Infinity, other.top),
  left: Math.min(one?.left ?? Infinity, other.left),
  bottom: Math.max(one?.bottom ?? 0, other.bottom),
  right: Math.max(one?.right ?? 0, other.right),
});
