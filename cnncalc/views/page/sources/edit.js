// Typing over an input, in place.

import { byId, isCommand, isTyping, listen, setStyle, stop } from "./elements.js";
import { clamp, isSame, max } from "./geometry.js";
import { cellOfEvent } from "./point.js";

/** The keys that start typing: the first character is kept, others begin with what stands there. */
const STARTS = /^[\d.,+\-−=]$/;
// What is meant to be typed where it can't be; a 0 alone is a zoom.
const MEANT = /^[1-9.]$/;
const OPENINGS = { Enter: null, F2: null, Backspace: "", Delete: "" };
const NARROWEST = 84;

/** A field over an input: Enter or Tab keeps what is typed, Escape leaves the number as it is. */
class Editor {
  constructor(store, view) {
    Object.assign(this, { store, view, cell: null });
    [this.box, this.field, this.reason] = ["editor-box", "editor", "editor-reason"].map(byId);
    listen(this.field, {
      keydown: (event) => this.key(event),
      input: () => this.refuse(""),
      blur: () => this.leave(),
    });
    listen(view.root, { scroll: () => this.cell && this.place() }, { passive: true });
  }

  /** Start with a text, or with what stands in the cell. */
  start(cell, text) {
    const { field, view } = this;
    this.cell = cell;
    field.value = text ?? view.valueAt(cell) ?? "";
    field.ariaLabel = `new value of ${view.nameOf(cell)}`;
    this.refuse("");
    this.box.hidden = false;
    this.place();
    field.focus({ preventScroll: true });
    if (text === null) field.select();
  }

  place() {
    const { left, top, width, height } = this.view.cellBox(this.cell);
    const wide = max(width, NARROWEST);
    setStyle(this.box, { left: clamp(left, 4, innerWidth - wide - 4), top });
    setStyle(this.field, { width: wide, "min-height": height });
  }

  key(event) {
    const back = event.shiftKey ? -1 : 1;
    if (event.key === "Enter") this.keep(back, 0);
    else if (event.key === "Tab") this.keep(0, back);
    else if (event.key === "Escape") this.close(this.cell);
    else return;
    stop(event);
  }

  /** Take what is typed, and go on to the next input. */
  keep(down, across) {
    const { cell } = this;
    if (!this.take()) return;
    const next = { ...cell, row: cell.row + down, column: cell.column + across };
    this.close(this.store.isInput(next) ? next : cell);
  }

  take() {
    const reason = this.store.type(this.cell, this.field.value);
    this.refuse(reason);
    return !reason;
  }

  /** Something else was pressed: what can be taken is, the rest is left. */
  leave() {
    if (!this.cell) return;
    this.take();
    this.close(null);
  }

  refuse(reason) {
    this.reason.textContent = reason;
    this.field.ariaInvalid = reason !== "";
  }

  close(next) {
    this.cell = null;
    this.box.hidden = true;
    if (next) this.view.select(next);
  }
}

/** Let inputs be typed over. */
export function setupEdit(store, view) {
  const editor = new Editor(store, view);
  const begin = (event, text) => {
    if (!store.selection) return;
    if (!store.isInput(store.selection)) {
      if (MEANT.test(event.key)) view.say(store.type(store.selection, ""), true);
      return;
    }
    stop(event);
    editor.start(store.selection, text);
  };
  const keydown = (event) => {
    if (isTyping(event) || isCommand(event)) return;
    if (STARTS.test(event.key)) begin(event, event.key);
    else if (event.key in OPENINGS) begin(event, OPENINGS[event.key]);
  };
  // A second click on a number goes deeper: here into what it holds.
  const click = (event) => {
    const cell = cellOfEvent(view, event);
    if (cell && isSame(cell, store.selection)) begin(event, null);
  };
  listen(view.root, { keydown, click }, true);
}
