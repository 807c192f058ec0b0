import assert from "node:assert/strict";
import { test } from "node:test";
import { filtersOf, kernelChanges } from "../../../cnncalc/views/page/sources/kernels.js";

const slice = (number, index) => ({ number, index, blocks: [{ row: 0, column: 0 }] });

test("the slices of a kernel belong to filters, a slice for each channel", () => {
  const stage = {
    slices: [slice(4, [0, 0]), slice(5, [1, 0]), slice(6, [0, 1]), slice(7, [1, 1])],
  };
  const numbers = filtersOf(stage).map((slices) => slices.map((part) => part.number));
  assert.deepEqual(numbers, [
    [4, 5],
    [6, 7],
  ]);
});

test("a named kernel is put into each channel", () => {
  const changes = kernelChanges(
    [slice(4, [0, 0]), slice(5, [1, 0])],
    [
      [1, 2],
      [3, 4],
    ],
  );
  assert.equal(changes.length, 8);
  assert.deepEqual(changes.at(-1), { slice: 5, row: 1, column: 1, value: 4 });
});
