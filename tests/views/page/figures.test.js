// Numbers that fit into their cells, and their colours.

import assert from "node:assert/strict";
import { test } from "node:test";

import { scaleOf } from "../../../cnncalc/views/page/sources/colors.js";
import { cellText, valueText } from "../../../cnncalc/views/page/sources/figures.js";

const GREYS = ["#000000", "#ffffff"];
const SIGNED = ["#0000ff", "#ffffff", "#ff0000"];
const PALETTE = { pixels: GREYS, sequential: GREYS, share: GREYS, signed: SIGNED };

test("a cell has as many decimals as there is room for, four at most", () => {
  assert.equal(cellText(0.123456, 8), "0.1235");
  assert.equal(cellText(-123.45678, 7.35), "−123.46");
  assert.equal(cellText(-123.45678, 7), "−123.5");
  assert.deepEqual(
    [672.5, 673.5, 309.5, -190.5].map((value) => cellText(value, 4.35)),
    ["672", "674", "310", "−190"],
  );
  assert.equal(cellText(-0.00001, 8), "−1e−5");
  assert.equal(cellText(-0, 8), "0");
});

test("a small number is never written as 0", () => {
  assert.equal(cellText(0.0004, 4), "4e−4");
  assert.equal(cellText(1.234e-30, 8), "1.2e−30");
});

test("a power of ten is never cut", () => {
  assert.equal(cellText(-1.3e-300, 5), "−1e−300");
  assert.equal(cellText(1e15, 7), "1e15");
});

test("texts, errors and empty cells are written as they are", () => {
  assert.equal(cellText("cats", 2), "cats");
  assert.equal(cellText({ error: "#N/A" }, 2), "#N/A");
  assert.equal(cellText(null, 2), "");
  assert.equal(cellText(Number.NaN, 2), "");
});

test("a value has all its digits", () => {
  assert.equal(valueText(1 / 3), "0.333333333333333");
  assert.equal(valueText(-1e-20), "−1e−20");
  assert.equal(valueText(null), "empty");
});

test("a signed scale reaches as far on both sides, with white at 0", () => {
  const scale = scaleOf("signed", [-3, 1], PALETTE, 255);
  assert.deepEqual(scale.ends, [-3, 0, 3]);
  assert.equal(scale.color(-3), 0xffff0000);
  assert.equal((scale.color(0) >>> 0).toString(16).slice(-2) >= "fd", true);
});

test("pixels end at the highest level, whatever these are", () => {
  const scale = scaleOf("pixels", [3, 9], PALETTE, 255);
  assert.deepEqual(scale.ends, [0, 255]);
  assert.equal(scale.isDark(9), true);
});

test("numbers that are all alike have no colour, and where there is none there is no scale", () => {
  assert.equal(scaleOf("sequential", [2, 2], PALETTE, 255).color(2), 0);
  assert.equal(scaleOf("none", [1, 2], PALETTE, 255), null);
  assert.equal(scaleOf("sequential", [Number.NaN], PALETTE, 255), null);
});
