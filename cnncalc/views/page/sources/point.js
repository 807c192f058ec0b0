// Pointing at numbers, with a mouse, a finger or a pen: a look while it hovers, pinned by a click,
// a second click goes to what the number was made of.

/**
 * Let numbers be pointed at.
 * @param {object} view
 */
export function setupPointing(view) {
  const { root } = view;
  const isIdle = () => root.classList.contains("is-drawing");
  const cellOf = (event) =>
    event.target.closest(".grid") ? view.cellAt(event.clientX, event.clientY) : null;
  root.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch" && !isIdle()) view.point(cellOf(event));
  });
  root.addEventListener("pointerleave", () => view.point(null));
  // A cell takes the focus by being pinned, not because the mouse goes down on it.
  root.addEventListener("mousedown", (event) => {
    if (event.target.closest(".grid") && event.button === 0) event.preventDefault();
  });
  root.addEventListener("click", (event) => {
    const cell = isIdle() ? null : cellOf(event);
    if (cell === null) return;
    if (isSame(cell, view.selection)) view.descend();
    else view.select(cell, { scrolls: false });
  });
  setupWheel(view);
  setupPinch(view);
}

/**
 * Tell whether two cells are the same one.
 * @param {object|null} a
 * @param {object|null} b
 */
export function isSame(a, b) {
  if (!a || !b) return a === b;
  return a.slice === b.slice && a.row === b.row && a.column === b.column;
}

function setupWheel(view) {
  view.root.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const turned = Math.max(-60, Math.min(60, event.deltaY));
      view.setZoom(view.zoom * Math.exp(-turned / 160), event.clientX, event.clientY);
    },
    { passive: false },
  );
}

/** Two fingers zoom the calculation, and not the page around it. */
function setupPinch(view) {
  const fingers = new Map();
  let first = null;
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return { far: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };
  const move = (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size !== 2) return;
    const { far, x, y } = spread();
    first ??= { far, zoom: view.zoom };
    view.setZoom((first.zoom * far) / first.far, x, y);
  };
  const lift = (event) => {
    fingers.delete(event.pointerId);
    first = null;
  };
  view.root.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch")
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  view.root.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) view.root.addEventListener(end, lift);
}
