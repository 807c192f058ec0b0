// Pointing at numbers, with a mouse, a finger or a pen: a look while it hovers, pinned by a click,
// a second click goes to what the number was made of.

import { listen } from "./elements.js";
import { clamp, hypot, isSame } from "./geometry.js";

/** Return the cell that an event is on, null where it is on none, or where one draws. */
export function cellOfEvent(view, { target, clientX, clientY }) {
  const isCell = target.closest(".grid") && !view.root.matches(".is-drawing");
  return isCell ? view.cellAt(clientX, clientY) : null;
}

/**
 * Let numbers be pointed at.
 * @param {object} view
 */
export function setupPointing(view) {
  const { root } = view;
  listen(root, {
    pointermove: (event) => {
      const isLook = event.pointerType !== "touch" && !root.matches(".is-drawing");
      if (isLook) view.point(cellOfEvent(view, event));
    },
    pointerleave: () => view.point(null),
    // A cell takes the focus by being pinned, not because the mouse goes down on it.
    mousedown: (event) => {
      if (event.target.closest(".grid") && event.button === 0) event.preventDefault();
    },
    click: (event) => {
      const cell = cellOfEvent(view, event);
      if (!cell) return;
      if (isSame(cell, view.selection)) view.descend();
      else view.select(cell, false);
    },
  });
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const turned = clamp(event.deltaY, -60, 60);
    view.setZoom(view.zoom * Math.exp(-turned / 160), event.clientX, event.clientY);
  };
  listen(root, { wheel }, { passive: false });
  setupPinch(view);
}

/** Two fingers zoom the calculation, and not the page around it. */
function setupPinch(view) {
  const fingers = new Map();
  let first = null;
  const put = (event) => fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  const pointermove = (event) => {
    if (!fingers.has(event.pointerId)) return;
    put(event);
    if (fingers.size !== 2) return;
    const [a, b] = fingers.values();
    const far = hypot(a.x - b.x, a.y - b.y);
    first ??= { far, zoom: view.zoom };
    view.setZoom((first.zoom * far) / first.far, (a.x + b.x) / 2, (a.y + b.y) / 2);
  };
  const lift = (event) => {
    fingers.delete(event.pointerId);
    first = null;
  };
  const pointerdown = (event) => event.pointerType === "touch" && put(event);
  listen(view.root, { pointerdown, pointermove, pointerup: lift, pointercancel: lift });
}
