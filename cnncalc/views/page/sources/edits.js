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
  keyOf(flow, { slice, row, column }) {
    const block = flow.blockAt(slice, row, column);
    if (!block.same) return `${flow.number}/${slice}.${row}.${column}`;
    const [first, top, left] = block.same;
    return `0/${first}.${top + row - block.row}.${left + column - block.column}`;
  }

  /** Where a flow shows an input; null where it doesn't. */
  cellOf(flow, key) {
    const [number, place] = key.split("/");
    const [slice, row, column] = place.split(".").map(Number);
    if (Number(number) === flow.number) return { slice, row, column };
    if (number !== "0") return null;
    const block = flow.blocks.find((found) => found.same && isSameAs(found, slice, row, column));
    if (!block) return null;
    const [, top, left] = block.same;
    return { slice: block.slice, row: block.row + row - top, column: block.column + column - left };
  }

  /** Keep a value, which was `before` what it is now. */
  set(key, before, value) {
    if (!this.#originals.has(key)) this.#originals.set(key, before);
    if (value === this.#originals.get(key)) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  /** Yield the cells of a flow that were ever changed, with what they hold now. */
  *of(flow) {
    for (const [key, original] of this.#originals) {
      const cell = this.cellOf(flow, key);
      if (cell) yield [cell, this.#values.has(key) ? this.#values.get(key) : original];
    }
  }

  /** Return the changes that are there, as `[key, value]`. */
  changed() {
    return [...this.#values];
  }

  /** What the document holds instead. */
  original(key) {
    return this.#originals.get(key);
  }
}

function isSameAs({ same: [slice, top, left], height, width }, wanted, row, column) {
  return slice === wanted && holds({ row: top, column: left, height, width }, row, column);
}
