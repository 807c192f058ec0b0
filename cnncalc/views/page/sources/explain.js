/**
 * Where a number came from: what it reads, and how it follows from that, in words and numbers.
 *
 *   explain(calculation, {slice, row, column}) returns
 *   {
 *     name      "conv2d (1, 1), filter 0"
 *     place     "step 1, sample 0", or ""
 *     title, rule, notes     of its stage
 *     value     as calculation.value;  text: the same as it is written
 *     isInput, isPadding
 *     regions   [{slice, row, column, height, width, role: "window" | "weights" | "other", color, name}]
 *               what it reads; `color` is alike for all regions of one stage
 *     formula   parts, with names:    the sum of image, rows 0 to 1, columns 0 to 1 × kernel, filter 0
 *     terms     parts, with numbers:  163×1 + 158×0.3 + …     (long ones folded: see groups)
 *     sign      "=" or "≈" between the value and the terms as they are written
 *     because   parts of the condition that decided, or []:   −3.2 ≤ 0
 *     groups    [{label, region, terms, subtotal, text, count, products}]  a line a channel, of several
 *     products  {window, weights, products} as matrices, of a single window; or null
 *     sentence  all of it for a screen reader
 *   }
 *   A part is {text, region?, isPadding?, isZero?}; `region` is a place in `regions`.
 */

import { addends } from "./compile.js";
import { evaluate } from "./evaluate.js";
import { formatInside, formatNumber, formatValue } from "./format.js";
import { cellName, regionName } from "./names.js";
import { nodesOf } from "./parse.js";
import { joinedBy, Speller, withoutNearness } from "./spelling.js";
import { asTruth, Matrix } from "./values.js";

const MOST_TERMS = 24;
const MOST_LAST = 4;
const FEW_TERMS = 9;
const WEIGHT_STEPS = ["dilated kernel", "gradient flipped kernel"];

/** Explain the number of a cell. */
export function explain(calculation, cell) {
  return new Explanation(calculation, cell).result();
}

class Explanation {
  #calculation;
  #flow;
  #cell;
  #stage;
  #tree = null;
  #regions = [];
  #form;

  constructor(calculation, cell) {
    this.#calculation = calculation;
    this.#flow = calculation.flow;
    this.#cell = cell;
    this.#stage = this.#flow.stageOf(cell.slice);
    // Gradients are small: their first digits count.
    this.#form = { isSignificant: this.#flow.lanes.some(({ step }) => step !== null) };
    const found = calculation.formula(cell.slice, cell.row, cell.column);
    if (!found) return;
    this.#tree = withoutNearness(found.tree);
    this.#regions = this.#coloured(found.regions);
  }

