// What a brush does to a grid; (0.5, 0.5) is the middle of its first cell.

import { cellsIn, clamp, floor, hypot, max, min, round } from "./geometry.js";

/**
 * Return the cells that a brush covers on its way: of 1 whole ones, a wider one has a soft edge.
 *
 * @param {{row: number, column: number}} from
 * @param {{row: number, column: number}} to
 * @param {number} brush its diameter in cells
 * @param {{height: number, width: number}} size the grid's
 * @returns {{row: number, column: number, share: number}[]}
 */
export function coveredCells(from, to, brush, { height, width }) {
  const reach = brush / 2 + 0.5;
  const span = (name, size) => {
    const first = max(0, floor(min(from[name], to[name]) - reach));
    const end = min(size, floor(max(from[name], to[name]) + reach) + 1);
    return [first, max(0, end - first)];
  };
  const [[row, lines], [column, places]] = [span("row", height), span("column", width)];
  return cellsIn({ row, column, height: lines, width: places })
    .map(({ row, column }) => {
      const way = wayToLine(row + 0.5, column + 0.5, from, to);
      const isInside = way.every((part) => part > -0.5 && part <= 0.5);
      const share = brush > 1 ? min(1, reach - hypot(...way)) : Number(isInside);
      return { row, column, share };
    })
    .filter(({ share }) => share > 0);
}

/** The way from the nearest point of the line between two points: down and across. */
function wayToLine(row, column, from, to) {
  const [down, across] = [to.row - from.row, to.column - from.column];
  const [below, right] = [row - from.row, column - from.column];
  const along = (below * down + right * across) / (down ** 2 + across ** 2 || 1);
  const place = clamp(along, 0, 1);
  return [below - place * down, right - place * across];
}

/** One stroke: going over a cell again changes it only where more of it is covered. */
export class Stroke {
  /**
   * @param {(channel: number, row: number, column: number) => number} read a level before it
   * @param {{brush: number, levels: number[]}} tool a level for each channel
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
    return covered.flatMap((cell) => this.paint(cell));
  }

  paint({ row, column, share }) {
    const { levels } = this.tool;
    const key = `${row},${column}`;
    const before = this.before.get(key);
    if (share <= before?.share) return [];
    const starts = before?.starts ?? levels.map((_, channel) => this.read(channel, row, column));
    this.before.set(key, { starts, share });
    return levels.map((level, channel) => {
      const start = starts[channel];
      return { channel, row, column, value: start + (level - start) * share };
    });
  }
}

/** Return a level as an image holds it: whole numbers up to 255, or three decimals up to 1. */
export const asLevel = (level, most) => (most > 1 ? round(level) : round(level * 1000) / 1000);
