import { isTyping, make } from "./elements.js";
import { isSame } from "./point.js";

/** The keys that start typing; the first character is kept. */
const STARTS = /^[\d.,+\-−]$/;
const OPENS = ["Enter", "F2"];
const EMPTIES = ["Backspace", "Delete"];
const NARROWEST = 84;

/** A field over an input: Enter or Tab keeps what is typed, Escape leaves the number as it is. */
class Editor {
  constructor(store, view) {
    Object.assign(this, { store, view, cell: null });
    this.field = make("input", {
      class: "editor",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "done",
      "aria-describedby": "editor-reason",
      onkeydown: (event) => this.key(event),
      oninput: () => this.refuse(""),
      onblur: () => this.leave(),
    });
    this.reason = make("p", { class: "editor-reason", id: "editor-reason", role: "alert" });
    this.box = make("div", { class: "editor-box", hidden: true }, this.field, this.reason);
    document.body.append(this.box);
    view.root.addEventListener("scroll", () => this.cell && this.place(), { passive: true });
  }

  /** Start with a text, or with what stands in the cell. */
  start(cell, text) {
    this.cell = cell;
    this.field.value = text ?? this.view.valueAt(cell) ?? "";
    this.field.setAttribute("aria-label", `new value of ${this.view.nameOf(cell)}`);
    this.refuse("");
    this.box.hidden = false;
    this.place();
    this.field.focus({ preventScroll: true });
    if (text === null) this.field.select();
  }

  place() {
    const { slice, row, column } = this.cell;
    const { left, top, width, height } = this.view.cellBox(slice, row, column);
    const wide = Math.max(width, NARROWEST);
    this.box.style.left = `${Math.max(4, Math.min(left, innerWidth - wide - 4))}px`;
    this.box.style.top = `${top}px`;
    this.field.style.width = `${wide}px`;
    this.field.style.minHeight = `${height}px`;
  }

  key(event) {
    const back = event.shiftKey ? -1 : 1;
    if (event.key === "Enter") this.keep(back, 0);
    else if (event.key === "Tab") this.keep(0, back);
    else if (event.key === "Escape") this.close(this.cell);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Take what is typed, and go on to the next input. */
  keep(down, across) {
    const { cell } = this;
    if (!this.take()) return;
    const next = { slice: cell.slice, row: cell.row + down, column: cell.column + across };
    this.close(this.store.isInput(next) ? next : cell);
  }

  take() {
    const reason = this.store.type(this.cell, this.field.value);
    this.refuse(reason);
    return !reason;
  }

  /** Something else was pressed: what can be taken is, the rest is left. */
  leave() {
    if (this.cell === null) return;
    this.take();
    this.close(null);
  }

  refuse(reason) {
    this.reason.textContent = reason;
    this.field.setAttribute("aria-invalid", String(reason !== ""));
  }

  close(next) {
    this.cell = null;
    this.box.hidden = true;
    if (next !== null) this.view.select(next);
  }
}

/** Let inputs be typed over. */
export function setupEdit(store, view) {
  const editor = new Editor(store, view);
  const begin = (event, text) => {
    const cell = store.selection;
    if (cell === null || !store.isInput(cell)) return;
    event.preventDefault();
    event.stopPropagation();
    editor.start(cell, text);
  };
  const press = (event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (STARTS.test(event.key)) begin(event, event.key);
    else if (OPENS.includes(event.key)) begin(event, null);
    else if (EMPTIES.includes(event.key)) begin(event, "");
  };
  // A second click on a number goes deeper: here into what it holds.
  const click = (event) => {
    const isIdle = view.root.classList.contains("is-drawing") || !event.target.closest(".grid");
    const cell = isIdle ? null : view.cellAt(event.clientX, event.clientY);
    if (cell !== null && isSame(cell, store.selection)) begin(event, null);
  };
  view.root.addEventListener("keydown", press, true);
  view.root.addEventListener("click", click, true);
}
