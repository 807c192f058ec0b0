/** In which order blocks are calculated: each after all that it reads. */

import { boxOf, overlaps } from "./flow.js";

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
  for (const { references } of block.tile?.formulas ?? []) {
    for (const reference of references) {
      const { blocks } = flow.slices[reference.slice];
      const box = blocks.length > 1 && boxOf(reference, block);
      for (const source of blocks) if (!box || overlaps(box, source)) needed.add(source);
    }
  }
  return needed;
}
