import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsLike } from "../../../cnncalc/views/page/sources/settings.js";

const setting = (padding, stride, dilation) => ({ padding, stride, dilation });
const settings = [
  setting("same", "2", "1"),
  setting("valid", "1", "1"),
  setting("valid", "1", "2"),
];

test("settings lead to their flow, and those of none to none", () => {
  assert.equal(settingsLike(settings, setting("valid", "1", "2")), 2);
  assert.equal(settingsLike(settings, setting("valid", "2", "2")), -1);
});
