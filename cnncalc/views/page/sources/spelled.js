// How a number came about, spelled: sums in the colours of the outlines, long ones folded, and
// window × weights = products as three small grids.

import { make } from "./elements.js";
import { cellText } from "./figures.js";

const MOST_GRID = 8;
const GRID_ROOM = 7;

/**
 * Return parts of a sum as elements; a number has the colour of what it stands in.
 * @param {object[]} parts of an explanation
 * @param {object[]} regions that they name
 * @returns {HTMLElement[]}
 */
export function partsOf(parts, regions) {
  return parts.map(({ text, region, isZero, isPadding }) => {
    const kind = regions[region] ? `part ${regions[region].kind}` : "sign";
    return make(`span.${kind}${isZero ? " zero" : ""}${isPadding ? " padded" : ""}`, text);
  });
}

/**
 * Return a line for each part of a long sum; what it adds up is there on demand.
 * @param {object[]} groups of an explanation
 * @param {object[]} regions that they name
 * @returns {HTMLElement}
 */
export function groupsList(groups, regions) {
  const lines = groups.map((group) => {
    const label = make("span.label", group.label || "then");
    const head = [label, make("strong", group.text)];
    return group.count > 1 ? openGroup(group, head, regions) : make("p.group", ...head);
  });
  return make("div.groups", ...lines);
}

function openGroup({ terms, count, products }, head, regions) {
  const summary = make("summary", ...head, make("span.size", `${count} terms`));
  const details = make("details.group", summary);
  details.addEventListener("toggle", () => {
    if (!details.open || details.childElementCount > 1) return;
    details.append(make("p.sum", ...partsOf(terms, regions)));
    if (products && isSmall(products)) details.append(productGrids(products, regions));
  });
  return details;
}

/**
 * Tell whether matrices are small enough to be shown.
 * @param {{window: number[][]}} products
 */
export function isSmall({ window: [first, ...others] }) {
  return others.length < MOST_GRID && first.length <= MOST_GRID;
}

/**
 * Return three small grids: window × weights = products.
 * @param {{window: number[][], weights: number[][], products: number[][]}} matrices
 * @param {object[]} regions of the explanation, the window's and the weights' first
 * @returns {HTMLElement}
 */
export function productGrids({ window, weights, products }, regions) {
  const [one, other] = regions.map(({ kind }) => kind);
  const grids = [smallGrid(window, one), smallGrid(weights, other), smallGrid(products, "made")];
  const [times, equals] = ["×", "="].map((text) => make("span.sign", text));
  return make("div.products", grids[0], times, grids[1], equals, grids[2]);
}

function smallGrid(matrix, kind) {
  const cellOf = (value) => make(value === 0 ? "td.zero" : "td", cellText(value, GRID_ROOM));
  const rows = matrix.map((row) => make("tr", ...row.map(cellOf)));
  const caption = make("caption", kind === "made" ? "products" : kind.split(" ")[0]);
  return make(`table.small ${kind}`, caption, make("tbody", ...rows));
}
