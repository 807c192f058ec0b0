// What a cell is made of, on the cells themselves: its window has a solid outline, its weights a
// dashed one and small numbers in the window's corners; what reads it is dotted.

import { make, setStyle } from "./elements.js";
import { explain } from "./explain.js";
import { formatNumber } from "./format.js";
import { cellIn, cellsIn, isSame } from "./geometry.js";
import { WEIGHT_HEIGHT } from "./layout.js";
import { readersOf } from "./readers.js";

const MOST_WEIGHTS = 256;
const MOST_OUTLINED = 96;

/** The outlines of the cell that is explained. */
export class Outlines {
  constructor(view) {
    Object.assign(this, { view, cell: null, explanation: null, readers: null, readOf: [] });
    this.elements = new Map();
  }

  /** Explain a cell, or none. */
  explain(cell) {
    this.cell = cell;
    this.redraw();
  }

  /** Draw the outlines again, of numbers as they are now; one that is there already slides. */
  redraw() {
    const { calculation } = this.view.store;
    this.kept = this.elements;
    this.elements = new Map();
    this.explanation = this.cell && explain(calculation, this.cell);
    this.findReaders(calculation);
    if (this.cell) this.draw();
    for (const element of this.kept.values()) element.remove();
  }

  /** Which cells read the explained one; numbers that change change nothing of that. */
  findReaders(calculation) {
    const [known, cell] = this.readOf;
    if (this.cell && known === calculation && isSame(cell, this.cell)) return;
    this.readOf = [calculation, this.cell];
    this.readers = this.cell && readersOf(calculation, this.cell);
  }

  draw() {
    const { regions } = this.explanation;
    for (const region of regions) this.outline(region, `${region.role} hue-${region.color % 4}`);
    for (const pair of pairs(this.explanation)) this.writeWeights(...pair);
    const cells = regions.length ? [] : this.readers.cells.slice(0, MOST_OUTLINED);
    for (const cell of cells) this.outline(cell, "reader");
    this.outline(this.cell, "result");
  }

  /** Where the explained number came from: what its window holds, the cell that counts most. */
  source() {
    const { regions } = this.explanation;
    const window = regions.findIndex(({ role }) => role === "window");
    return regions.length ? this.sourceIn(Math.max(0, window)) : null;
  }

  /** Of one of the regions, the cell that counts most. */
  sourceIn(number) {
    const { view, explanation } = this;
    const region = explanation.regions[number];
    const weights = pairs(explanation).find(([window]) => window === region)?.[1];
    const shares = cellsIn(region).map((cell, at) =>
      Math.abs(view.valueAt(cell) * (weights ? view.valueAt(cellIn(weights, at)) : 1)),
    );
    const most = shares.reduce((best, share, at) => (share > shares[best] ? at : best), 0);
    return cellIn(region, most);
  }

  /** Draw a line around a cell, or around a region of cells. */
  outline(region, kind) {
    const slice = this.view.slices.get(region.slice);
    if (!slice) return;
    const { layout } = slice;
    layout.folding.rectangles({ height: 1, width: 1, ...region }).forEach((area, part) => {
      const key = `${kind} ${region.slice} ${part}`;
      setStyle(this.element(slice, key, `outline ${kind}`), layout.areaBox(area));
    });
  }

  /** The element of a key that is there from before, or a new one; the next of that key is another. */
  element(slice, key, kind) {
    if (this.elements.has(key)) return this.element(slice, `${key}'`, kind);
    const element = this.kept.get(key) ?? make(`div.${kind}`);
    this.kept.delete(key);
    if (element.parentNode !== slice.marks) slice.marks.append(element);
    this.elements.set(key, element);
    return element;
  }

  /** Write each weight small into the corner of the number that it is multiplied by. */
  writeWeights(window, weights) {
    const slice = this.view.slices.get(window.slice);
    const isRoomy = slice?.layout.cellHeight >= WEIGHT_HEIGHT;
    if (!isRoomy || window.height * window.width > MOST_WEIGHTS) return;
    cellsIn(window).forEach(({ row, column }, at) => {
      const value = this.view.valueAt(cellIn(weights, at));
      if (typeof value !== "number") return;
      const element = this.element(slice, `times ${window.slice} ${at}`, "times");
      element.replaceChildren(make("span", `×${formatNumber(value, { decimals: 3 })}`));
      setStyle(element, slice.layout.box(row, column));
    });
  }
}

/** Each window of an explanation with the weights, or other numbers, that it is multiplied by. */
function pairs({ regions, products, groups }) {
  const firsts = groups.filter((group) => group.products).map(({ region }) => region);
  if (products) firsts.push(0);
  return firsts.map((at) => {
    const [one, other] = [regions[at], regions[at + 1]];
    return one.role === "weights" ? [other, one] : [one, other];
  });
}