  result() {
    const { slice, row, column } = this.#cell;
    const { title, rule, notes } = this.#stage;
    const value = this.#calculation.value(slice, row, column);
    const found = {
      name: cellName(this.#flow, this.#cell),
      place: placeOf(this.#stage),
      title,
      rule,
      notes,
      value,
      text: formatValue(value, this.#form),
      isInput: this.#calculation.isInput(slice, row, column),
      isPadding: this.#calculation.isPadding(slice, row, column),
      regions: this.#regions,
      ...(this.#tree ? this.#explained(value) : NOTHING),
    };
    return { ...found, sentence: sentenceOf(found) };
  }

  #explained(value) {
    const sums = addends(this.#tree).map((tree) => this.#sum(tree));
    const groups = sums.length > 1 && sums.some(({ cells }) => cells) ? sums.map(groupOf) : [];
    const windows = sums.filter(({ products }) => products);
    return {
      formula: this.#spelt(this.#names(), this.#tree),
      terms: this.#folded(sums),
      sign: this.#sign(value),
      because: this.#because(),
      groups,
      products: windows.length === 1 && sums.length === 1 ? windows[0].products : null,
    };
  }

  /** One of the addends: its terms one by one, and what they come to. */
  #sum(tree) {
    const [one, other] = tree.parts ?? [];
    const isOfCells = one?.type === "reference";
    const isProducts = tree.name === "SUMPRODUCT" && isOfCells && other?.type === "reference";
    const subtotal = this.#value(tree);
    const sum = {
      subtotal,
      text: formatInside(subtotal, this.#form),
      cells: false,
      products: null,
    };
    if (isProducts) return { ...sum, ...this.#products(one.place, other.place) };
    if (tree.name !== "SUM" || tree.parts.length > 1 || !isOfCells) {
      return {
        ...sum,
        label: "",
        region: null,
        terms: [this.#spelt(this.#numbers(), tree)],
        sizes: [subtotal],
      };
    }
    const sizes = this.#cellsOf(one.place);
    return {
      ...sum,
      ...this.#labelled(one.place),
      cells: true,
      terms: this.#written(one.place),
      sizes,
    };
  }

  #products(one, other) {
    const [window, weights] = [this.#cellsOf(one), this.#cellsOf(other)].map((cells) =>
      cells.map(Number),
    );
    const sizes = window.map((number, place) => number * weights[place]);
    const [first, second] = [this.#written(one), this.#written(other)];
    const terms = first.map((cell, place) => [
      ...faint(cell, sizes[place] === 0),
      ...faint([{ text: "×" }, ...second[place]], sizes[place] === 0),
    ]);
    const { width } = this.#regions[one];
    const [windowRows, weightRows, products] = [window, weights, sizes].map((cells) =>
      inRows(cells, width),
    );
    return {
      ...this.#labelled(one),
      cells: true,
      terms,
      sizes,
      products: { window: windowRows, weights: weightRows, products },
    };
  }

  #labelled(place) {
    const { slice } = this.#regions[place];
    const { sample } = this.#flow.stageOf(slice);
    const isOfSample = sample !== null && sample !== this.#stage.sample;
    const label = isOfSample ? `sample ${sample}` : this.#flow.sliceOf(slice).caption;
    return { label: label || this.#regions[place].name, region: place };
  }

  /** All terms; of many, the subtotals; of many of these, those that count most. */
  #folded(sums) {
    const terms = sums.flatMap((sum) => sum.terms);
    if (terms.length <= MOST_TERMS) return joinedBy(terms, " + ");
    if (sums.length === 1) return this.#largest(terms, sums[0].sizes);
    const subtotals = sums.map(({ text, region }) => [{ text, region }]);
    return this.#largest(
      subtotals,
      sums.map(({ subtotal }) => subtotal),
    );
  }

  #largest(terms, sizes) {
    if (terms.length <= MOST_TERMS) return joinedBy(terms, " + ");
    const order = [...sizes.keys()].sort(
      (one, other) => Math.abs(sizes[other]) - Math.abs(sizes[one]),
    );
    const [shown, others] = [order.slice(0, MOST_TERMS), order.slice(MOST_TERMS)];
    const rest = others.reduce((sum, place) => sum + Number(sizes[place]), 0);
    const text = `${formatInside(rest, this.#form)} from ${others.length} smaller terms`;
    return joinedBy([...shown.map((place) => terms[place]), [{ text }]], " + ");
  }

  /** The condition that decided between the two sides of the formula, as it came out. */
  #because() {
    const asked = [...nodesOf(this.#tree)].find(({ name }) => name === "IF")?.parts[0];
    if (!asked?.sign) return [];
    const sign = this.#holds(asked) ? asked.sign : OPPOSITE[asked.sign];
    return this.#numbers().spell({ ...asked, sign });
  }

  /** Whether the numbers as they are written give the value as it is written. */
  #sign(value) {
    if (typeof value !== "number") return "=";
    const rounded = (number) =>
      typeof number === "number" ? readBack(formatNumber(number, this.#form)) : number;
    const found = this.#value(this.#tree, rounded);
    const isAlike = Math.abs(found - value) <= 1e-12 * Math.abs(value);
    return isAlike || formatValue(found, this.#form) === formatValue(value, this.#form) ? "=" : "≈";
  }

  /** A tree in parts; one that goes through a range cell by cell is told in words. */
  #spelt(speller, tree) {
    const kind = arrayKind(tree);
    if (!kind) return speller.spell(tree);
    const [range, wanted] = [0, 1].map((place) => speller.spell({ type: "reference", place }));
    return [...words(kind), ...wanted, ...words(" in "), ...range];
  }

  #names() {
    return new Speller((region) => [[{ text: this.#regions[region].name, region }]]);
  }

  #numbers() {
    const write = (place) => shortened(this.#written(place));
    return new Speller(write, (tree) => this.#holds(tree));
  }

  /** The cells of a reference in parts; empty ones are left out, as they don't count. */
  #written(place) {
    const { slice, row, column, width } = this.#regions[place];
    return this.#cellsOf(place).flatMap((value, number) => {
      const at = [slice, row + Math.floor(number / width), column + (number % width)];
      if (value === null) return [];
      const part = { text: formatInside(value, this.#form), region: place };
      return [[this.#calculation.isPadding(...at) ? { ...part, isPadding: true } : part]];
    });
  }

  #cellsOf(place) {
    const { slice, row, column, height, width } = this.#regions[place];
    return Array.from({ length: height * width }, (_, cell) =>
      this.#calculation.value(slice, row + Math.floor(cell / width), column + (cell % width)),
    );
  }

  #value(tree, shown = (value) => value) {
    const found = evaluate(tree, (place) => {
      const { height, width } = this.#regions[place];
      return new Matrix(height, width, this.#cellsOf(place).map(shown), true);
    });
    return found instanceof Matrix ? found.cells[0] : found;
  }

  #holds(tree) {
    const found = this.#value(tree);
    return typeof found === "number" || typeof found === "boolean" ? asTruth(found) : false;
  }

  #coloured(regions) {
    const colors = new Map();
    return regions.map((region, place) => {
      const stage = this.#flow.stageOf(region.slice);
      if (!colors.has(stage)) colors.set(stage, colors.size);
      const role = roleOf(stage, region, place);
      const name = regionName(this.#flow, region, this.#stage);
      return { ...region, role, color: colors.get(stage), name };
    });
  }
}

/** A long list of cells without its middle. */
function shortened(cells) {
  if (cells.length <= MOST_TERMS) return cells;
  const left = MOST_TERMS - MOST_LAST;
  const gap = [{ text: `… (${cells.length - MOST_TERMS} more) …` }];
  return [...cells.slice(0, left), gap, ...cells.slice(-MOST_LAST)];
}

const words = (text) => [{ text }];

/** What an array formula looks for: the first largest number of a window, or how many there are. */
function arrayKind(tree) {
  const isOverArray = ({ name, parts }) => name === "SUMPRODUCT" && parts.length === 1;
  const found = [...nodesOf(tree)].find(isOverArray);
  if (!found) return "";
  return found.parts[0].name === "MAX" ? "the place of the first " : "how many are ";
}

const NOTHING = { formula: [], terms: [], sign: "=", because: [], groups: [], products: null };

const OPPOSITE = { "=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">" };

function roleOf(stage, { height, width }, place) {
  if (stage.isWeight || WEIGHT_STEPS.includes(stage.name)) return "weights";
  return place === 0 || height * width > 1 ? "window" : "other";
}

const groupOf = ({ label, region, terms, subtotal, text, products }) => ({
  label,
  region,
  terms: joinedBy(terms, " + "),
  subtotal,
  text,
  count: terms.length,
  products,
});

const faint = (parts, isZero) => (isZero ? parts.map((part) => ({ ...part, isZero })) : parts);

const inRows = (cells, width) =>
  Array.from({ length: cells.length / width }, (_, row) =>
    cells.slice(row * width, (row + 1) * width),
  );

const readBack = (text) => Number(text.replaceAll("−", "-"));

const placeOf = ({ step, sample }) =>
  [step === null ? "" : `step ${step}`, sample === null ? "" : `sample ${sample}`]
    .filter(Boolean)
    .join(", ");

/** What a screen reader says: whose number it is, how it came about where that is short, the rule. */
function sentenceOf({ name, place, text, terms, sign, rule, isInput, isPadding }) {
  const where = place ? `, ${place}` : "";
  const isShort = terms.length > 0 && terms.length <= 4 * FEW_TERMS;
  const equation = isShort ? ` ${sign} ${terms.map((part) => part.text).join("")}` : "";
  const kind = isPadding ? " Padding." : isInput ? " An input." : "";
  return `${name}${where}: ${text || "empty"}${equation}.${kind} ${rule}`.trim();
}
