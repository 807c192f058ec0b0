/**
 * Turns a formula's tree into a function of plain numbers, which is fast.
 *
 * All of a flow's formulas share a `Frame`, which says where their references stand at the moment.
 * A function that comes upon anything but numbers (an empty cell, a text, an error, a division by
 * 0) returns NaN: then `evaluate.js` works the formula out with care.
 */

import {
  added,
  conditional,
  constants,
  element,
  isThere,
  larger,
  negated,
  ONE_NUMBER,
  OPERATIONS,
  overAll,
  overArray,
  overRange,
  plus,
  RANGES,
  summed,
  sumOfProducts,
} from "./numeric.js";
import { nodesOf } from "./parse.js";

/** Where the references of the formula that is worked out stand, by their places in it. */
export class Frame {
  /**
   * @param {Float64Array} cells all cells; NaN for what is no number
   * @param {number} most how many references a formula has at most
   */
  constructor(cells, most) {
    this.cells = cells;
    for (const name of ["at", "heights", "widths", "strides"]) this[name] = new Int32Array(most);
    this.row = 0;
    this.column = 0;
  }
}

class NotNumeric extends Error {}

/**
 * Compile a tree.
 *
 * @param {object} tree a formula's
 * @param {Frame} frame
 * @returns {{run: () => number, cells: Set<number>} | null} the function, and the places of the
 *   references that must be single cells; null where the formula needs care in any case
 */
export function compile(tree, frame) {
  const compiler = new Compiler(frame);
  try {
    return { run: compiler.number(tree), cells: compiler.cells };
  } catch (error) {
    if (error instanceof NotNumeric) return null;
    throw error;
  }
}

class Compiler {
  #frame;
  // Inside an array formula a range stands for its cells in turn.
  #isArray = false;
  cells = new Set();

  constructor(frame) {
    this.#frame = frame;
  }

  /** The function that works a tree out. */
  number(tree) {
    const { type } = tree;
    if (type === "number") return () => tree.value;
    if (type === "reference") return this.#cell(tree.place);
    if (type === "negation") return negated(this.number(tree.part));
    if (type === "operation") return this.#operation(tree);
    if (type === "call") return this.#call(tree);
    if (type === "array" && this.#isArray) return constants(tree.rows, this.#frame);
    throw new NotNumeric();
  }

  #cell(place) {
    const { cells, at } = this.#frame;
    if (this.#isArray) return element(place, this.#frame);
    this.cells.add(place);
    return () => cells[at[place]];
  }

  #operation(tree) {
    if (tree.sign === "<>" && tree.right.type === "text" && !tree.right.value) {
      return isThere(this.number(tree.left));
    }
    if (tree.sign === "+") return this.#sum(addends(tree));
    const operation = OPERATIONS[tree.sign];
    if (!operation) throw new NotNumeric();
    return operation(this.number(tree.left), this.number(tree.right));
  }

  #sum(trees) {
    if (!this.#isArray && trees.every(isSumOfProducts)) {
      return sumOfProducts(
        this.#frame,
        trees.map(({ parts }) => parts.map(({ place }) => place)),
      );
    }
    const terms = trees.map((tree) => this.number(tree));
    return terms.length === 2 ? added(...terms) : summed(terms);
  }

  #call(tree) {
    const { name, parts } = tree;
    if (name === "SUMPRODUCT") return this.#sumOfProducts(tree);
    if (name === "IF") return conditional(...parts.map((part) => this.number(part)));
    if (Object.hasOwn(ONE_NUMBER, name)) return ONE_NUMBER[name](this.number(parts[0]));
    if (Object.hasOwn(RANGES, name)) return this.#range(tree);
    throw new NotNumeric();
  }

  #sumOfProducts(tree) {
    const { parts } = tree;
    if (isSumOfProducts(tree)) {
      return sumOfProducts(this.#frame, [parts.map(({ place }) => place)]);
    }
    if (parts.length !== 1 || parts[0].type === "reference") throw new NotNumeric();
    const isLargest = parts[0].type === "call" && parts[0].name === "MAX";
    return this.#overArray(isLargest ? parts[0].parts[0] : parts[0], isLargest ? larger : plus);
  }

  /** An array formula: its cells, one after the other, joined to one number. */
  #overArray(tree, join) {
    if (this.#isArray) throw new NotNumeric();
    this.#isArray = true;
    const cell = this.number(tree);
    this.#isArray = false;
    return overArray(this.#frame, extents(tree), cell, join);
  }

  #range({ name, parts }) {
    const { first, join, finish } = RANGES[name];
    if (parts.length === 1 && parts[0].type === "reference" && !this.#isArray) {
      return overRange(this.#frame, parts[0].place, { first, join, finish });
    }
    if (finish || first !== null) throw new NotNumeric();
    return overAll(
      parts.map((part) => this.#among(part, join)),
      join,
    );
  }

  #among(part, join) {
    return part.type === "reference" && !this.#isArray
      ? overRange(this.#frame, part.place, { first: null, join })
      : this.number(part);
  }
}

const isSumOfProducts = ({ type, name, parts }) =>
  type === "call" &&
  name === "SUMPRODUCT" &&
  parts.length === 2 &&
  parts.every((part) => part.type === "reference");

/** What a chain of additions adds up, from the left. */
export function addends(tree) {
  if (tree.type !== "operation" || tree.sign !== "+") return [tree];
  return [...addends(tree.left), tree.right];
}

/** How large an array formula is: as large as the largest of its ranges and constant arrays. */
function extents(tree) {
  const found = { places: [], height: 1, width: 1 };
  for (const node of nodesOf(tree)) {
    if (node.type === "reference") found.places.push(node.place);
    if (node.type !== "array") continue;
    found.height = Math.max(found.height, node.rows.length);
    found.width = Math.max(found.width, node.rows[0].length);
  }
  return found;
}
