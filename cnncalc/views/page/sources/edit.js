import { isTyping, make } from "./elements.js";
import { isSame } from "./point.js";

/**
 * Typing over an input where it stands: Enter or a digit starts, Enter keeps, Escape leaves it.
 */
const STARTS = /^[\d.,+\-−%]$/;

class Editor {
  constructor(store, view) {
    this.store = store;
    this.view = view;
    this.cell = null;
    this.field = make("input", {
      class: "editor",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "done",
      "aria-describedby": "editor-reason",
      onkeydown: (event) => this.#key(event),
      oninput: () => this.#refuse(""),
      onblur: () => this.#leave(),
    });
    this.reason = make("p", { class: "editor-reason", id: "editor-reason", role: "alert" });
    this.box = make("div", { class: "editor-box", hidden: true }, this.field, this.reason);
    document.body.append(this.box);
    view.root.addEventListener("scroll", () => this.cell && this.#place(), { passive: true });
  }

  /** Start at a cell, with what stands there or with a first character. */
  start(cell, first = null) {
    this.cell = cell;
    const value = this.store.calculation.value(cell.slice, cell.row, cell.column);
    this.field.value = first ?? String(value ?? "");
    this.field.setAttribute("aria-label", `new value of ${this.view.nameOf(cell)}`);
    this.#refuse("");
    this.#place();
    this.box.hidden = false;
    this.field.focus({ preventScroll: true });
    if (first === null) this.field.select();
  }

  #place() {
    const { slice, row, column } = this.cell;
    const cell = this.view.cellBox(slice, row, column);
    const width = Math.max(cell.width, 84);
    const left = Math.min(Math.max(4, cell.left), innerWidth - width - 4);
    this.box.style.left = `${left}px`;
    this.box.style.top = `${cell.top}px`;
    this.field.style.width = `${width}px`;
    this.field.style.minHeight = `${cell.height}px`;
  }

  #key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.#close();
    else if (event.key === "Enter") this.#keep({ row: event.shiftKey ? -1 : 1, column: 0 });
    else if (event.key === "Tab") this.#keep({ row: 0, column: event.shiftKey ? -1 : 1 });
    else return;
    event.preventDefault();
  }

  /** Take what was typed, and go on to the next input. */
  #keep(move) {
    const { cell } = this;
    if (!this.#take()) return;
    this.#close();
    const next = { ...cell, row: cell.row + move.row, column: cell.column + move.column };
    this.view.select(this.store.isInput(next) ? next : cell);
  }

  #take() {
    const reason = this.store.type(this.cell, this.field.value);
    this.#refuse(reason);
    return !reason;
  }

  /** What was typed is taken when something else is pressed; what can't be is left. */
  #leave() {
    if (this.cell) this.#take();
    this.#close(false);
  }

  #refuse(reason) {
    this.reason.textContent = reason;
    this.field.setAttribute("aria-invalid", String(Boolean(reason)));
  }

  #close(returnsFocus = true) {
    const { cell } = this;
    this.cell = null;
    this.box.hidden = true;
    if (cell && returnsFocus) this.view.select(cell);
  }
}

/** Let inputs be typed over. */
export function setupEdit(store, view) {
  const editor = new Editor(store, view);
  const begin = (event, first) => {
    const cell = store.selection;
    if (!cell || !store.isInput(cell)) return;
    event.preventDefault();
    event.stopPropagation();
    editor.start(cell, first);
  };
  view.root.addEventListener(
    "keydown",
    (event) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (STARTS.test(event.key)) begin(event, event.key);
      else if (event.key === "Enter" || event.key === "F2") begin(event, null);
      else if (event.key === "Backspace" || event.key === "Delete") begin(event, "");
    },
    true,
  );
  // A second click on a number goes deeper: into what an input holds.
  view.root.addEventListener(
    "click",
    (event) => {
      const cell = view.cellAt(event.clientX, event.clientY);
      if (!event.target.closest(".grid") || !isSame(cell, store.selection)) return;
      if (!view.root.classList.contains("is-drawing")) begin(event, null);
    },
    true,
  );
}
