/** A formula as a sum: its terms one by one, folded where they are many, a group a channel. */

import { addends } from "./compile.js";
import { inRows } from "./flow.js";
import { formatInside } from "./format.js";
import { abs } from "./geometry.js";
import { joinedBy } from "./spelling.js";

export const MOST_TERMS = 24;
// Of how many ranges a sum goes through cells.
const COUNTS = { SUM: 1, SUMPRODUCT: 2 };
// A window of 9×9.
const MOST_OF_GROUP = 81;

/**
 * Return the addends of a formula.
 *
 * @param {import("./reading.js").Reading} reading
 * @param {(tree: object, isAddend: boolean) => object[]} spell writes what is no sum of cells
 * @returns {object[]} of each its `value`, its `text` and its `terms`: their `value`s, and functions
 *   that `write` them; of sums over cells their `label` and `region`, of sums of products these
 *   `products`
 */
export function sumsOf(reading, spell) {
  const trees = addends(reading.tree);
  return trees.map((tree) => {
    const value = reading.value(tree);
    const sum = { value, text: formatInside(value, reading.form), products: null, region: null };
    if (isOverCells(tree)) {
      const places = tree.parts.map(({ place }) => place);
      const [region] = places;
      const found = places.length > 1 ? productsOf(reading, ...places) : null;
      const terms = reading.countedCells(region);
      return { ...sum, terms, label: labelOf(reading, region), region, ...found };
    }
    const write = () => spell(tree, trees.length > 1);
    return { ...sum, label: "", terms: [{ value, write }] };
  });
}

/** Whether it is the sum of a range, or of the products of two. */
const isOverCells = ({ name, parts = [] }) =>
  COUNTS[name] === parts.length && parts.every(({ type }) => type === "reference");

function productsOf(reading, one, other) {
  const [window, weights] = [one, other].map((place) => reading.cells(place));
  const terms = window.map((cell, place) => {
    const factor = weights[place];
    const value = Number(cell.value) * Number(factor.value);
    const write = () => {
      const parts = [...cell.write(), { text: "×" }, ...factor.write()];
      return value === 0 ? parts.map((part) => ({ ...part, isZero: true })) : parts;
    };
    return { value, write };
  });
  const asRows = (cells) =>
    inRows(
      cells.map(({ value }) => Number(value)),
      reading.regions[one].width,
    );
  const products = asRows(terms);
  return { terms, products: { window: asRows(window), weights: asRows(weights), products } };
}

/** Which channel, or which sample, a sum is over. */
function labelOf({ flow, regions, stage }, place) {
  const { slice, name } = regions[place];
  const { sample } = flow.stageOf(slice);
  const isOfSample = sample !== null && sample !== stage.sample;
  return isOfSample ? `sample ${sample}` : flow.slices[slice].caption || name;
}

/** All terms; of many, the subtotals; of many of these, those that count most. */
export function foldedTerms(sums, form) {
  const terms = sums.flatMap((sum) => sum.terms);
  if (terms.length <= MOST_TERMS || sums.length === 1) return largest(terms, form, MOST_TERMS);
  const subtotals = sums.map(({ value, text, region }) => ({
    value,
    write: () => [{ text, region }],
  }));
  return largest(subtotals, form, MOST_TERMS);
}

/** Up to `most` terms as they come; else those that count most, and what the others add up to. */
function largest(terms, form, most) {
  const write = (term) => term.write();
  if (terms.length <= most) return joinedBy(terms.map(write), " + ");
  const order = terms.toSorted((one, other) => abs(other.value) - abs(one.value));
  const others = order.splice(MOST_TERMS);
  const rest = others.reduce((sum, { value }) => sum + Number(value), 0);
  const text = `${formatInside(rest, form)} from ${others.length} smaller terms`;
  return joinedBy([...order.map(write), [{ text }]], " + ");
}

/** The sums as groups, where there are several of which some are over cells. */
export function sumGroups(sums, form) {
  if (sums.length < 2 || sums.every(({ region }) => region === null)) return [];
  return sums.map(({ label, terms, text, products }) => ({
    ...{ label, text, products },
    terms: largest(terms, form, MOST_OF_GROUP),
    count: terms.length,
  }));
}
