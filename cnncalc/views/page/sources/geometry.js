// Where the cells of a slice are drawn: long rows and columns are folded, so that a vector of 120
// numbers is a block of ten a line, and 5,329 rows stand in strips beside each other.

const PER_LINE = 10;
const MOST_ACROSS = 16;
const MOST_DOWN = 24;

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
    const [strips, lines] = [Math.ceil(height / this.down), Math.ceil(width / this.across)];
    this.lines = lines * this.down + (lines - 1) * this.gap;
    this.places = strips * this.across + (strips - 1) * this.gap;
  }

  fold() {
    const { height, width } = this;
    if (width > MOST_ACROSS && width > 4 * height) {
      this.across = width <= 20 * PER_LINE ? PER_LINE : Math.ceil(Math.sqrt(width * height * 1.6));
      this.gap = height > 1 ? 1 : 0;
    } else if (height > MOST_DOWN && height > 4 * width) {
      this.down = Math.ceil(Math.sqrt(width * height));
      this.gap = width > 1 ? 1 : 0;
    }
  }

  get isFolded() {
    return this.down < this.height || this.across < this.width;
  }

  /** Return the line and the place of a cell. */
  placeOf(row, column) {
    const [strip, line] = [Math.floor(row / this.down), Math.floor(column / this.across)];
    return {
      line: line * (this.down + this.gap) + (row % this.down),
      place: strip * (this.across + this.gap) + (column % this.across),
    };
  }

  /** Return the row and the column drawn at a line and a place, null in a gap and outside. */
  cellAt(line, place) {
    if (line < 0 || place < 0 || line >= this.lines || place >= this.places) return null;
    const [high, wide] = [this.down + this.gap, this.across + this.gap];
    const [inLine, inStrip] = [line % high, place % wide];
    const row = Math.floor(place / wide) * this.down + inLine;
    const column = Math.floor(line / high) * this.across + inStrip;
    const isCell = inLine < this.down && inStrip < this.across;
    return isCell && row < this.height && column < this.width ? { row, column } : null;
  }

  /** Return the rectangles, in lines and places, that a region of cells covers. */
  rectangles({ row, column, height, width }) {
    const { lines, places } = this;
    if (height * width === this.height * this.width) return [{ line: 0, place: 0, lines, places }];
    const found = [];
    for (let top = row; top < row + height; top += this.down - (top % this.down)) {
      const bottom = Math.min(row + height, top + this.down - (top % this.down));
      for (let left = column; left < column + width; left += this.across - (left % this.across)) {
        const right = Math.min(column + width, left + this.across - (left % this.across));
        const { line, place } = this.placeOf(top, left);
        found.push({ line, place, lines: bottom - top, places: right - left });
      }
    }
    return found;
  }
}
