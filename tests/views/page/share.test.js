import assert from "node:assert/strict";
import { test } from "node:test";
import { decodedFragment, fileName, jsonLink } from "../../../cnncalc/views/page/sources/share.js";

test("a file's name has letters, digits and hyphens alone", () => {
  assert.equal(fileName("Größe 3×3: conv2d"), "gro-e-3-3-conv2d.json");
  assert.equal(fileName("../../etc/passwd"), "etc-passwd.json");
  assert.equal(fileName("<script>"), "script.json");
  assert.equal(fileName("日本"), "cnncalc.json");
});

test("a broken fragment is none", () => {
  assert.equal(decodedFragment("#conv2d/1,1,0"), "conv2d/1,1,0");
  assert.equal(decodedFragment("#a%2Fb"), "a/b");
  assert.equal(decodedFragment("#%E0%A4%A"), "");
  assert.equal(decodedFragment(""), "");
});

test("a link to save holds the text", () => {
  const link = jsonLink('{"title":"#1 ±"}');
  assert.equal(decodeURIComponent(link.split(",").slice(1).join(",")), '{"title":"#1 ±"}');
});
