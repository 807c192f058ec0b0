import assert from "node:assert/strict";
import { test } from "node:test";
import { asLevel, coveredCells, Stroke } from "../../../cnncalc/views/page/sources/painting.js";

const size = { height: 5, width: 6 };
const at = (row, column) => ({ row, column });
const places = (cells) => cells.map((cell) => `${cell.row},${cell.column}`);

test("a thin brush covers the whole cell that it touches", () => {
  assert.deepEqual(coveredCells(at(2.9, 3.1), at(2.9, 3.1), 1, size), [
    { row: 2, column: 3, share: 1 },
  ]);
});

test("a thin brush leaves no gap on a fast move", () => {
  assert.deepEqual(places(coveredCells(at(0.5, 0.5), at(0.5, 5.5), 1, size)), [
    "0,0",
    "0,1",
    "0,2",
    "0,3",
    "0,4",
    "0,5",
  ]);
  const diagonal = coveredCells(at(0.5, 0.5), at(3.5, 3.5), 1, size);
  assert.deepEqual(
    places(diagonal).filter((place) => place[0] === place[2]),
    ["0,0", "1,1", "2,2", "3,3"],
  );
});

test("a wide brush is round and has a soft edge", () => {
  const covered = coveredCells(at(2.5, 2.5), at(2.5, 2.5), 2, size);
  const share = Object.fromEntries(
    covered.map((cell) => [`${cell.row},${cell.column}`, cell.share]),
  );
  assert.equal(share["2,2"], 1);
  assert.equal(share["2,3"], 0.5);
  assert.ok(share["1,1"] < 0.5 && share["1,1"] > 0);
  assert.equal(share["0,2"], undefined);
});

test("a brush at the edge, or beyond it, stays in the grid", () => {
  assert.deepEqual(coveredCells(at(-3, -3), at(-3, -3), 3, size), []);
  for (const cell of coveredCells(at(-1, 2), at(9, 2), 4, size)) {
    assert.ok(cell.row >= 0 && cell.row < 5 && cell.column >= 0 && cell.column < 6);
  }
});

test("going over a cell twice in a stroke changes it once", () => {
  const stroke = new Stroke(() => 100, { brush: 1, levels: [255] }, size);
  assert.deepEqual(stroke.moveTo(at(1.5, 1.5)), [{ channel: 0, row: 1, column: 1, value: 255 }]);
  assert.deepEqual(stroke.moveTo(at(1.6, 1.6)), []);
});

test("a soft edge lies between the level before and the brush's", () => {
  const stroke = new Stroke(() => 100, { brush: 2, levels: [200] }, size);
  const right = stroke.moveTo(at(2.5, 2.5)).find((cell) => cell.row === 2 && cell.column === 3);
  assert.equal(right.value, 150);
});

test("a colour paints each of its channels, erasing brings 0", () => {
  const stroke = new Stroke((channel) => channel, { brush: 1, levels: [255, 0, 9] }, size);
  assert.deepEqual(
    stroke.moveTo(at(0, 0)).map((cell) => cell.value),
    [255, 0, 9],
  );
});

test("levels are whole up to 255, and have three decimals up to 1", () => {
  assert.equal(asLevel(12.6, 255), 13);
  assert.equal(asLevel(0.33333, 1), 0.333);
});
