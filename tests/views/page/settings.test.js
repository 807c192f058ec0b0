import assert from "node:assert/strict";
import { test } from "node:test";
import {
  settingsLike,
  settingText,
  settingValues,
} from "../../../cnncalc/views/page/sources/settings.js";

const setting = (padding, stride, dilation) => ({
  padding,
  strides: [stride, stride],
  dilation: [dilation, dilation],
});
const settings = [
  setting("same", 2, 1),
  setting("1", 1, 1),
  setting("valid", 1, 1),
  setting("valid", 1, 2),
];

test("the values of a setting stand in order, once, valid before same before numbers", () => {
  assert.deepEqual(settingValues(settings, "padding"), ["valid", "same", "1"]);
  assert.deepEqual(settingValues(settings, "strides"), [
    [1, 1],
    [2, 2],
  ]);
});

test("a pair of two numbers is written as both", () => {
  assert.equal(settingText([2, 1]), "2×1");
  assert.equal(settingText([2, 2]), "2");
});

test("settings lead to their flow, and those of none to none", () => {
  assert.equal(settingsLike(settings, setting("valid", 1, 2)), 3);
  assert.equal(settingsLike(settings, setting("valid", 2, 2)), -1);
});
