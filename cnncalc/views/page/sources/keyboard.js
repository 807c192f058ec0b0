// Everything with keys alone: arrows go from cell to cell and on to the next block, Tab from stage
// to stage, Enter to what a number was made of, Escape back.

import { middleOf } from "./board.js";
import { byId, isCommand, isTyping } from "./elements.js";
import { outside } from "./geometry.js";

// The buttons that have a key of their own.
const BUTTONS = { "?": "help", "+": "larger", "=": "larger", "-": "smaller", 0: "zoom" };
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Let the calculation be worked with keys.
 * @param {object} view
 */
export function setupKeyboard(view) {
  view.root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || isTyping(event) || !view.selection) return;
    if (moved(view, event)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const isOther = event.defaultPrevented || isCommand(event) || isTyping(event);
    if (isOther || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") view.back();
    else if (event.key in BUTTONS) byId(BUTTONS[event.key]).click();
    else return;
    event.preventDefault();
  });
  setupEntries(view);
}

/** Go where a key says; tell whether it says anything. */
function moved(view, { key, ctrlKey, shiftKey }) {
  const { selection } = view;
  if (key in ARROWS && !shiftKey) {
    const next = neighbour(view, selection, ARROWS[key], ctrlKey);
    if (next) view.select(next);
  } else if (key === "Home" || key === "End") {
    const { height, width } = view.slices.get(selection.slice).slice;
    const last = key === "End" ? [height - 1, width - 1] : [0, 0];
    view.select({ ...selection, row: ctrlKey ? last[0] : selection.row, column: last[1] });
  } else if (key === "Enter" && !ctrlKey) view.descend();
  else return false;
  return true;
}

/** The cell next to another one, in its slice or in the nearest one, where that is wanted at once. */
function neighbour(view, cell, [down, across], leaves) {
  const { folding } = view.slices.get(cell.slice).layout;
  const { line, place } = folding.placeOf(cell.row, cell.column);
  for (let step = 1; step <= 1 + folding.gap && !leaves; step += 1) {
    const next = folding.cellAt(line + down * step, place + across * step);
    if (next) return { slice: cell.slice, ...next };
  }
  return nextSlice(view, cell, down, across);
}

/** The nearest slice in a direction: what lies straight ahead counts as nearer. */
function nextSlice(view, cell, down, across) {
  const from = view.sliceElement(cell.slice).getBoundingClientRect();
  const { x, y } = middleOf(view.cellBox(cell));
  // How far a box lies ahead, and three times how far aside; Infinity behind.
  return view.cellNear(x, y, (box, slice) => {
    const [near, far] = down + across > 0 ? [from, box] : [box, from];
    const ahead = across ? far.left - near.right : far.top - near.bottom;
    const aside = across ? outside(y, box.top, box.bottom) : outside(x, box.left, box.right);
    return ahead < -1 || slice === cell.slice ? Infinity : ahead + 3 * aside;
  });
}

/** Each stage has one way in for Tab; where the focus is inside, that is the cell itself. */
function setupEntries(view) {
  let inside = null;
  view.root.addEventListener("focusin", ({ target }) => {
    const stage = view.stages.get(Number(target.closest(".stage")?.dataset.stage));
    if (!stage) return;
    if (inside) inside.entry.tabIndex = 0;
    inside = stage;
    stage.entry.tabIndex = -1;
    if (target === stage.entry) view.select(stage.lastCell);
  });
  view.on("select", () => {
    const { selection } = view;
    if (selection) view.slices.get(selection.slice).stageView.lastCell = selection;
  });
}
