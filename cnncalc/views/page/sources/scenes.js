/** What is shown in turn when a calculation plays; the same scenes as a film's (sheet/scenes.py). */

import { cellsOf } from "./flow.js";

/**
 * Yield the scenes of a flow: the slices that appear at once, or of a single one a cell. `row` and
 * `column` are those of the cell that is explained, the last one that appears.
 *
 * @param {import("./flow.js").Flow} flow
 * @yields {{stage: number, slices: number[], row: number, column: number, isCell: boolean}}
 */
export function* expandRuns(flow) {
  for (const [number, pace] of flow.runs) {
    const stage = flow.stages[number];
    const slices = stage.slices.map((slice) => slice.number);
    const scene = { stage: number, row: stage.height - 1, column: stage.width - 1, isCell: false };
    if (pace === "whole") yield { ...scene, slices };
    if (pace === "slices") for (const slice of slices) yield { ...scene, slices: [slice] };
    if (pace === "cells") yield* stage.slices.flatMap((slice) => cellScenes(number, slice));
  }
}

/** A scene for each cell of a slice that has a formula, row by row. */
function cellScenes(stage, { number, blocks }) {
  const cells = blocks.filter((block) => block.tile).flatMap(cellsOf);
  cells.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return cells.map(([row, column]) => ({ stage, slices: [number], row, column, isCell: true }));
}
