import assert from "node:assert/strict";
import { test } from "node:test";
import { readFragment, writeFragment } from "../../../cnncalc/views/page/sources/fragment.js";

const CELL = { slice: 3, row: 1, column: 2 };

test("what is written is read again", () => {
  const edits = [
    [CELL, -1.5],
    [{ ...CELL, row: 0 }, 1e-7],
    [{ ...CELL, row: 4 }, "a name; of: two & three = 3"],
  ];
  const state = { flow: 2, selection: CELL, edits };
  assert.deepEqual(readFragment(writeFragment(state)), state);
});

test("a page without changes has no fragment", () => {
  assert.equal(writeFragment({ flow: 0, selection: null, edits: [] }), "");
});

test("the place of a number is read", () => {
  assert.deepEqual(readFragment("conv2d/1,2,0"), { layer: "conv2d", at: [1, 2, 0] });
  assert.deepEqual(readFragment("dense_1/4"), { layer: "dense_1", at: [4] });
});

for (const text of ["e=0.0.0:1e999", "e=0.0.0:NaN", "e=0.0:1", "e=1:1", "f=1e3", "at=1", "x=1"]) {
  test(`#${text} is no state`, () => assert.equal(readFragment(text), null));
}
