// What a brush does to a grid; (0.5, 0.5) is the middle of its first cell.

import { cellsIn, clamp } from "./geometry.js";

/** How far a cell's middle is from the line between two points. */
function distanceToLine(row, column, from, to) {
  const [down, across] = [to.row - from.row, to.column - from.column];
  const [below, right] = [row + 0.5 - from.row, column + 0.5 - from.column];
  const along = (below * down + right * across) / (down ** 2 + across ** 2 || 1);
  const place = clamp(along, 0, 1);
  return Math.hypot(below - place * down, right - place * across);
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

/** The cells that a brush with a soft edge covers, and which share of each. */
function brushedCells(from, to, brush) {
  const reach = brush / 2 + 0.5;
  const span = (name) => {
    const first = Math.floor(Math.min(from[name], to[name]) - reach);
    return [first, Math.floor(Math.max(from[name], to[name]) + reach) - first + 1];
  };
  const [[row, height], [column, width]] = [span("row"), span("column")];
  return cellsIn({ row, column, height, width })
    .map((cell) => ({
      row: cell.row,
      column: cell.column,
      share: Math.min(1, reach - distanceToLine(cell.row, cell.column, from, to)),
    }))
    .filter(({ share }) => share > 0);
}

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
  const cells = brush <= 1 ? passedCells(from, to) : brushedCells(from, to, brush);
  return cells.filter(
    ({ row, column }) => row >= 0 && row < height && column >= 0 && column < width,
  );
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
export const asLevel = (level, most) =>
  most > 1 ? Math.round(level) : Math.round(level * 1000) / 1000;
