import assert from "node:assert/strict";
import { test } from "node:test";
import { formatInside, formatNumber } from "../../../cnncalc/views/page/sources/format.js";
import { readName, readTyped } from "../../../cnncalc/views/page/sources/typing.js";

const NUMBERS = {
  1.5: 1.5,
  "1,5": 1.5,
  "−3": -3,
  "–3": -3,
  "50%": 0.5,
  "1/4": 0.25,
  "2e-3": 0.002,
  ".5": 0.5,
  " 1 000 ": 1000,
  "+7": 7,
  "=261": 261,
  "0/5": 0,
  "0e9": 0,
  "50 %": 0.5,
};

for (const [text, expected] of Object.entries(NUMBERS)) {
  test(`'${text}' is understood as ${expected}`, () => {
    assert.deepEqual(readTyped(text), { value: expected });
  });
}

for (const text of [
  "abc",
  "1.000,5",
  "1,000,000",
  "0x10",
  "1e999",
  "1/0",
  "--3",
  "Infinity",
  "1/2/3",
  "5 5",
  "1 00",
  "1e-400",
  "1/1e999",
]) {
  test(`'${text}' is refused`, () => {
    assert.match(readTyped(text).reason, /^expected a number, such as 1\.5 or −3\. Received: /);
  });
}

test("nothing is refused, too", () => {
  assert.match(readTyped("  ").reason, /left empty/);
});

test("a name keeps what can be shown", () => {
  assert.deepEqual(readName(" <b>cat</b>\u0007 "), { value: "<b>cat</b>" });
  assert.match(readName("a".repeat(201)).reason, /1 to 200 characters/);
});

// As Python's cnncalc.views.numbers.format_number, with a real minus sign.
const TEXTS = [
  [429, "429"],
  [87.2, "87.2"],
  [1 / 3, "0.3333"],
  [-0, "0"],
  [-1e-13, "0"],
  [-1.5, "−1.5"],
  [1e-9, "1e−9"],
  [1e12, "1000000000000"],
  [2e20, "2e20"],
  [0.03125, "0.0312"],
  [0.09375, "0.0938"],
];

for (const [number, expected] of TEXTS) {
  test(`${number} is written ${expected}`, () => assert.equal(formatNumber(number), expected));
}

test("small numbers keep their first digits where these count", () => {
  const form = { isSignificant: true };
  assert.equal(formatNumber(0.00012345678, form), "0.0001235");
  assert.equal(formatNumber(1.00012345678, form), "1.0001");
});

test("inside a formula a negative number has parentheses", () => {
  assert.equal(formatInside(-2), "(−2)");
  assert.equal(formatInside(2), "2");
});
