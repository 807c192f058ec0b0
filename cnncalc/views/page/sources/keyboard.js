// Everything with keys alone: arrows go from cell to cell and on to the next block, Tab from stage
// to stage, Enter to what a number was made of, Escape back.

import { isTyping } from "./elements.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const ZOOM_KEYS = { "+": 1.25, "=": 1.25, "-": 0.8 };

/**
 * Let the calculation be worked with keys.
 * @param {object} view
 * @param {() => void} showHelp
 */
export function setupKeyboard(view, showHelp) {
  view.root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || isTyping(event)) return;
    if (view.selection !== null && moved(view, event)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const isOther = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
    if (isOther || isTyping(event) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") showHelp();
    else if (event.key === "Escape") view.back();
    else if (event.key in ZOOM_KEYS) view.setZoom(view.zoom * ZOOM_KEYS[event.key]);
    else if (event.key === "0") view.setZoom(1);
    else return;
    event.preventDefault();
  });
  setupEntries(view);
}

/** Go where a key says; tell whether it says anything. */
function moved(view, event) {
  const { selection } = view;
  if (event.key in ARROWS && !event.shiftKey) {
    const next = neighbour(view, selection, ...ARROWS[event.key], event.ctrlKey);
    if (next !== null) view.select(next);
    return true;
  }
  if (event.key === "Home" || event.key === "End") {
    view.select(endOf(view, selection, event.key === "End", event.ctrlKey));
    return true;
  }
  if (event.key === "Enter" && !event.ctrlKey) {
    view.descend();
    return true;
  }
  return false;
}

function endOf(view, { slice: number, row }, isLast, isOfAll) {
  const { height, width } = view.slices.get(number).slice;
  const column = isLast ? width - 1 : 0;
  return { slice: number, row: isOfAll ? (isLast ? height - 1 : 0) : row, column };
}

/**
 * Return the cell next to another one, in its slice or in the nearest one nextSlice.
 * @param {object} view
 * @param {object} cell
 * @param {number} down −1, 0 or 1
 * @param {number} across −1, 0 or 1
 * @param {boolean} leaves whether to go to the next slice at once
 */
function neighbour(view, cell, down, across, leaves) {
  const { layout } = view.slices.get(cell.slice);
  const { line, place } = layout.folding.placeOf(cell.row, cell.column);
  const { gap } = layout.folding;
  for (let step = 1; step <= 1 + gap && !leaves; step += 1) {
    const next = layout.folding.cellAt(line + down * step, place + across * step);
    if (next !== null) return { slice: cell.slice, ...next };
  }
  return nextSlice(view, cell, down, across);
}

/** The nearest slice in a direction: what lies straight ahead counts as nearer. */
function nextSlice(view, cell, down, across) {
  const from = view.sliceElement(cell.slice).getBoundingClientRect();
  const at = view.cellBox(cell.slice, cell.row, cell.column);
  const point = { x: at.left + at.width / 2, y: at.top + at.height / 2 };
  let best = null;
  for (const [number, { grid, layout }] of view.slices) {
    const box = grid.getBoundingClientRect();
    const far = distance(from, box, point, down, across);
    if (number !== cell.slice && far < (best?.far ?? Infinity)) best = { far, number, box, layout };
  }
  return best && { slice: best.number, ...nearestCell(best, point) };
}

/** How far a box lies ahead of another one, and three times how far aside; Infinity behind it. */
function distance(from, box, { x, y }, down, across) {
  const [near, far] = down + across > 0 ? [from, box] : [box, from];
  const ahead = across ? far.left - near.right : far.top - near.bottom;
  const aside = across ? outside(y, box.top, box.bottom) : outside(x, box.left, box.right);
  return ahead < -1 ? Infinity : ahead + 3 * aside;
}

const outside = (value, low, high) => Math.max(low - value, 0, value - high);

function nearestCell({ box, layout }, { x, y }) {
  const clamp = (value, low, high) => Math.min(high - 1, Math.max(low + 1, value));
  const { width, height } = layout.header;
  const across = clamp(x, box.left + width, box.right) - box.left;
  const found = layout.cellAt(across, clamp(y, box.top + height, box.bottom) - box.top);
  return found ?? { row: 0, column: 0 };
}

/** Each stage has one way in for Tab; where the focus is inside, that is the cell itself. */
function setupEntries(view) {
  let inside = null;
  const enter = (stage) => {
    if (inside === stage) return;
    if (inside?.entry.isConnected) inside.entry.tabIndex = 0;
    inside = stage;
    if (stage !== null) stage.entry.tabIndex = -1;
  };
  view.root.addEventListener("focusin", (event) => {
    const found = event.target.closest(".stage");
    const stage = found ? view.stages.get(Number(found.dataset.stage)) : null;
    if (stage === null) return;
    const isEntry = event.target === stage.entry;
    enter(stage);
    if (isEntry) view.select(stage.lastCell ?? stage.firstCell);
  });
  view.on("select", (cell) => {
    if (cell !== null) view.slices.get(cell.slice).stageView.lastCell = cell;
  });
}
