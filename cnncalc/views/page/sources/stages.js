// A stage as it is seen: its title and size, its slices, and its scale with its ends.

import { SliceView } from "./cells.js";
import { paintOn, scaleOf } from "./colors.js";
import { compositeOf, paintComposite } from "./composite.js";
import { make, setStyle } from "./elements.js";
import { cellText, sizeText } from "./figures.js";
import { clamp, innerOf } from "./geometry.js";
import { StageLayout } from "./layout.js";

const LEGEND_WIDTH = 64;
const FREE = { "grid-area": "", width: "" };

/** A stage that is shown. */
export class StageView {
  /**
   * @param {object} view the whole
   * @param {object} stage of the flow
   */
  constructor(view, stage) {
    const { number, slices, title, kind } = stage;
    const id = `stage-${number}`;
    // The cell at which the focus comes in, as long as there is no last one.
    Object.assign(this, { view, stage, lastCell: { slice: slices[0].number, row: 0, column: 0 } });
    // Where what stands above each of many slices is the same it says nothing.
    const captions = new Set(slices.map(({ caption }) => caption));
    this.hasLikeCaptions = slices.length > 4 && captions.size === 1;
    this.slices = slices.map((slice) => new SliceView(this, slice));
    this.composite = compositeOf(stage);
    const head = make("header", make("h4", title, { id }), make("p.size", stageSize(stage)));
    if (this.composite) head.append(this.composite);
    this.body = make("div.slices", ...this.slices.map(({ element }) => element));
    // It has its room from the start: what lies below would move while one scrolls to it.
    this.isLegendless = stage.scale === "none" || stage.height * stage.width === 1;
    this.legend = make("div.legend", { "aria-hidden": "true", hidden: this.isLegendless });
    const about = { "aria-labelledby": id, "data-stage": number };
    this.element = make(`section.stage ${kind}`, about, head, this.body);
    this.entry = this.slices[0].grid;
    this.entry.tabIndex = 0;
    this.resize();
  }

  newLayout() {
    const { view, stage } = this;
    return new StageLayout(stage, (cell) => view.valueAt(cell), view.scene);
  }

  /** Whether a slice of it is in a Set of their numbers, or all are meant: null. */
  hasAny(changed) {
    return !changed || this.stage.slices.some(({ number }) => changed.has(number));
  }

  /** Take wider cells where the numbers as they are now need them; tell whether it did. */
  widen() {
    const layout = this.layout.hasNumbers && this.newLayout();
    const isWider = layout.cellWidth > this.layout.cellWidth;
    if (isWider) this.resize(layout);
    return isWider;
  }

  /** Lay everything out anew for a zoom, a width or longer numbers. */
  resize(layout = this.newLayout()) {
    const { element, composite } = this;
    this.layout = layout;
    const { tiles, hasNumbers, cellHeight, width } = this.layout;
    element.classList.toggle("shared", tiles.isShared);
    element.classList.toggle("picture", !hasNumbers);
    const columns = tiles.isShared ? "" : `repeat(${tiles.across}, max-content)`;
    setStyle(this.body, { "grid-template-columns": columns });
    setStyle(this.legend, { width: clamp(width, 104, 180) });
    if (composite) {
      setStyle(composite, {
        width: composite.width * cellHeight,
        height: composite.height * cellHeight,
      });
    }
    for (const slice of this.slices) slice.resize();
    this.isStale = true;
  }

  /** Whether it is one number for each filter, of the weights that another stage shows. */
  standsBelow({ stage, layout }) {
    const { isWeight, layer, height, width } = this.stage;
    const isOfSame = isWeight && stage.isWeight && layer === stage.layer && height * width === 1;
    const [one, other] = [this.layout.tiles, layout.tiles];
    return isOfSame && one.isShared && other.isShared && one.rows === other.rows;
  }

  /**
   * Each tile has two tracks: a slice takes both, or the one above, or the one below.
   * @param {string} tracks "whole", "above" or "below"
   * @param {object|null} across the stage that has its tiles beside each other, and this one too
   */
  standIn(tracks, across) {
    const { isShared } = this.layout.tiles;
    this.element.classList.toggle("below", tracks === "below");
    // The scale stands below the last slice, or below the first of those beside each other.
    (isShared ? this.slices.at(across ? 0 : -1).element : this.body).append(this.legend);
    for (const { element, slice } of this.slices) {
      setStyle(element, isShared ? this.placeOf(slice, tracks, across) : FREE);
    }
  }

  placeOf(slice, tracks, across) {
    const row = (across ? 0 : 2 * slice.tile) + (tracks === "below" ? 2 : 1);
    const column = slice.place + 1 + (across ? slice.tile * this.layout.tiles.across : 0);
    const area = `${row} / ${column} / span ${tracks === "whole" ? 2 : 1}`;
    return { "grid-area": area, width: across ? across.layout.width : "" };
  }

  freshen() {
    if (this.isStale) this.rescale();
  }

  /** Take the scale of the numbers as they are now. */
  rescale() {
    const { view, stage, composite, element } = this;
    const { flow, calculation } = view.store;
    const [first, last] = [stage.slices[0], stage.slices.at(-1)];
    const end = last.first + last.height * last.width;
    const numbers = calculation.cells.subarray(first.first, end);
    this.isStale = false;
    this.scale = scaleOf(stage.scale, numbers, view.palette, flow.highest);
    element.classList.toggle("unscaled", this.scale === null);
    element.classList.toggle("neutral", this.scale?.kind === "neutral");
    this.drawLegend();
    if (composite) paintComposite(composite, stage, calculation, this.scale?.high ?? 255);
  }

  drawLegend() {
    const { scale, legend } = this;
    legend.replaceChildren();
    legend.hidden = scale === null || this.isLegendless;
    if (legend.hidden) return;
    const ends = scale.ends.map((end) => make("span", cellText(end, end < 0 ? 7.35 : 6)));
    if (scale.kind === "neutral") return legend.append("all ", ...ends);
    const bar = make("canvas", { width: LEGEND_WIDTH, height: 1 });
    paintOn(bar, (pixels) => {
      for (const at of pixels.keys()) {
        pixels[at] = scale.table[Math.round((at / (LEGEND_WIDTH - 1)) * 255)];
      }
    });
    legend.append(bar, make("div.ends", ...ends));
  }
}

function stageSize({ slices }) {
  const [{ height, width }] = slices;
  const inner = innerOf(slices[0]);
  const channels = slices.length > 1 ? [slices.length] : [];
  const isPadded = inner.height < height || inner.width < width;
  const padded = isPadded ? `, padded to ${sizeText(height, width)}` : "";
  return sizeText(inner.height, inner.width, ...channels) + padded;
}
