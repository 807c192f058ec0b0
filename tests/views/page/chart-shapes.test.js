import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chartPoints,
  chartRange,
  linePath,
  namedSteps,
  roundTicks,
} from "../../../cnncalc/views/page/sources/chart-shapes.js";

test("ticks are round and cover the range", () => {
  assert.deepEqual(roundTicks(0, 2.4369), [0, 1, 2, 3]);
  assert.deepEqual(roundTicks(0, 1), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(roundTicks(0, 0.0007), [0, 0.0002, 0.0004, 0.0006, 0.0008]);
  assert.deepEqual(roundTicks(-3, 5), [-4, -2, 0, 2, 4, 6]);
});

test("ticks of a single number, of huge and of tiny ones are numbers", () => {
  for (const most of [0, 1e-300, 5, 1e300]) {
    const ticks = roundTicks(0, most);
    assert.ok(ticks.every(Number.isFinite) && ticks.length > 1, `${most}: ${ticks}`);
  }
});

test("the first and the last step are named", () => {
  assert.deepEqual(namedSteps(10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(namedSteps(1), [0]);
  const many = namedSteps(100);
  assert.ok(many[0] === 0 && many.at(-1) === 99 && many.length <= 12);
});

test("a range begins at 0 and ends where the numbers do, or at their most", () => {
  assert.deepEqual(chartRange([2.4, 0.3]), [0, 3]);
  assert.deepEqual(chartRange([0.2, 0.4], 1), [0, 1]);
  assert.equal(chartRange([-1, 1])[0], -1);
  assert.ok(chartRange([NaN, Infinity]).every(Number.isFinite));
});

test("points lie in their box, upside down, and what is no number breaks the line", () => {
  const box = { left: 10, top: 0, width: 100, height: 50 };
  const points = chartPoints([0, NaN, 2], [0, 2], box);
  assert.deepEqual(points, [{ x: 10, y: 50 }, null, { x: 110, y: 0 }]);
  assert.equal(linePath(points), "M10 50M110 0");
  assert.equal(linePath(chartPoints([0, 1], [0, 2], box)), "M10 50L110 25");
});
