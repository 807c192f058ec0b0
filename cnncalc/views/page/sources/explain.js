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
 *     groups    [{label, terms, text, count, products}]  a line a channel, of several
 *     products  {window, weights, products} as matrices, of a single window; or null
 *     sentence  all of it for a screen reader
 *   }
 *   A part is {text, region?, isPadding?, isZero?}; `region` is a place in `regions`.
 */

import { formatNumber, formatValue } from "./format.js";
import { abs } from "./geometry.js";
import { cellName, timesOf } from "./names.js";
import { nodesOf } from "./parse.js";
import { formOf, Reading } from "./reading.js";
import { Speller, searchOf } from "./spelling.js";
import { foldedTerms, MOST_TERMS, sumGroups, sumsOf } from "./sums.js";

const MOST_LAST = 4;
const MOST_WRITTEN = 1_000;
// A sentence that is read aloud holds so many parts of a formula.
const FEW_PARTS = 36;

const NOTHING = {
  ...{ regions: [], formula: [], terms: [], sign: "=", because: [], groups: [], products: null },
};

/** Explain the number of a cell. */
export function explain(calculation, cell) {
  const { flow } = calculation;
  const at = [cell.slice, cell.row, cell.column];
  const stage = flow.stageOf(cell.slice);
  const { title, rule, notes } = stage;
  const formula = calculation.formula(...at);
  const value = calculation.value(...at);
  const found = {
    ...{ title, rule, notes, value },
    name: cellName(flow, cell),
    place: timesOf(stage).join(", "),
    text: formatValue(value, formOf(flow)),
    isInput: calculation.isInput(...at),
    isPadding: calculation.isPadding(...at),
    ...(formula ? explained(new Reading(calculation, stage, formula), value) : NOTHING),
  };
  // What is only looked up is no sum: 0 = 0 would say nothing.
  if (found.terms.length === 1 && found.terms[0].text === found.text) found.terms = [];
  return { ...found, sentence: sentenceOf(found) };
}

function explained(reading, value) {
  const { tree, regions, form } = reading;
  const numbers = new Speller(
    (place) => shortened(reading.countedCells(place)),
    (condition) => reading.holds(condition),
  );
  const names = new Speller((region) => [[{ text: regions[region].name, region }]]);
  const sums = sumsOf(reading, (part, isAddend) =>
    isAddend ? numbers.spellAddend(part) : numbers.spell(part),
  );
  return {
    regions,
    formula: names.spell(tree),
    terms: foldedTerms(sums, form),
    sign: signOf(reading, value),
    because: becauseOf(reading, numbers),
    groups: sumGroups(sums, form),
    products: sums.length === 1 ? sums[0].products : null,
  };
}

/** The cells in parts of text; a long list without its middle. */
function shortened(cells) {
  const write = (cell) => cell.write();
  if (cells.length <= MOST_TERMS) return cells.map(write);
  const gap = [{ text: `… (${cells.length - MOST_TERMS} more) …` }];
  const first = cells.slice(0, MOST_TERMS - MOST_LAST);
  return [...first.map(write), gap, ...cells.slice(-MOST_LAST).map(write)];
}

/** Whether the numbers as they are written give the value as it is written. */
function signOf(reading, value) {
  if (typeof value !== "number") return "=";
  const { tree, form, regions } = reading;
  // Of so many terms only some are written.
  if (regions.some(({ height, width }) => height * width > MOST_WRITTEN)) return "≈";
  const found = reading.value(tree, (number) =>
    typeof number === "number" ? readBack(formatNumber(number, form)) : number,
  );
  const isAlike = abs(found - value) <= 1e-12 * abs(value);
  return isAlike || formatValue(found, form) === formatValue(value, form) ? "=" : "≈";
}

const readBack = (text) => Number(text.replaceAll("−", "-"));

const OPPOSITE = { "=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">" };

/** The condition that decided between the two sides of the formula, as it came out. */
function becauseOf(reading, numbers) {
  if (searchOf(reading.tree)) return [];
  const asked = [...nodesOf(reading.tree)].find(({ name }) => name === "IF")?.parts[0];
  if (!asked?.sign) return [];
  const holds = reading.holds(asked);
  // What tells whether weights are still as cnncalc drew them (sheet/layers/drawn_weights.py).
  if (reading.regions[asked.parts[0].parts?.[0].place]?.name === "changed sums")
    return holds ? [{ text: "the weights are as they were drawn" }] : [];
  const sign = holds ? asked.sign : OPPOSITE[asked.sign];
  return numbers.spell({ ...asked, sign });
}

/** What a screen reader says: whose number it is, how it came about where that is short, the rule. */
function sentenceOf({ name, place, text, terms, sign, rule, isInput, isPadding }) {
  const where = place ? `, ${place}` : "";
  const isShort = terms.length > 0 && terms.length <= FEW_PARTS;
  const equation = isShort ? ` ${sign} ${terms.map((part) => part.text).join("")}` : "";
  const kind = isPadding ? " Padding." : isInput ? " An input." : "";
  return `${name}${where}: ${text || "empty"}${equation}.${kind} ${rule}`.trim();
}
