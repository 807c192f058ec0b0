// A photo as it looks: its red, green and blue channels as one picture above them.

import { paintOn } from "./colors.js";
import { make } from "./elements.js";
import { cellsIn, innerOf } from "./geometry.js";

/** Return the picture of a stage whose slices are the colours of an image, null of others. */
export function compositeOf({ isImage, slices, title }) {
  const channels = slices.map(({ caption }) => caption).join(" ");
  if (!isImage || channels !== "red green blue") return null;
  const { height, width } = innerOf(slices[0]);
  const name = `${title} in colour`;
  return make("canvas.composite", { role: "img", "aria-label": name, height, width });
}

/** Draw the colours as they are now. */
export function paintComposite(canvas, { slices }, { cells }, most) {
  const places = cellsIn(innerOf(slices[0]));
  paintOn(canvas, (_, bytes) => {
    bytes.fill(255);
    slices.forEach(({ first, width }, channel) => {
      places.forEach(({ row, column }, at) => {
        bytes[4 * at + channel] = (cells[first + row * width + column] / most) * 255;
      });
    });
  });
}
