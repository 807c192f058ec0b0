// A stage as it is seen: its title and size, its slices, and its scale with its ends.

import { innerOf, SliceView } from "./cells.js";
import { scaleOf } from "./colors.js";
import { Composite } from "./composite.js";
import { classed } from "./dom.js";
import { make } from "./elements.js";
import { sizeText } from "./figures.js";
import { formatNumber } from "./format.js";
import { StageLayout } from "./layout.js";

/** A stage that is shown. */
export class StageView {
  /**
   * @param {object} view the whole
   * @param {object} stage of the flow
   */
  constructor(view, stage) {
    Object.assign(this, { view, stage, scale: null, lastCell: null });
    this.slices = stage.slices.map((slice) => new SliceView(this, slice));
    const id = `stage-${stage.number}`;
    const title = make("h4", { text: stage.title, id });
    const head = make("header", {}, title, classed("p", "size", stageSize(stage)));
    this.body = classed("div", "slices", ...this.slices.map((slice) => slice.element));
    this.legend = make("div", { class: "legend", "aria-hidden": "true" });
    const kind = `stage ${stage.kind}`;
    const about = { class: kind, "aria-labelledby": id, "data-stage": stage.number };
    this.element = make("section", about, head, this.body);
    this.composite = Composite.fits(stage) ? new Composite(this) : null;
    if (this.composite !== null) head.append(this.composite.canvas);
    this.entry = this.slices[0].grid;
    this.entry.tabIndex = 0;
    this.resize();
  }

  /** Whether what stands above each of many slices is the same, and so says nothing. */
  get hasLikeCaptions() {
    const { slices } = this.stage;
    return slices.length > 4 && slices.every(({ caption }) => caption === slices[0].caption);
  }

  /** The cell at which the focus comes in. */
  get firstCell() {
    return { slice: this.stage.slices[0].number, row: 0, column: 0 };
  }

  /** Lay everything out anew for a zoom or a width. */
  resize() {
    const { view, stage } = this;
    const read = (slice, row, column) => view.valueAt({ slice, row, column });
    this.layout = new StageLayout(stage, read, view.scene);
    const { isShared, across } = this.layout.tiles;
    this.element.classList.toggle("shared", isShared);
    this.element.classList.toggle("picture", !this.layout.hasNumbers);
    this.body.style.gridTemplateColumns = isShared ? "" : `repeat(${across}, max-content)`;
    for (const slice of this.slices) slice.resize();
    this.composite?.resize();
    this.legend.style.width = `${Math.max(104, Math.min(this.layout.sliceWidth, 180))}px`;
    this.isStale = true;
  }

  /** Whether it is one number for each filter, of the weights that another stage shows. */
  standsBelow({ stage, layout }) {
    const isOfSame = this.stage.isWeight && stage.isWeight && this.stage.layer === stage.layer;
    if (!isOfSame || this.stage.height * this.stage.width > 1) return false;
    const [one, other] = [this.layout.tiles, layout.tiles];
    return one.isShared && other.isShared && one.rows === other.rows;
  }

  /**
   * Each tile has two tracks: a slice takes both, or the one above, or the one below.
   * @param {string} tracks "whole", "above" or "below"
   * @param {object|null} across the stage that has its tiles beside each other, and this one too
   */
  standIn(tracks, across) {
    this.element.classList.toggle("below", tracks === "below");
    this.placeLegend(across !== null);
    const { isShared } = this.layout.tiles;
    for (const { element, slice } of this.slices) {
      const place = isShared
        ? this.placeOf(slice, tracks, across)
        : { row: "", column: "", width: "" };
      element.style.gridRow = place.row;
      element.style.gridColumn = place.column;
      element.style.width = place.width;
    }
  }

  placeOf({ tile, place }, tracks, across) {
    const row = across === null ? 2 * tile : 0;
    const column = across === null ? place : place + tile * this.layout.tiles.across;
    return {
      row: `${row + (tracks === "below" ? 2 : 1)} / span ${tracks === "whole" ? 2 : 1}`,
      column: String(column + 1),
      width: across === null ? "" : `${across.layout.sliceWidth}px`,
    };
  }

  /** The scale stands below the last slice, or below the first of those beside each other. */
  placeLegend(isAcross) {
    const { isShared } = this.layout.tiles;
    const slice = this.slices.at(isAcross ? 0 : -1);
    (isShared ? slice.element : this.body).append(this.legend);
  }

  freshen() {
    if (this.isStale) this.rescale();
  }

  /** Take the scale of the numbers as they are now. */
  rescale() {
    const { view, stage } = this;
    this.isStale = false;
    this.scale = scaleOf(stage.scale, this.numbers(), view.palette, view.store.flow.highest ?? 255);
    this.element.classList.toggle("unscaled", this.scale === null);
    this.element.classList.toggle("neutral", this.scale?.isNeutral ?? false);
    this.drawLegend();
    this.composite?.paint();
  }

  /** All its numbers, those of a slice after those of another; NaN where there is none. */
  numbers() {
    const first = this.stage.slices[0];
    const last = this.stage.slices.at(-1);
    return this.view.store.calculation.cells.subarray(
      first.first,
      last.first + last.height * last.width,
    );
  }

  drawLegend() {
    const { scale, legend } = this;
    legend.replaceChildren();
    if (scale === null || this.stage.height * this.stage.width === 1) return;
    if (scale.isNeutral) {
      legend.append(`all ${endTexts(scale)[0]}`);
      return;
    }
    const bar = make("canvas", { width: 64, height: 1 });
    const context = bar.getContext("2d");
    const picture = context.createImageData(64, 1);
    new Uint32Array(picture.data.buffer).set(
      Array.from({ length: 64 }, (_, at) => scale.table[Math.round((at / 63) * 255)]),
    );
    context.putImageData(picture, 0, 0);
    legend.append(
      bar,
      make("div", { class: "ends" }, ...endTexts(scale).map((text) => make("span", { text }))),
    );
  }

  isDark(value, role) {
    return (
      role !== "padding" &&
      this.scale !== null &&
      typeof value === "number" &&
      this.scale.isDark(value)
    );
  }
}

function stageSize({ slices }) {
  const [{ height, width }] = slices;
  const inner = innerOf(slices[0]);
  const channels = slices.length > 1 ? [slices.length] : [];
  const padded =
    inner.height < height || inner.width < width ? `, padded to ${sizeText(height, width)}` : "";
  return sizeText(inner.height, inner.width, ...channels) + padded;
}

/** The ends of a scale as texts. */
const endTexts = ({ ends }) =>
  ends.map((end) => formatNumber(end, { decimals: Math.abs(end) >= 100 ? 1 : 3 }));
