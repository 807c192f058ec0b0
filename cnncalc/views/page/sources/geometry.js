// Cells and regions of cells, and where those of a slice are drawn: long rows and columns are
// folded, so that a vector of 120 numbers is a block of ten a line, and 5,329 rows stand in strips
// beside each other.

/** What all of the page calculates with. */
export const { abs, ceil, floor, hypot, max, min, round } = Math;

const PER_LINE = 10;
const MOST_ACROSS = 16;
const MOST_DOWN = 24;

/** Bring a number between two others; where these cross, the lower one counts. */
export const clamp = (value, low, high) => max(low, min(high, value));

/** How far a number is outside of two others. */
export const outside = (value, low, high) => abs(value - clamp(value, low, high));

/** Tell whether two cells are the same one, or both none. */
export const isSame = (a, b) =>
  a?.slice === b?.slice && a?.row === b?.row && a?.column === b?.column;

/** Return a cell of a region by its place, counted row by row. */
export const cellIn = ({ slice, row, column, width }, at) => ({
  slice,
  row: row + floor(at / width),
  column: column + (at % width),
});

/** Return all cells of a region, row by row. */
export const cellsIn = (region) =>
  Array.from({ length: region.height * region.width }, (_, at) => cellIn(region, at));

/** Return a slice as a region: all of its cells. */
export const wholeOf = ({ number, height, width }) => {
  return { slice: number, row: 0, column: 0, height, width };
};

/** How the cells of a slice are laid out, `lines` × `places` of them as they are drawn. */
export class Folding {
  /**
   * @param {number} height rows of the slice
   * @param {number} width columns of the slice
   * @param {boolean} isSpatial whether rows and columns are an image's, which is never folded
   */
  constructor(height, width, isSpatial) {
    Object.assign(this, { height, width, down: height, across: width, gap: 0 });
    if (!isSpatial) this.fold();
    const [strips, lines] = [ceil(height / this.down), ceil(width / this.across)];
    this.isFolded = strips * lines > 1;
    this.lines = lines * this.down + (lines - 1) * this.gap;
    this.places = strips * this.across + (strips - 1) * this.gap;
  }

  fold() {
    const { height, width } = this;
    if (width > MOST_ACROSS && width > 4 * height) {
      this.across = width <= 20 * PER_LINE ? PER_LINE : ceil(Math.sqrt(width * height * 1.6));
      this.gap = height > 1 ? 1 : 0;
    } else if (height > MOST_DOWN && height > 4 * width) {
      this.down = ceil(Math.sqrt(width * height));
      this.gap = width > 1 ? 1 : 0;
    }
  }

  /** Return the line and the place of a cell. */
  placeOf(row, column) {
    const [strip, line] = [floor(row / this.down), floor(column / this.across)];
    return {
      line: line * (this.down + this.gap) + (row % this.down),
      place: strip * (this.across + this.gap) + (column % this.across),
    };
  }

  /** Return the row and the column drawn at a line and a place, null in a gap and outside. */
  cellAt(line, place) {
    const { down, across, gap } = this;
    if (line < 0 || place < 0 || line >= this.lines || place >= this.places) return null;
    const [inLine, inStrip] = [line % (down + gap), place % (across + gap)];
    const row = floor(place / (across + gap)) * down + inLine;
    const column = floor(line / (down + gap)) * across + inStrip;
    const isCell = inLine < down && inStrip < across && row < this.height && column < this.width;
    return isCell ? { row, column } : null;
  }

  /** Return the rectangles, in lines and places, that a region of cells covers. */
  rectangles({ row, column, height, width }) {
    const { lines, places, down, across } = this;
    if (height * width === this.height * this.width) return [{ line: 0, place: 0, lines, places }];
    return runs(row, height, down).flatMap(([top, high]) =>
      runs(column, width, across).map(([left, wide]) => {
        return { ...this.placeOf(top, left), lines: high, places: wide };
      }),
    );
  }
}

/** Cut a run of cells where another strip begins: the first of each part, and its length. */
function runs(first, length, size) {
  const parts = [];
  for (let at = first; at < first + length; at += size - (at % size)) {
    parts.push([at, min(first + length - at, size - (at % size))]);
  }
  return parts;
}

/** Return the cells of a slice without the padding around them. */
export function innerOf({ blocks, height, width }) {
  const isPadded = blocks.length > 1 && blocks.slice(1).every(({ role }) => role === "padding");
  return isPadded ? blocks[0] : { row: 0, column: 0, height, width };
}
