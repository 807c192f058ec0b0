/**
 * What a brush does to a grid of levels. A point is in cells: (0.5, 0.5) is the first cell's middle.
 */

/** How far a point is from the line between two others. */
function distanceToLine(point, from, to) {
  const [down, across] = [to.row - from.row, to.column - from.column];
  const along = (point.row - from.row) * down + (point.column - from.column) * across;
  const place = Math.min(1, Math.max(0, along / (down * down + across * across || 1)));
  return Math.hypot(
    point.row - from.row - place * down,
    point.column - from.column - place * across,
  );
}

/** The cells that a line passes. */
function passedCells(from, to) {
  const [down, across] = [to.row - from.row, to.column - from.column];
  const steps = Math.ceil(4 * Math.max(Math.abs(down), Math.abs(across))) || 1;
  const cells = new Map();
  for (let step = 0; step <= steps; step += 1) {
    const row = Math.floor(from.row + (down * step) / steps);
    const column = Math.floor(from.column + (across * step) / steps);
    cells.set(`${row},${column}`, { row, column, share: 1 });
  }
  return [...cells.values()];
}

/**
 * Return the cells that a brush covers on its way, and which share of each: a brush of 1 covers the
 * cells that it passes, a wider one has a soft edge.
 *
 * @param {{row: number, column: number}} from
 * @param {{row: number, column: number}} to
 * @param {number} brush its diameter in cells
 * @param {{height: number, width: number}} size the grid's
 * @returns {{row: number, column: number, share: number}[]}
 */
export function coveredCells(from, to, brush, { height, width }) {
  const isInside = ({ row, column }) => row >= 0 && row < height && column >= 0 && column < width;
  if (brush <= 1) return passedCells(from, to).filter(isInside);
  const reach = brush / 2 + 0.5;
  const covered = [];
  const first = Math.floor(Math.min(from.row, to.row) - reach);
  const left = Math.floor(Math.min(from.column, to.column) - reach);
  for (let row = first; row <= Math.max(from.row, to.row) + reach; row += 1) {
    for (let column = left; column <= Math.max(from.column, to.column) + reach; column += 1) {
      const distance = distanceToLine({ row: row + 0.5, column: column + 0.5 }, from, to);
      const share = Math.min(1, reach - distance);
      if (share > 0 && isInside({ row, column })) covered.push({ row, column, share });
    }
  }
  return covered;
}

/** One stroke: going over a cell again changes it only where more of it is covered. */
export class Stroke {
  /**
   * @param {(channel: number, row: number, column: number) => number} read a level before it
   * @param {{brush: number, levels: number[], most: number}} tool `levels` one for each channel
   * @param {{height: number, width: number}} size
   */
  constructor(read, tool, size) {
    Object.assign(this, { read, tool, size, before: new Map(), last: null });
  }

  /**
   * Go on to a point.
   * @returns {{channel: number, row: number, column: number, value: number}[]} what changes
   */
  moveTo(point) {
    const covered = coveredCells(this.last ?? point, point, this.tool.brush, this.size);
    this.last = point;
    return covered.flatMap((cell) => this.#paint(cell));
  }

  #paint({ row, column, share }) {
    const { levels, most } = this.tool;
    const key = `${row},${column}`;
    const before = this.before.get(key) ?? {
      share: 0,
      levels: levels.map((_, channel) => this.read(channel, row, column)),
    };
    if (share <= before.share) return [];
    this.before.set(key, { ...before, share });
    return levels.map((level, channel) => {
      const start = before.levels[channel];
      return { channel, row, column, value: asLevel(start + (level - start) * share, most) };
    });
  }
}

/**
 * Return a level as an image holds it: a whole number of up to 255, three decimals of up to 1.
 * @param {number} level
 * @param {number} most
 */
export const asLevel = (level, most) =>
  most > 1 ? Math.round(level) : Math.round(level * 1000) / 1000;

/**
 * Return the brightest level of an image by its numbers: 1 where none is larger, else 255.
 * @param {number[]} levels
 */
export const brightest = (levels) => (levels.some((level) => Math.abs(level) > 1) ? 255 : 1);
