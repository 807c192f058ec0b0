// A stage as it is seen: its title and size, its slices, and its scale with its ends.

import { SliceView, endTexts } from "./cells.js";
import { scaleOf } from "./colors.js";
import { sizeText } from "./figures.js";
import { StageLayout } from "./layout.js";
import { make } from "./elements.js";

/** A stage that is shown. */
export class StageView {
  /**
   * @param {object} view the whole
   * @param {object} stage of the flow
   */
  constructor(view, stage) {
    Object.assign(this, { view, stage, scale: null, lastCell: null });
    this.slices = stage.slices.map((slice) => new SliceView(this, slice));
    this.heading = make("h4", { text: stage.title, id: `stage-${stage.number}` });
    this.size = make("p", { class: "size", text: stageSize(stage) });
    this.body = make("div", { class: "slices" }, ...this.slices.map((slice) => slice.element));
    this.legend = make("div", { class: "legend", "aria-hidden": "true" });
    const head = make("header", {}, this.heading, this.size);
    this.element = make("section", { class: `stage ${stage.kind}`, "aria-labelledby": this.heading.id, "data-stage": stage.number }, head, this.body, this.legend);
    this.entry = this.slices[0].grid;
    this.entry.tabIndex = 0;
    this.resize();
  }

  /** The cell at which the focus comes in. */
  get firstCell() {
    return { slice: this.stage.slices[0].number, row: 0, column: 0 };
  }

  /** Lay everything out anew for a zoom or a width. */
  resize() {
    const { view, stage } = this;
    const valueOf = (slice, row, column) => view.valueAt({ slice, row, column });
    this.layout = new StageLayout(stage, valueOf, view.scene);
    const { isShared, across } = this.layout.tiles;
    this.element.classList.toggle("shared", isShared);
    this.element.classList.toggle("picture", !this.layout.hasNumbers);
    this.body.style.gridTemplateColumns = isShared ? "" : `repeat(${across}, max-content)`;
    for (const slice of this.slices) slice.resize();
    this.legend.style.width = `${Math.max(72, Math.min(this.layout.sliceWidth, 180))}px`;
    this.rescale();
  }

  /** Whether it is one number for each filter, of the weights that another stage shows. */
  standsBelow({ stage, layout }) {
    const isOfSame = this.stage.isWeight && stage.isWeight && this.stage.layer === stage.layer;
    const isScalar = this.stage.height * this.stage.width === 1;
    const { tiles } = this.layout;
    return isOfSame && isScalar && tiles.isShared && layout.tiles.isShared && tiles.rows === layout.tiles.rows;
  }

  /** Each tile has two tracks: a slice takes both, or the one above, or the one below. */
  standIn(tracks) {
    this.element.classList.toggle("below", tracks === "below");
    const { isShared } = this.layout.tiles;
    for (const { element, slice } of this.slices) {
      const first = 2 * slice.tile + (tracks === "below" ? 2 : 1);
      element.style.gridRow = isShared ? `${first} / span ${tracks === "whole" ? 2 : 1}` : "";
      element.style.gridColumn = isShared ? String(slice.place + 1) : "";
    }
  }

  /** Take the scale of the numbers as they are now. */
  rescale() {
    const { view, stage } = this;
    this.scale = scaleOf(stage.scale, this.numbers(), view.palette, view.store.flow.highest ?? 255);
    this.element.classList.toggle("unscaled", this.scale === null);
    this.element.classList.toggle("neutral", this.scale?.isNeutral ?? false);
    this.drawLegend();
  }

  *numbers() {
    for (const { number, height, width } of this.stage.slices) {
      for (let row = 0; row < height; row += 1) {
        for (let column = 0; column < width; column += 1) {
          const value = this.view.valueAt({ slice: number, row, column });
          if (typeof value === "number") yield value;
        }
      }
    }
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
    new Uint32Array(picture.data.buffer).set(Array.from({ length: 64 }, (_, at) => scale.table[Math.round((at / 63) * 255)]));
    context.putImageData(picture, 0, 0);
    legend.append(bar, make("div", { class: "ends" }, ...endTexts(scale).map((text) => make("span", { text }))));
  }

  /** The colour of a cell as a picture's pixel, none where the style sheet says it. */
  color(slice, row, column, role) {
    const { view, scale } = this;
    if (scale === null || role === "nothing" || role === "padding") return 0;
    if (view.isHidden(slice, row, column)) return 0;
    const value = view.valueAt({ slice, row, column });
    return typeof value === "number" ? scale.color(value) : 0;
  }

  isDark(value, role) {
    return role !== "padding" && this.scale !== null && typeof value === "number" && this.scale.isDark(value);
  }
}

function stageSize({ height, width, slices }) {
  return slices.length > 1 ? sizeText(height, width, slices.length) : sizeText(height, width);
}
