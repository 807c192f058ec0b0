// What a cell is made of, on the cells themselves: its window has a solid outline, its weights a
// dashed one and small numbers in the window's corners; what reads it is dotted.

import { placeAt } from "./dom.js";
import { make } from "./elements.js";
import { explain } from "./explain.js";
import { formatNumber } from "./format.js";
import { WEIGHT_HEIGHT } from "./layout.js";
import { readersOf } from "./readers.js";

const MOST_WEIGHTS = 256;
const MOST_OUTLINED = 96;

/** The outlines of the cell that is explained. */
export class Outlines {
  constructor(view) {
    Object.assign(this, { view, cell: null, explanation: null, readers: null });
    Object.assign(this, { elements: new Map(), kept: new Map() });
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
    this.readers = this.cell && readersOf(calculation, this.cell);
    if (this.cell !== null) this.draw();
    for (const element of this.kept.values()) element.remove();
    this.kept.clear();
  }

  draw() {
    const { regions } = this.explanation;
    for (const region of regions) this.outline(region, `${region.role} hue-${region.color % 4}`);
    for (const pair of pairs(this.explanation)) this.writeWeights(...pair);
    const cells = regions.length === 0 ? this.readers.cells.slice(0, MOST_OUTLINED) : [];
    for (const cell of cells) this.outline({ ...cell, height: 1, width: 1 }, "reader");
    this.outline({ ...this.cell, height: 1, width: 1 }, "result");
  }

  /** Where the explained number came from: what its window holds, the cell that counts most. */
  source() {
    const { regions } = this.explanation;
    const window = regions.findIndex(({ role }) => role === "window");
    return regions.length ? this.sourceIn(Math.max(0, window)) : null;
  }

  /** Of one of the regions, the cell that counts most. */
  sourceIn(place) {
    const region = this.explanation.regions[place];
    const weights = pairs(this.explanation).find(([window]) => window === region)?.[1];
    let [best, most] = [0, -1];
    for (let at = 0; at < region.height * region.width; at += 1) {
      const weight = weights ? this.view.valueAt(cellOf(weights, at)) : 1;
      const share = Math.abs(this.view.valueAt(cellOf(region, at)) * weight);
      if (share > most) [best, most] = [at, share];
    }
    return cellOf(region, best);
  }

  outline(region, kind) {
    const slice = this.view.slices.get(region.slice);
    if (slice === undefined) return;
    slice.layout.folding.rectangles(region).forEach((area, part) => {
      const key = `${kind} ${region.slice} ${part}`;
      placeAt(this.element(slice, key, `outline ${kind}`), slice.layout.areaBox(area));
    });
  }

  /** The element of a key that is there from before, or a new one; the next of that key is another. */
  element(slice, key, kind) {
    if (this.elements.has(key)) return this.element(slice, `${key}'`, kind);
    const element = this.kept.get(key) ?? make("div", { class: kind });
    this.kept.delete(key);
    if (element.parentNode !== slice.marks) slice.marks.append(element);
    this.elements.set(key, element);
    return element;
  }

  /** Write each weight small into the corner of the number that it is multiplied by. */
  writeWeights(window, weights) {
    const slice = this.view.slices.get(window.slice);
    const count = window.height * window.width;
    const isRoomy = slice?.layout.cellHeight >= WEIGHT_HEIGHT;
    if (!isRoomy || count > MOST_WEIGHTS) return;
    for (let at = 0; at < count; at += 1) {
      const value = this.view.valueAt(cellOf(weights, at));
      if (typeof value !== "number") continue;
      const { row, column } = cellOf(window, at);
      const element = this.element(slice, `times ${window.slice} ${at}`, "times");
      element.replaceChildren(make("span", { text: `×${formatNumber(value, { decimals: 3 })}` }));
      placeAt(element, slice.layout.box(row, column));
    }
  }
}

/** The cell of a region at a place, row by row. */
function cellOf({ slice, row, column, width }, at) {
  return { slice, row: row + Math.floor(at / width), column: column + (at % width) };
}

/** Each window of an explanation with the weights, or other numbers, that it is multiplied by. */
function pairs({ regions, products, groups }) {
  const firsts = groups.filter((group) => group.products).map((group) => group.region);
  if (products !== null) firsts.push(0);
  return firsts.map((place) => {
    const [one, other] = [regions[place], regions[place + 1]];
    return one.role === "weights" ? [other, one] : [one, other];
  });
}
