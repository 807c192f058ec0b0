/** In which order blocks are calculated: each after all that it reads. */

import { regionAt } from "./flow.js";

/**
 * Put the blocks of a flow in order.
 *
 * @param {import("./flow.js").Flow} flow
 * @returns {{order: object[], readers: Map<object, object[]>}} the blocks with formulas in order,
 *   and of each block those that read it
 */
export function orderBlocks(flow) {
  const readers = new Map(flow.blocks.map((block) => [block, []]));
  const waiting = new Map();
  for (const block of flow.blocks) {
    const needed = neededBlocks(flow, block);
    for (const source of needed) readers.get(source).push(block);
    waiting.set(block, needed.size);
  }
  const done = flow.blocks.filter((block) => !waiting.get(block));
  for (const block of done) {
    for (const reader of readers.get(block)) {
      waiting.set(reader, waiting.get(reader) - 1);
      if (!waiting.get(reader)) done.push(reader);
    }
  }
  if (done.length < flow.blocks.length) throw new Error("formulas read each other in a circle");
  return { order: done.filter((block) => block.tile), readers };
}

function neededBlocks(flow, block) {
  const needed = new Set();
  for (const reference of (block.tile?.formulas ?? []).flatMap(({ references }) => references)) {
    const box = boxOf(reference, block);
    for (const source of flow.sliceOf(reference.slice).blocks) {
      if (overlaps(box, source)) needed.add(source);
    }
  }
  return needed;
}

/** All that a reference stands for in any cell of its block. */
export function boxOf(reference, { height, width, tile }) {
  const first = regionAt(reference, 0, 0);
  const down = Math.ceil(height / tile.rows) - 1;
  const across = Math.ceil(width / tile.columns) - 1;
  const ends = [regionAt(reference, down, 0), regionAt(reference, 0, across)];
  const last = regionAt(reference, down, across);
  const [top, bottom] = range([first, ...ends, last].map(({ row }) => row));
  const [left, right] = range([first, ...ends, last].map(({ column }) => column));
  return {
    row: top,
    column: left,
    height: bottom - top + reference.height,
    width: right - left + reference.width,
  };
}

const range = (numbers) => [Math.min(...numbers), Math.max(...numbers)];

const overlaps = (one, other) =>
  one.row < other.row + other.height &&
  other.row < one.row + one.height &&
  one.column < other.column + other.width &&
  other.column < one.column + one.width;
