/** A formula as a sum: its terms one by one, folded where they are many, a group a channel. */

import { addends } from "./compile.js";
import { inRows } from "./flow.js";
import { formatInside } from "./format.js";
import { joinedBy } from "./spelling.js";

export const MOST_TERMS = 24;
const MOST_OF_GROUP = 81; // a window of 9×9

/**
 * Return the addends of a formula.
 *
 * @param {import("./reading.js").Reading} reading
 * @param {(tree: object, isAddend: boolean) => object[]} spell writes what is no sum of cells
 * @returns {object[]} of each its `terms`, functions that write them, their `sizes`, the `subtotal`
 *   and its `text`; of sums over cells their `label` and `region`, of sums of products these
 *   `products`
 */
export function sumsOf(reading, spell) {
  const trees = addends(reading.tree);
  return trees.map((tree) => {
    const subtotal = reading.value(tree);
    const sum = { subtotal, text: formatInside(subtotal, reading.form), products: null };
    const places = tree.parts?.map((part) => part.place);
    if (isOver(tree, "SUMPRODUCT", 2)) return { ...sum, ...productsOf(reading, ...places) };
    if (isOver(tree, "SUM", 1)) {
      const [place] = places;
      const terms = reading.countedWriters(place);
      const sizes = reading.cells(place).filter((cell) => cell !== null);
      return { ...sum, ...channelOf(reading, place), terms, sizes };
    }
    return {
      ...sum,
      label: "",
      region: null,
      terms: [() => spell(tree, trees.length > 1)],
      sizes: [subtotal],
    };
  });
}

const isOver = ({ name, parts }, wanted, count) =>
  name === wanted && parts.length === count && parts.every(({ type }) => type === "reference");

function productsOf(reading, one, other) {
  const [window, weights] = [one, other].map((place) => reading.cells(place).map(Number));
  const sizes = window.map((number, place) => number * weights[place]);
  const [first, second] = [reading.writers(one), reading.writers(other)];
  const terms = first.map((write, place) => () => {
    const parts = [...write(), { text: "×" }, ...second[place]()];
    return sizes[place] === 0 ? parts.map((part) => ({ ...part, isZero: true })) : parts;
  });
  const { width } = reading.regions[one];
  const [rows, weightRows, products] = [window, weights, sizes].map((cells) =>
    inRows(cells, width),
  );
  return {
    ...channelOf(reading, one),
    ...{ terms, sizes },
    products: { window: rows, weights: weightRows, products },
  };
}

/** Which channel, or which sample, a sum is over. */
function channelOf(reading, place) {
  const { slice, name } = reading.regions[place];
  const { sample } = reading.flow.stageOf(slice);
  const isOfSample = sample !== null && sample !== reading.stage.sample;
  const label = isOfSample ? `sample ${sample}` : reading.flow.sliceOf(slice).caption;
  return { label: label || name, region: place };
}

/** All terms; of many, the subtotals; of many of these, those that count most. */
export function foldedTerms(sums, form) {
  const count = sums.reduce((total, { terms }) => total + terms.length, 0);
  if (count <= MOST_TERMS || sums.length === 1) {
    const [terms, sizes] = ["terms", "sizes"].map((name) => sums.flatMap((sum) => sum[name]));
    return largest(terms, sizes, form, MOST_TERMS);
  }
  const subtotals = sums.map(({ text, region }) => () => [{ text, region }]);
  const sizes = sums.map(({ subtotal }) => subtotal);
  return largest(subtotals, sizes, form, MOST_TERMS);
}

/** Up to `most` terms as they come; else those that count most, and what the others add up to. */
function largest(terms, sizes, form, most) {
  const write = (place) => terms[place]();
  if (terms.length <= most) return joinedBy([...terms.keys()].map(write), " + ");
  const size = (place) => Math.abs(sizes[place]);
  const order = [...sizes.keys()].sort((one, other) => size(other) - size(one));
  const others = order.splice(MOST_TERMS);
  const rest = others.reduce((sum, place) => sum + Number(sizes[place]), 0);
  const text = `${formatInside(rest, form)} from ${others.length} smaller terms`;
  return joinedBy([...order.map(write), [{ text }]], " + ");
}

/** The sums as groups, where there are several of which some are over cells. */
export function sumGroups(sums, form) {
  if (sums.length < 2 || sums.every(({ region }) => region === null)) return [];
  return sums.map(({ label, region, terms, sizes, subtotal, text, products }) => ({
    ...{ label, region, subtotal, text, products },
    terms: largest(terms, sizes, form, MOST_OF_GROUP),
    count: terms.length,
  }));
}
