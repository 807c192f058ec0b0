// Where a window lies on its input, small, when that is out of sight.

import { make } from "./elements.js";

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
  const { places, lines } = slice.layout.folding;
  const size = Math.min(WIDTH / places, HEIGHT / lines, 16);
  const picture = make(
    "span",
    { class: "inset-picture" },
    copied(slice.canvas, places * size, lines * size),
  );
  for (const area of slice.layout.folding.rectangles(region))
    picture.append(frame(area, size, region));
  const go = () => view.bringIntoSight(region);
  const label = `${region.name}, out of sight: show it`;
  return make(
    "button",
    { type: "button", class: "inset", title: label, "aria-label": label, onclick: go },
    picture,
    make("span", { class: "size", text: "out of sight: show it" }),
  );
}

function isInSight(view, { slice, row, column, height, width }) {
  const box = view.cellBox(slice, row, column, height, width);
  const room = view.sight();
  return (
    box !== null &&
    box.left >= room.left &&
    box.right <= room.right &&
    box.top >= room.top &&
    box.bottom <= room.bottom
  );
}

function copied(canvas, width, height) {
  const copy = make("canvas", { width: canvas.width, height: canvas.height });
  copy.style.width = `${width}px`;
  copy.style.height = `${height}px`;
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}

function frame({ line, place, lines, places }, size, { color }) {
  const element = make("span", { class: `outline window hue-${color % 4}` });
  element.style.left = `${place * size}px`;
  element.style.top = `${line * size}px`;
  element.style.width = `${Math.max(3, places * size)}px`;
  element.style.height = `${Math.max(3, lines * size)}px`;
  return element;
}
