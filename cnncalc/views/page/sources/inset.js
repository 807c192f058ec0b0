// Where a window lies on its input, small, when that is out of sight.

import { make, makeButton } from "./elements.js";
import { max, min } from "./geometry.js";

const WIDTH = 150;
const HEIGHT = 110;

/**
 * Return a small picture of the first slice whose window can't be seen, null where all can be.
 * @param {object} view
 * @param {object[]} regions of an explanation
 * @returns {HTMLElement|null}
 */
export function insetOf(view, regions) {
  const region = regions.find((part) => part.role === "window" && !isInSight(view, part));
  const slice = region && view.slices.get(region.slice);
  if (!slice || slice.slice.height * slice.slice.width === 1) return null;
  slice.stageView.freshen();
  slice.paint();
  const { folding } = slice.layout;
  const size = min(WIDTH / folding.places, HEIGHT / folding.lines, 16);
  const label = `${region.name}, out of sight: show it`;
  const frames = folding.rectangles(region).map((area) => frame(area, size, region));
  const picture = make("span.inset-picture", copied(slice.canvas, size), ...frames);
  const button = makeButton(picture, label, () => view.bringIntoSight(region), { class: "inset" });
  button.append(make("span.size", "out of sight: show it"));
  return button;
}

function isInSight(view, region) {
  const box = view.cellBox(region);
  const { left, right, top, bottom } = view.sight();
  return box?.left >= left && box.right <= right && box.top >= top && box.bottom <= bottom;
}

function copied(canvas, size) {
  const { width, height } = canvas;
  const style = { width: width * size, height: height * size };
  const copy = make("canvas", { width, height, style });
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}

function frame({ line, place, lines, places }, size, { kind }) {
  const [width, height] = [max(3, places * size), max(3, lines * size)];
  const style = { left: place * size, top: line * size, width, height };
  return make(`span.outline ${kind}`, { style });
}
