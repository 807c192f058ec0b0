import assert from "node:assert/strict";
import { test } from "node:test";
import { Calculation } from "../../../cnncalc/views/page/sources/calculation.js";
import { flowOf, sliceOf } from "./small_documents.js";

const SIDE = 24;

/** Windows of a padded image, a stage whose formulas take turns, and one that reads it turned. */
function largeFlow() {
  const image = sliceOf([
    [1, 1, SIDE - 2, SIDE - 2, "pixels", 0],
    [0, 0, 1, SIDE, "padding", 0],
    [SIDE - 1, 0, 1, SIDE, "padding", 0],
    [1, 0, SIDE - 2, 1, "padding", 0],
    [1, SIDE - 1, SIDE - 2, 1, "padding", 0],
  ]);
  const window = [0, 0, 0, 4, 3, 2, 0, 0, 2];
  const sums = sliceOf([[0, 0, 11, 11, "formula", [0, window]]]);
  const cell = [1, 0, 0, 1, 1, 1, 0, 0, 1];
  const other = [1, 1, 1, 2, 1, 1, 0, 0, 1];
  const tile = [
    "tiled",
    1,
    2,
    [
      [0, cell],
      [1, cell, other],
    ],
  ];
  const turns = sliceOf([[0, 0, 9, 18, "formula", tile]]);
  const turned = sliceOf([[0, 0, 18, 9, "formula", [0, [2, 0, 0, 1, 1, 0, 1, 1, 0]]]]);
  const again = sliceOf([[0, 0, 9, 16, "formula", [0, [2, 0, 0, 1, 3, 1, 0, 0, 1]]]]);
  const stages = [image, sums, turns, turned, again].map((slice) => ({ slices: [slice] }));
  return flowOf(stages, ["SUM({0})", "{0}-SUM({1})"]);
}

test("a change gives what a calculation from the start gives, wherever it is", () => {
  const flow = largeFlow();
  const inputs = Array.from({ length: SIDE ** 2 }, (_, place) => [place, (place * 37) % 101]);
  const calculation = new Calculation(flow, inputs);
  for (let row = 1; row < SIDE - 1; row += 1) {
    for (const [column, far] of [
      [1 + ((row * 7) % (SIDE - 2)), 0],
      [1 + ((row * 5) % (SIDE - 2)), (row * 3) % (SIDE - 2)],
    ]) {
      for (const [down, across] of [
        [row, column],
        [1 + far, column],
      ]) {
        const value = (row * 1000 + column * 31 + far) % 997;
        calculation.set(0, down, across, value);
        inputs[flow.place(0, down, across)][1] = value;
      }
      calculation.recalculate();
      assert.deepEqual(calculation.cells, new Calculation(flow, inputs).cells);
    }
  }
});

test("of a large block only the cells are calculated that a change reaches", () => {
  const flow = largeFlow();
  const inputs = Array.from({ length: SIDE ** 2 }, (_, place) => [place, 1]);
  const calculation = new Calculation(flow, inputs);
  const last = flow.place(1, 10, 10);
  calculation.cells[last] = 5;
  calculation.set(0, 1, 1, 7);
  assert.deepEqual([...calculation.recalculate()], [0, 1, 2, 3, 4]);
  assert.equal(calculation.value(1, 0, 0), 18);
  assert.equal(calculation.cells[last], 5);
});
