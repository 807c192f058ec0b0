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
    Object.assign(this, {
      view,
      cell: null,
      explanation: null,
      elements: new Map(),
      kept: new Map(),
    });
  }

  /** Explain a cell, or none. */
  explain(cell) {
    this.cell = cell;
    this.redraw();
  }

  /** Draw the outlines again, of numbers as they are now; one that is there already slides. */
  redraw() {
    this.kept = this.elements;
    this.elements = new Map();
    this.explanation = this.cell && this.explanationOf(this.cell);
    if (this.explanation !== null) this.draw();
    for (const element of this.kept.values()) element.remove();
    this.kept.clear();
  }

  explanationOf(cell) {
    return explain(this.view.store.calculation, cell);
  }

  draw() {
    const { regions } = this.explanation;
    for (const region of regions) this.outline(region, `${region.role} hue-${region.color % 4}`);
    for (const [window, weights] of pairs(regions)) this.writeWeights(window, weights);
    if (regions.length === 0) this.outlineReaders();
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
    const { regions } = this.explanation;
    const region = regions[place];
    const weights = pairs(regions).find(([window]) => window === region)?.[1];
    const share = (at) => {
      const [value, weight] = [region, weights].map((part) =>
        part ? this.view.valueAt(cellOf(part, at)) : 1,
      );
      return Math.abs(value * weight) || 0;
    };
    const places = Array.from({ length: region.height * region.width }, (_, at) => at);
    return cellOf(
      region,
      places.reduce((best, at) => (share(at) > share(best) ? at : best), 0),
    );
  }

  outlineReaders() {
    const { cells } = readersOf(this.view.store.calculation, this.cell);
    for (const cell of cells.slice(0, MOST_OUTLINED)) {
      this.outline({ ...cell, height: 1, width: 1 }, "reader");
    }
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
    if (slice === undefined || slice.layout.cellHeight < WEIGHT_HEIGHT || count > MOST_WEIGHTS)
      return;
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

/**
 * Return each window with the weights that it is multiplied by.
 * @param {object[]} regions of an explanation
 * @returns {Array<[object, object]>}
 */
export function pairs(regions) {
  const found = [];
  regions.forEach((region, place) => {
    const next = regions[place + 1];
    const isPair = region.role === "window" && next?.role === "weights";
    if (isPair && region.height * region.width === next.height * next.width)
      found.push([region, next]);
  });
  return found;
}
