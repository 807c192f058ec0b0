/**
 * What a brush does to a grid of levels. A point is in cells: (0.5, 0.5) is the first cell's middle.
 *
 * @typedef {{row: number, column: number}} Point
 * @typedef {{row: number, column: number, share: number}} Covered
 */

/** How far a point is from the line between two others. */
function distanceToLine(point, from, to) {
  const down = to.row - from.row;
  const across = to.column - from.column;
  const length = down * down + across * across;
  const along = ((point.row - from.row) * down + (point.column - from.column) * across) / length;
  const place = length ? Math.min(1, Math.max(0, along)) : 0;
  return Math.hypot(
    point.row - from.row - place * down,
    point.column - from.column - place * across,
  );
}

/**
 * Return the cells that a brush covers on its way, and which share of each.
 * A brush of 1 covers the cells that it passes; a wider one has a soft edge.
 *
 * @param {Point} from
 * @param {Point} to
 * @param {number} brush its diameter in cells
 * @param {{height: number, width: number}} size the grid's
 * @returns {Covered[]}
 */
export function coveredCells(from, to, brush, size) {
  const isThin = brush <= 1;
  const reach = isThin ? 0.5 : brush / 2 + 0.5;
  const first = (least) => Math.max(0, Math.floor(least - reach));
  const last = (most, count) => Math.min(count - 1, Math.floor(most + reach));
  const covered = [];
  const bottom = last(Math.max(from.row, to.row), size.height);
  const right = last(Math.max(from.column, to.column), size.width);
  for (let row = first(Math.min(from.row, to.row)); row <= bottom; row++) {
    for (let column = first(Math.min(from.column, to.column)); column <= right; column++) {
      const middle = { row: row + 0.5, column: column + 0.5 };
      const share = isThin
        ? Number(passes(from, to, row, column))
        : Math.min(1, Math.max(0, reach - distanceToLine(middle, from, to)));
      if (share > 0) covered.push({ row, column, share });
    }
  }
  return covered;
}

/** Whether a line passes a cell. */
function passes(from, to, row, column) {
  let [enters, leaves] = [0, 1];
  for (const [start, end, edge] of [[from.row, to.row, row], [from.column, to.column, column]]) {
    const way = end - start;
    if (way === 0) {
      if (start < edge || start >= edge + 1) return false;
      continue;
    }
    const crossings = [(edge - start) / way, (edge + 1 - start) / way];
    enters = Math.max(enters, Math.min(...crossings));
    leaves = Math.min(leaves, Math.max(...crossings));
  }
  return enters <= leaves;
}

/**
 * One stroke: going over a cell twice does not make it darker, only a wider share of it does.
 */
export class Stroke {
  /**
   * @param {(channel: number, row: number, column: number) => number} read a cell's level before
   * @param {{brush: number, levels: number[], most: number}} tool a level for each channel; `most`
   *   is the brightest
   * @param {{height: number, width: number}} size
   */
  constructor(read, tool, size) {
    this.tool = tool;
    this.size = size;
    this.read = read;
    this.shares = new Map();
    this.last = null;
  }

  /**
   * Go on to a point.
   * @param {Point} point
   * @returns {{channel: number, row: number, column: number, value: number}[]} what changes
   */
  moveTo(point) {
    const covered = coveredCells(this.last ?? point, point, this.tool.brush, this.size);
    this.last = point;
    return covered.flatMap((cell) => this.#paint(cell));
  }

  #paint({ row, column, share }) {
    const key = row * this.size.width + column;
    if (!this.shares.has(key)) {
      const levels = this.tool.levels.map((_, channel) => this.read(channel, row, column));
      this.shares.set(key, { share: 0, levels });
    }
    const before = this.shares.get(key);
    if (share <= before.share) return [];
    before.share = share;
    return this.tool.levels.map((level, channel) => {
      const start = before.levels[channel];
      const value = asLevel(start + (level - start) * share, this.tool.most);
      return { channel, row, column, value };
    });
  }
}

/**
 * Return a level as an image holds it: a whole number of up to 255, three decimals of up to 1.
 * @param {number} level
 * @param {number} most
 */
export function asLevel(level, most) {
  return most > 1 ? Math.round(level) : Math.round(level * 1000) / 1000;
}

/**
 * Return the brightest level of an image by its numbers: 1 where none is larger, else 255.
 * @param {Iterable<number>} levels
 */
export function brightest(levels) {
  for (const level of levels) if (Math.abs(level) > 1) return 255;
  return 1;
}
