import assert from "node:assert/strict";
import { test } from "node:test";
import { croppedTo, fitPicture, pictureKind } from "../../../cnncalc/views/page/sources/pictures.js";

/** A picture of one [red, green, blue, alpha] for each pixel. */
function picture(width, ...pixels) {
  return { width, height: pixels.length / width, data: Uint8ClampedArray.from(pixels.flat()) };
}
const grey = (level) => [level, level, level, 255];
const grid = (height, width, channels = 1, most = 255) => ({ height, width, channels, most });

test("each level is the mean of the pixels that it covers", () => {
  const four = picture(2, grey(0), grey(100), grey(200), grey(100));
  assert.deepEqual([...fitPicture(four, grid(1, 1))[0]], [100]);
});

test("pixels that lie across two cells count for each by their share", () => {
  const row = [grey(0), grey(90), grey(180)];
  const square = picture(3, ...row, ...row, ...row);
  assert.deepEqual([...fitPicture(square, grid(2, 2))[0]], [30, 150, 30, 150]);
});

test("a larger grid repeats pixels", () => {
  assert.deepEqual([...fitPicture(picture(1, grey(7)), grid(2, 2))[0]], [7, 7, 7, 7]);
});

test("of another aspect the middle is taken", () => {
  assert.deepEqual(croppedTo({ width: 40, height: 20 }, { width: 1, height: 1 }), {
    left: 10, top: 0, width: 20, height: 20,
  });
  const wide = picture(3, grey(0), grey(90), grey(255));
  assert.deepEqual([...fitPicture(wide, grid(1, 1))[0]], [90]);
});

test("grey is luma, colour keeps its channels, and transparent is white", () => {
  const red = picture(1, [255, 0, 0, 255]);
  assert.deepEqual([...fitPicture(red, grid(1, 1))[0]], [76]);
  assert.deepEqual(fitPicture(red, grid(1, 1, 3)).map((channel) => channel[0]), [255, 0, 0]);
  assert.deepEqual([...fitPicture(picture(1, [0, 0, 0, 0]), grid(1, 1))[0]], [255]);
});

test("an input of levels up to 1 gets such, and dark on white can be turned", () => {
  const dark = picture(1, grey(51));
  assert.deepEqual([...fitPicture(dark, grid(1, 1, 1, 1))[0]], [0.2]);
  assert.deepEqual([...fitPicture(dark, grid(1, 1), true)[0]], [204]);
});

test("a file is known by its first bytes, and an SVG or a text is none", () => {
  const bytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  assert.equal(pictureKind(bytes("\x89PNG\r\n\x1a\n")), "png");
  assert.equal(pictureKind(bytes("RIFF0000WEBPVP8 ")), "webp");
  assert.equal(pictureKind(bytes("RIFF0000WAVEfmt ")), "");
  assert.equal(pictureKind(bytes("<svg onload=alert(1)>")), "");
  assert.equal(pictureKind(bytes("")), "");
});
