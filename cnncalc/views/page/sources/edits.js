/**
 * What was typed over the document's numbers.
 *
 * An input has a key that is the same in all flows that share it, such as `0/2.1.3`: the first flow
 * that has it, slice, row and column there.
 */

import { holds } from "./flow.js";

export class Edits {
  #originals = new Map();
  #values = new Map();

  get size() {
    return this.#values.size;
  }

  /** The key of an input of a flow. */
  keyOf(flow, cell) {
    const block = flow.blockAt(cell.slice, cell.row, cell.column);
    const { slice, row, column } = block.same ? carried(cell, block, block.same) : cell;
    return `${block.same ? 0 : flow.number}/${slice}.${row}.${column}`;
  }

  /** Where a flow shows an input; null where it doesn't. */
  cellOf(flow, key) {
    const [number, slice, row, column] = key.split(/[/.]/).map(Number);
    const cell = { slice, row, column };
    if (number === flow.number) return cell;
    const isHere = ({ same, height, width }) =>
      same?.slice === slice && holds({ ...same, height, width }, row, column);
    const block = number === 0 && flow.blocks.find(isHere);
    return block ? carried(cell, block.same, block) : null;
  }

  /** Keep a value, which was `before` what it is now. */
  set(key, before, value) {
    if (!this.#originals.has(key)) this.#originals.set(key, before);
    if (value === this.#originals.get(key)) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  /** Return the cells of a flow that were ever changed, with what they hold now. */
  of(flow) {
    const values = new Map([...this.#originals, ...this.#values]);
    return this.#inFlow(flow, values);
  }

  /** Return the cells of a flow that hold something else than the document, with what they hold. */
  changedIn(flow) {
    return this.#inFlow(flow, this.#values);
  }

  /** Return the entry of the history that puts the document's numbers back. */
  backToOriginals() {
    const back = ([key, before]) => [key, { before, after: this.#originals.get(key) }];
    return new Map([...this.#values].map(back));
  }

  #inFlow(flow, values) {
    const found = [...values].map(([key, value]) => [this.cellOf(flow, key), value]);
    return found.filter(([cell]) => cell);
  }
}

/** A cell, as it stands from one place on, where it stands from another place on. */
const carried = ({ row, column }, from, to) => ({
  slice: to.slice,
  row: to.row + row - from.row,
  column: to.column + column - from.column,
});
