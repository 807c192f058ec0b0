/** A formula as a sum: its terms one by one, folded where they are many, a group a channel. */

import { addends } from "./compile.js";
import { formatInside } from "./format.js";
import { joinedBy } from "./spelling.js";

export const MOST_TERMS = 24;

/**
 * Return the addends of a formula.
 *
 * @param {import("./reading.js").Reading} reading
 * @param {(tree: object, isAddend: boolean) => object[]} spell writes what is no sum of cells
 * @returns {object[]} of each its `terms` in parts, their `sizes`, the `subtotal` and its `text`;
 *   of sums over cells their `label` and `region`, of sums of products these `products`
 */
export function sumsOf(reading, spell) {
  const trees = addends(reading.tree);
  return trees.map((tree) => {
    const subtotal = reading.value(tree);
    const sum = { subtotal, text: formatInside(subtotal, reading.form), products: null };
    const places = (tree.parts ?? []).map((part) => part.place);
    if (isOver(tree, "SUMPRODUCT", 2)) return { ...sum, ...productsOf(reading, ...places) };
    if (isOver(tree, "SUM", 1)) {
      const [place] = places;
      const terms = reading.written(place);
      return { ...sum, ...labelled(reading, place), terms, sizes: reading.cells(place) };
    }
    return {
      ...sum,
      label: "",
      region: null,
      terms: [spell(tree, trees.length > 1)],
      sizes: [subtotal],
    };
  });
}

const isOver = ({ name, parts }, wanted, count) =>
  name === wanted && parts.length === count && parts.every(({ type }) => type === "reference");

function productsOf(reading, one, other) {
  const [window, weights] = [one, other].map((place) => reading.cells(place).map(Number));
  const sizes = window.map((number, place) => number * weights[place]);
  const [first, second] = [reading.written(one), reading.written(other)];
  const terms = first.map((cell, place) => {
    const parts = [...cell, { text: "×" }, ...second[place]];
    return sizes[place] === 0 ? parts.map((part) => ({ ...part, isZero: true })) : parts;
  });
  const { width } = reading.regions[one];
  const [rows, weightRows, products] = [window, weights, sizes].map((cells) =>
    inRows(cells, width),
  );
  return {
    ...labelled(reading, one),
    ...{ terms, sizes },
    products: { window: rows, weights: weightRows, products },
  };
}

const inRows = (cells, width) =>
  Array.from({ length: cells.length / width }, (_, row) =>
    cells.slice(row * width, (row + 1) * width),
  );

/** Which channel, or which sample, a sum is over. */
function labelled(reading, place) {
  const { slice, name } = reading.regions[place];
  const { sample } = reading.flow.stageOf(slice);
  const isOfSample = sample !== null && sample !== reading.stage.sample;
  const label = isOfSample ? `sample ${sample}` : reading.flow.sliceOf(slice).caption;
  return { label: label || name, region: place };
}

/** All terms; of many, the subtotals; of many of these, those that count most. */
export function folded(sums, form) {
  const terms = sums.flatMap((sum) => sum.terms);
  if (terms.length <= MOST_TERMS) return joinedBy(terms, " + ");
  if (sums.length === 1) return largest(terms, sums[0].sizes, form);
  const subtotals = sums.map(({ text, region }) => [{ text, region }]);
  return largest(
    subtotals,
    sums.map(({ subtotal }) => subtotal),
    form,
  );
}

function largest(terms, sizes, form) {
  if (terms.length <= MOST_TERMS) return joinedBy(terms, " + ");
  const size = (place) => Math.abs(sizes[place]);
  const order = [...sizes.keys()].sort((one, other) => size(other) - size(one));
  const others = order.splice(MOST_TERMS);
  const rest = others.reduce((sum, place) => sum + Number(sizes[place]), 0);
  const text = `${formatInside(rest, form)} from ${others.length} smaller terms`;
  return joinedBy([...order.map((place) => terms[place]), [{ text }]], " + ");
}

/** The sums as groups, where there are several of which some are over cells. */
export function groupsOf(sums) {
  if (sums.length < 2 || sums.every(({ region }) => region === null)) return [];
  return sums.map(({ label, region, terms, subtotal, text, products }) => ({
    ...{ label, region, subtotal, text, products },
    terms: joinedBy(terms, " + "),
    count: terms.length,
  }));
}
