// The image of a flow, as what is drawn or dropped on it sees it: channels of levels.

import { cellsIn } from "./geometry.js";
import { asLevel } from "./painting.js";

class InputImage {
  constructor(store, { slices }, { row, column, height, width }) {
    Object.assign(this, { store, slices, first: { row, column }, size: { height, width } });
    this.most = store.flow.highest;
    this.isColor = slices.length === 3;
  }

  cell(channel, row, column) {
    const { first, slices } = this;
    return { slice: slices[channel].number, row: first.row + row, column: first.column + column };
  }

  level(...place) {
    const { slice, row, column } = this.cell(...place);
    return this.store.calculation.value(slice, row, column);
  }

  /** Put levels on pixels, as a change of its own or with the one before. */
  put(changes, isJoined = false) {
    const cells = changes.map(({ channel, row, column, value }) => {
      return { ...this.cell(channel, row, column), value: asLevel(value, this.most) };
    });
    if (cells.length) this.store.put(cells, isJoined);
  }

  /** Change all levels by a rule of the level before, the channel and the pixel's number. */
  change(rule) {
    const pixels = cellsIn({ row: 0, column: 0, ...this.size });
    const changes = this.slices.flatMap((_, channel) =>
      pixels.map(({ row, column }, pixel) => {
        const value = rule(this.level(channel, row, column), channel, pixel);
        return { channel, row, column, value };
      }),
    );
    this.put(changes);
  }
}

/** Return the image that is seen, of several samples one; null where none can be changed. */
export function inputImage(store, view) {
  const pixelsOf = ({ slices }) => slices[0].blocks.find(({ role }) => role === "pixels");
  const stage = store.flow.stages.find(
    (part) => part.isImage && pixelsOf(part) && view.slices.has(part.slices[0].number),
  );
  return stage ? new InputImage(store, stage, pixelsOf(stage)) : null;
}
