/** What is shown in turn when a calculation plays; the same scenes as a film's (sheet/scenes.py). */

import { cellsOf } from "./flow.js";
import { floor } from "./geometry.js";

/**
 * Yield the scenes of a flow: of slices the rows from `first` to `row` that appear at once, or of a
 * single one a cell. `row` and `column` are those of the cell that is explained.
 *
 * @param {import("./flow.js").Flow} flow
 * @yields {{stage: number, slices: number[], first: number, row: number, column: number,
 *   isCell: boolean}}
 */
export function* expandRuns(flow) {
  for (const [number, pace, groups] of flow.runs) {
    const stage = flow.stages[number];
    const slices = stage.slices.map((slice) => slice.number);
    const parts = pace === "whole" ? [slices] : slices.map((slice) => [slice]);
    if (pace === "cells") yield* stage.slices.flatMap((slice) => cellScenes(number, slice));
    else yield* parts.flatMap((part) => fillingScenes(stage, part, groups));
  }
}

/** Scenes in which slices fill up together, by groups of rows. */
function fillingScenes({ number: stage, height, width }, slices, groups) {
  const column = floor(width / 2);
  return Array.from({ length: groups }, (_, group) => {
    const [first, after] = [group, group + 1].map((at) => floor((at * height) / groups));
    return { stage, slices, first, row: after - 1, column, isCell: false };
  });
}

/** A scene for each cell of a slice that has a formula, row by row. */
function cellScenes(stage, { number, blocks }) {
  const cells = blocks.filter((block) => block.tile).flatMap(cellsOf);
  cells.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const scene = { stage, slices: [number], isCell: true };
  return cells.map(([row, column]) => ({ ...scene, first: row, row, column }));
}
