// Where cells are drawn: each has one place, and a place has the cell that is drawn there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Folding } from "../../../cnncalc/views/page/sources/geometry.js";

const SIZES = [
  [4, 4],
  [1, 120],
  [400, 1],
  [5329, 10],
  [53290, 2],
  [36, 10],
  [2, 90],
];

test("an image is drawn as it is", () => {
  const folding = new Folding(17, 4, true);
  assert.equal(folding.isFolded, false);
  assert.deepEqual([folding.lines, folding.places], [17, 4]);
});

test("a long row has ten numbers a line", () => {
  const folding = new Folding(1, 120, false);
  assert.deepEqual([folding.lines, folding.places], [12, 10]);
  assert.deepEqual(folding.placeOf(0, 37), { line: 3, place: 7 });
});

test("long columns stand in strips that are about as wide as high", () => {
  const folding = new Folding(5329, 10, false);
  assert.ok(folding.lines < 2 * folding.places);
  assert.ok(folding.places < 2 * folding.lines);
});

for (const [height, width] of SIZES) {
  test(`each cell of ${height}×${width} is where it is looked for`, () => {
    const folding = new Folding(height, width, false);
    const seen = new Set();
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const { line, place } = folding.placeOf(row, column);
        assert.deepEqual(folding.cellAt(line, place), { row, column });
        seen.add(line * folding.places + place);
      }
    }
    assert.equal(seen.size, height * width);
  });

  test(`the rectangles of a region of ${height}×${width} hold its cells, and no others`, () => {
    const folding = new Folding(height, width, false);
    const region = {
      row: 0,
      column: 0,
      height: Math.ceil(height / 2),
      width: Math.ceil(width / 2),
    };
    let count = 0;
    for (const { line, place, lines, places } of folding.rectangles(region)) {
      for (let at = 0; at < lines * places; at += 1) {
        const cell = folding.cellAt(line + Math.floor(at / places), place + (at % places));
        assert.ok(cell.row < region.height && cell.column < region.width);
        count += 1;
      }
    }
    assert.equal(count, region.height * region.width);
  });
}

test("a region that is the whole slice has a single rectangle", () => {
  const folding = new Folding(400, 1, false);
  const whole = { row: 0, column: 0, height: 400, width: 1 };
  assert.deepEqual(folding.rectangles(whole), [{ line: 0, place: 0, lines: 20, places: 20 }]);
});

test("there is no cell beside the last one", () => {
  const folding = new Folding(1, 25, false);
  assert.equal(folding.cellAt(2, 5), null);
  assert.equal(folding.cellAt(3, 0), null);
  assert.equal(folding.cellAt(-1, 0), null);
});
