import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName } from "../../../cnncalc/views/page/sources/share.js";

test("a file's name has letters, digits and hyphens alone", () => {
  assert.equal(fileName("Größe 3×3: conv2d"), "gro-e-3-3-conv2d.json");
  assert.equal(fileName("../../etc/passwd"), "etc-passwd.json");
  assert.equal(fileName("<script>"), "script.json");
  assert.equal(fileName("日本"), "cnncalc.json");
});
