import assert from "node:assert/strict";
import { test } from "node:test";
import {
  croppedTo,
  meanLevels,
  pictureKind,
} from "../../../cnncalc/views/page/sources/pictures.js";

const pixels = (...colors) => Uint8ClampedArray.from(colors.flat());
const grey = (level) => [level, level, level, 255];
const grid = (height, width, channels = 1, most = 255) => ({ height, width, channels, most });

test("each level is the mean of the pixels that it covers", () => {
  const four = pixels(grey(0), grey(100), grey(200), grey(100));
  assert.equal(Math.round(meanLevels(four, 2, grid(1, 1))[0][0]), 100);
  const wide = pixels(...[0, 2, 10, 20, 4, 2, 30, 60].map(grey));
  assert.deepEqual([...meanLevels(wide, 2, grid(1, 2))[0].map(Math.round)], [2, 30]);
});

test("of another aspect the middle is taken", () => {
  const crop = croppedTo({ width: 40, height: 20 }, { width: 1, height: 1 });
  assert.deepEqual(crop, { left: 10, top: 0, width: 20, height: 20, times: 16 });
});

test("a picture of an exact multiple of the size is averaged without being scaled", () => {
  const crop = croppedTo({ width: 56, height: 84 }, { width: 28, height: 28 });
  assert.deepEqual(crop, { left: 0, top: 14, width: 56, height: 56, times: 2 });
});

test("a smaller picture is scaled up, and averages nothing", () => {
  assert.equal(croppedTo({ width: 3, height: 3 }, { width: 28, height: 28 }).times, 1);
});

test("grey is luma, and colour keeps its channels", () => {
  const red = pixels([255, 0, 0, 255]);
  assert.equal(Math.round(meanLevels(red, 1, grid(1, 1))[0][0]), 76);
  assert.deepEqual(
    meanLevels(red, 1, grid(1, 1, 3)).map(([level]) => level),
    [255, 0, 0],
  );
});

test("an input of levels up to 1 gets such", () => {
  assert.ok(Math.abs(meanLevels(pixels(grey(51)), 1, grid(1, 1, 1, 1))[0][0] - 0.2) < 1e-12);
});

test("a file is known by its first bytes, and an SVG or a text is none", () => {
  const bytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  assert.equal(pictureKind(bytes("\x89PNG\r\n\x1a\n")), "png");
  assert.equal(pictureKind(bytes("\xff\xd8\xff\xe0")), "jpeg");
  assert.equal(pictureKind(bytes("RIFF0000WEBPVP8 ")), "webp");
  assert.equal(pictureKind(bytes("RIFF0000WAVEfmt ")), "");
  assert.equal(pictureKind(bytes("<svg onload=alert(1)>")), "");
  assert.equal(pictureKind(bytes("")), "");
});
