import { asLevel } from "./painting.js";

/** The image of a flow, as what is drawn or dropped on it sees it: channels of levels. */
export class InputImage {
  constructor(store, stage) {
    const { row, column, height, width } = pixelsOf(stage);
    this.store = store;
    this.slices = stage.slices;
    this.first = { row, column };
    this.size = { height, width };
    this.most = store.flow.highest;
  }

  cell(channel, row, column) {
    const { first, slices } = this;
    return { slice: slices[channel].number, row: first.row + row, column: first.column + column };
  }

  level(channel, row, column) {
    const cell = this.cell(channel, row, column);
    return this.store.calculation.value(cell.slice, cell.row, cell.column);
  }

  /** Put levels on pixels, as a change of its own or with the one before. */
  put(changes, isJoined = false) {
    const cells = changes.map(({ channel, row, column, value }) => ({
      ...this.cell(channel, row, column),
      value: asLevel(value, this.most),
    }));
    if (cells.length) this.store.put(cells, isJoined);
  }

  /** Change all levels by a rule of the level before, the channel and the pixel's number. */
  change(rule) {
    const { height, width } = this.size;
    const pixels = Array.from({ length: height * width }, (_, pixel) => pixel);
    const changes = this.slices.flatMap((_, channel) =>
      pixels.map((pixel) => {
        const [row, column] = [Math.floor(pixel / width), pixel % width];
        return {
          channel,
          row,
          column,
          value: rule(this.level(channel, row, column), channel, pixel),
        };
      }),
    );
    this.put(changes);
  }
}

const pixelsOf = (stage) => stage?.slices[0].blocks.find(({ role }) => role === "pixels");

/** Return the image that is seen, of several samples one; null where none can be changed. */
export function inputImage(store, view) {
  const isSeen = (stage) => view.sliceElement(stage.slices[0].number) !== null;
  const stage = store.flow.stages.find((part) => part.isImage && pixelsOf(part) && isSeen(part));
  return stage ? new InputImage(store, stage) : null;
}
