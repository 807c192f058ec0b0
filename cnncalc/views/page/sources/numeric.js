/**
 * What formulas do with plain numbers, as functions made of functions; see compile.js.
 *
 * Each returns NaN where something is no number.
 */

export const plus = (sum, number) => sum + number;
const plusSquare = (sum, number) => sum + number * number;
export const larger = (most, number) => (number > most ? number : number <= most ? most : NaN);
const smaller = (least, number) => (number < least ? number : number >= least ? least : NaN);

/** Functions of a range: what they begin with, null for its first number, and how they go on. */
export const RANGES = {
  SUM: { first: 0, join: plus },
  SUMSQ: { first: 0, join: plusSquare },
  AVERAGE: { first: 0, join: plus, finish: (sum, count) => sum / count },
  COUNT: { first: 0, join: (count, number) => count + 1 + 0 * number },
  MAX: { first: null, join: larger },
  MIN: { first: null, join: smaller },
};

const finiteOnly = (number) => (number - number === 0 ? number : NaN);

export const ONE_NUMBER = {
  ABS: (value) => () => Math.abs(value()),
  EXP: (value) => () => finiteOnly(Math.exp(value())),
  INT: (value) => () => Math.floor(value()),
  LN: (value) => () => finiteOnly(Math.log(value())),
  SQRT: (value) => () => Math.sqrt(value()),
  TANH: (value) => () => Math.tanh(value()),
};

/** Two numbers compared by their difference, which is NaN if either is none. */
const comparison = (holds) => (left, right) => () => {
  const difference = left() - right();
  return difference - difference === 0 ? Number(holds(difference)) : NaN;
};

export const OPERATIONS = {
  "-": (left, right) => () => left() - right(),
  "*": (left, right) => () => left() * right(),
  "/": (left, right) => () => {
    const divisor = right();
    return divisor === 0 || divisor - divisor !== 0 ? NaN : left() / divisor;
  },
  "^": (left, right) => () => {
    const base = left();
    return base === 0 ? NaN : finiteOnly(base ** right());
  },
  "=": comparison((difference) => difference === 0),
  "<>": comparison((difference) => difference !== 0),
  "<": comparison((difference) => difference < 0),
  ">": comparison((difference) => difference > 0),
  "<=": comparison((difference) => difference <= 0),
  ">=": comparison((difference) => difference >= 0),
};

export const negated = (value) => () => -value();
export const added = (left, right) => () => left() + right();
export const isThere = (value) => () => 1 + 0 * value();

export const summed = (terms) => () => {
  let sum = terms[0]();
  for (let term = 1; term < terms.length; term += 1) sum += terms[term]();
  return sum;
};

export const conditional = (condition, then, otherwise) => () => {
  const holds = condition();
  if (Number.isNaN(holds)) return NaN;
  return holds ? then() : otherwise();
};

export const overAll = (values, join) => () => {
  let found = values[0]();
  for (let place = 1; place < values.length; place += 1) found = join(found, values[place]());
  return found;
};

export function overRange({ cells, at, heights, widths, strides }, place, { first, join, finish }) {
  return () => {
    const [height, width, stride] = [heights[place], widths[place], strides[place]];
    let found = first ?? cells[at[place]];
    for (let row = 0, start = at[place]; row < height; row += 1, start += stride) {
      for (let cell = start; cell < start + width; cell += 1) found = join(found, cells[cell]);
    }
    return finish ? finish(found, height * width) : found;
  };
}

/** The sum of pairs of ranges multiplied cell by cell, one pair after the other. */
export function sumOfProducts({ cells, at, heights, widths, strides }, pairs) {
  return () => {
    let sum = 0;
    for (let pair = 0; pair < pairs.length; pair += 1) {
      const one = pairs[pair][0];
      const other = pairs[pair][1];
      const height = heights[one];
      const width = widths[one];
      if (height !== heights[other] || width !== widths[other]) return NaN;
      let products = 0;
      for (let row = 0; row < height; row += 1) {
        const first = at[one] + row * strides[one];
        const second = at[other] + row * strides[other];
        for (let column = 0; column < width; column += 1) {
          products += cells[first + column] * cells[second + column];
        }
      }
      sum += products;
    }
    return sum;
  };
}

/** In an array formula: the cell of a range, or the only one of its row or column. */
export function element(place, frame) {
  const { cells, at, heights, widths, strides } = frame;
  return () => {
    const row = heights[place] === 1 ? 0 : frame.row;
    const column = widths[place] === 1 ? 0 : frame.column;
    if (row >= heights[place] || column >= widths[place]) return NaN;
    return cells[at[place] + row * strides[place] + column];
  };
}

export const constants = (rows, frame) => () =>
  (rows.length === 1 ? rows[0] : rows[frame.row])?.[rows[0].length === 1 ? 0 : frame.column] ?? NaN;

export function overArray(frame, { places, height, width }, cell, join) {
  return () => {
    const rows = places.reduce((most, place) => Math.max(most, frame.heights[place]), height);
    const columns = places.reduce((most, place) => Math.max(most, frame.widths[place]), width);
    let found = null;
    for (frame.row = 0; frame.row < rows; frame.row += 1) {
      for (frame.column = 0; frame.column < columns; frame.column += 1) {
        const number = cell();
        found = found === null ? number : join(found, number);
      }
    }
    return found;
  };
}
