// A photo as it looks: its red, green and blue channels as one picture above them.

import { innerOf } from "./cells.js";
import { make } from "./elements.js";

const CHANNELS = "red green blue";

/** The picture of a stage whose three slices are the colours of an image. */
export class Composite {
  /** @param {object} stageView */
  constructor(stageView) {
    this.stageView = stageView;
    this.canvas = make("canvas", {
      class: "composite",
      role: "img",
      "aria-label": `${stageView.stage.title} in colour`,
    });
  }

  /** Tell whether a stage has one. */
  static fits({ isImage, slices }) {
    return isImage && slices.map(({ caption }) => caption).join(" ") === CHANNELS;
  }

  /** Become as large as a slice. */
  resize() {
    const { stage, layout } = this.stageView;
    const { height, width } = innerOf(stage.slices[0]);
    Object.assign(this.canvas, { width, height });
    this.canvas.style.width = `${width * layout.cellHeight}px`;
    this.canvas.style.height = `${height * layout.cellHeight}px`;
  }

  /** Draw the colours as they are now. */
  paint() {
    const { canvas, stageView } = this;
    const { stage, view } = stageView;
    const inner = innerOf(stage.slices[0]);
    const context = canvas.getContext("2d");
    const picture = context.createImageData(inner.width, inner.height);
    const share = 255 / (stageView.scale?.high ?? 255);
    const { cells } = view.store.calculation;
    stage.slices.forEach(({ first, width }, channel) => {
      for (let at = 0; at < inner.height * inner.width; at += 1) {
        const place =
          (inner.row + Math.floor(at / inner.width)) * width + inner.column + (at % inner.width);
        picture.data[4 * at + channel] = cells[first + place] * share;
        picture.data[4 * at + 3] = 255;
      }
    });
    context.putImageData(picture, 0, 0);
  }
}
