/**
 * Turns a formula's tree into a function that works it out.
 *
 * Numbers, which are nearly all there is, take the short way through each function; an empty cell,
 * a text and an error are told from them where they are met.
 */

import { FOLDS, FUNCTIONS, OF_ONE, SIGNS } from "./functions.js";
import { asNumber, CellError, FAIL, finite } from "./values.js";

/** Cells, and where the references of the formula that is worked out stand among them. */
export class Frame {
  count = 0;

  /**
   * @param {Float64Array} cells all numbers; NaN for what is none
   * @param {Map<number, string | CellError | null>} others texts and errors, by their places
   * @param {number} most how many references a formula has at most
   */
  constructor(cells, others, most) {
    this.cells = cells;
    this.others = others;
    for (const name of ["at", "heights", "widths", "strides"]) this[name] = new Int32Array(most);
  }

  /** A frame of ranges of values alone, `{height, width, cells}`. */
  static of(ranges) {
    const values = ranges.flatMap((range) => range.cells);
    const numbers = Float64Array.from(values, (value) => (typeof value === "number" ? value : NaN));
    const frame = new Frame(numbers, new Map(values.entries()), ranges.length);
    let at = 0;
    for (const [place, { height, width, cells }] of ranges.entries()) {
      frame.enter(place, { first: at, height, width, stride: width });
      at += cells.length;
    }
    return frame;
  }

  /** Say where a reference stands. */
  enter(number, { first, height, width, stride }) {
    this.at[number] = first;
    this.heights[number] = height;
    this.widths[number] = width;
    this.strides[number] = stride;
  }

  /** What a cell holds. */
  read(place) {
    const number = this.cells[place];
    return Number.isNaN(number) ? (this.others.get(place) ?? null) : number;
  }

  /** What a cell holds; its error is thrown. */
  value(place) {
    const value = this.read(place);
    if (value instanceof CellError) throw value;
    return value;
  }

  /** All that a range holds, row by row. */
  values(place) {
    const [width, stride] = [this.widths[place], this.strides[place]];
    return Array.from({ length: this.heights[place] * width }, (_, cell) =>
      this.read(this.at[place] + Math.floor(cell / width) * stride + (cell % width)),
    );
  }
}

/**
 * Compile a tree.
 *
 * @param {object} tree a formula's
 * @param {Frame} frame
 * @returns {() => number | string | boolean | null} throws a `CellError`
 */
export const compile = (tree, frame) =>
  NODES[tree.type](tree, frame, (part) => compile(part, frame));

/** Return a formula's value as a cell holds it: nothing is 0 there, a truth a number. */
export function cellValue(run) {
  try {
    const value = run();
    if (typeof value === "number") return finite(value);
    return typeof value === "string" ? value : Number(value);
  } catch (error) {
    if (error instanceof CellError) return error;
    throw error;
  }
}

const constant =
  ({ value }) =>
  () =>
    value;

const NODES = {
  number: constant,
  text: constant,
  reference: ({ place }, frame) => singleCell(place, frame),
  negation({ parts: [part] }, _, compiled) {
    const value = compiled(part);
    return () => -asNumber(value());
  },
  operation({ sign, parts }, frame, compiled) {
    if (sign !== "+") return SIGNS[sign](...parts.map(compiled));
    const terms = addends({ sign, parts });
    const pairs = terms.map(pairOf);
    return pairs.every(Boolean) ? sumOfProducts(pairs, frame) : summed(terms.map(compiled));
  },
  call({ name, parts }, frame, compiled) {
    const pair = pairOf({ name, parts });
    if (pair) return sumOfProducts([pair], frame);
    if (FOLDS[name]) return folded(parts, frame, compiled, FOLDS[name]);
    const values = parts.map(compiled);
    if (name === "NPV") return presentValue(values[0], parts.slice(1), frame, compiled);
    if (OF_ONE[name]) return ofOne(OF_ONE[name], values[0]);
    const places = parts.map(({ place }) => place);
    return FUNCTIONS[name]?.(values, frame, places) ?? FAIL.name;
  },
};

const ofOne = (work, value) => () => finite(work(asNumber(value())));

/** What a chain of additions adds up, from the left. */
export function addends(tree) {
  const { sign, parts } = tree;
  return sign === "+" ? [...addends(parts[0]), parts[1]] : [tree];
}

const pairOf = ({ name, parts }) => name === "SUMPRODUCT" && parts.map(({ place }) => place);

function summed(terms) {
  const [first, second] = terms;
  if (terms.length === 2) return () => finite(asNumber(first()) + asNumber(second()));
  return () => {
    let sum = 0;
    for (let term = 0; term < terms.length; term += 1) sum += asNumber(terms[term]());
    return finite(sum);
  };
}

/** All numbers of ranges, and single values, joined to one number; the frame counts them. */
function folded(parts, frame, compiled, [first, join, finish = (found) => found]) {
  const sources = parts.map((part) =>
    part.type === "reference"
      ? foldedRange(part.place, frame, join)
      : foldedOne(compiled(part), frame, join),
  );
  return () => {
    let found = first;
    let count = 0;
    for (let part = 0; part < sources.length; part += 1) {
      found = sources[part](found, count);
      count = frame.count;
    }
    return finite(finish(found, count));
  };
}

const foldedOne = (value, frame, join) => (found, count) => {
  const number = asNumber(value());
  frame.count = count + 1;
  return join(found, number, count + 1);
};

function foldedRange(place, frame, join) {
  const { cells, at, heights, widths, strides } = frame;
  return (before, counted) => {
    let found = before;
    let count = counted;
    const [height, width, stride] = [heights[place], widths[place], strides[place]];
    for (let row = 0, start = at[place]; row < height; row += 1, start += stride) {
      for (let cell = start; cell < start + width; cell += 1) {
        const number = cells[cell];
        // A text and an empty cell don't count; an error is thrown.
        if (Number.isNaN(number)) frame.value(cell);
        else found = join(found, number, ++count);
      }
    }
    frame.count = count;
    return found;
  };
}

/** NPV, with which sums of many numbers are weighted: the n-th is divided n times by 1 + rate. */
function presentValue(rate, parts, frame, compiled) {
  const join = (sum, number, count) => sum + number / (1 + asNumber(rate())) ** count;
  return folded(parts, frame, compiled, [0, join]);
}

/** The sum of pairs of ranges multiplied cell by cell, one pair after the other. */
function sumOfProducts(pairs, frame) {
  const { cells, at, heights, widths, strides } = frame;
  const factor = (cell) => {
    const value = frame.value(cell);
    return typeof value === "number" ? value : 0;
  };
  return () => {
    let sum = 0;
    for (let pair = 0; pair < pairs.length; pair += 1) {
      const [one, other] = pairs[pair];
      const [height, width] = [heights[one], widths[one]];
      let products = 0;
      for (let row = 0; row < height; row += 1) {
        const first = at[one] + row * strides[one];
        const second = at[other] + row * strides[other];
        for (let column = 0; column < width; column += 1) {
          const product = cells[first + column] * cells[second + column];
          // All that is no number counts as 0.
          products +=
            product - product === 0 ? product : factor(first + column) * factor(second + column);
        }
      }
      sum += products;
    }
    return finite(sum);
  };
}

function singleCell(place, frame) {
  const { cells, at } = frame;
  return () => {
    const number = cells[at[place]];
    return Number.isNaN(number) ? frame.value(at[place]) : number;
  };
}
