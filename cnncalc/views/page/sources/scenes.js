/** What is shown in turn when a calculation plays; the same scenes as a film's (sheet/scenes.py). */

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
function cellScenes(stage, slice) {
  const cells = slice.blocks.filter((block) => block.tile).flatMap(cellsIn);
  cells.sort(([row, column], [otherRow, otherColumn]) => row - otherRow || column - otherColumn);
  return cells.map(([row, column]) => ({
    stage,
    slices: [slice.number],
    row,
    column,
    isCell: true,
  }));
}

const cellsIn = ({ row, column, height, width }) =>
  Array.from({ length: height * width }, (_, cell) => [
    row + Math.floor(cell / width),
    column + (cell % width),
  ]);
