// The calculation as it is seen: what is chosen, pointed at and pinned of what a board shows.
//
// What other modules use of a View:
//   root                       the element that everything is drawn in; listen to its events there
//   slot(name)                 the element for the controls of that name: "play", "tools",
//                              "history", "settings", "share", "charts", "worksheet"
//   selection                  the cell that is pinned, {slice, row, column} or null
//   select(cell, {scrolls})    pin a cell: its window lights up, the panel explains it, it has the
//                              focus; null unpins
//   nameOf(cell)               "conv2d · Convolution, filter 0, row 1, column 2"
//   cellBox(slice, row, column)   where a cell is on the screen, a DOMRect, null if it isn't drawn
//   cellAt(x, y)               the cell at a point of the screen, or null
//   sliceElement(number)       the box that a slice's cells lie in, null if it isn't drawn
//   markWith(markOf)           mark answers: markOf(slice, row, column) is 1, −1 or 0
//   refresh(changed, {flashes})   draw numbers anew: of some slices (a Set), or of all (null)
//   showScene(scene, hidden)   explain a scene's cell without the focus; cells for which
//                              hidden(slice, row, column) are empty; null shows all again
//   reveal(cell)               have the cell drawn and in sight (its step and sample are chosen)
//   rebuild()                  draw another flow of the store
//   isCalm                     whether motion is to be reduced
//   theme, setTheme(name)      "light", "dark" or "print"
//   on(event, listener)        hear of "select" and "point" (both with a cell or null), "choose"
//                              and "redraw"

import { Board } from "./board.js";
import { placeAt } from "./dom.js";
import { make } from "./elements.js";
import { choices } from "./layout.js";
import { cellName } from "./names.js";
import { Outlines } from "./outlines.js";
import { isSame } from "./point.js";

export class View extends Board {
  /**
   * @param {object} store of the flows and their numbers
   * @param {HTMLElement} root what everything is drawn in, and scrolls
   */
  constructor(store, root) {
    super(store, root);
    Object.assign(this, { selection: null, trail: [], listeners: [], markOf: null });
    this.outlines = new Outlines(this);
    store.changes((change) => this.take(change));
  }

  /** Follow what has changed in the store. */
  take({ kind, slices }) {
    const flashes = !this.root.matches(".is-drawing");
    if (kind === "flow") this.rebuild();
    else if (kind === "values") this.refresh(slices, { flashes });
    else if (!isSame(this.store.selection, this.selection)) this.select(this.store.selection);
  }

  get isCalm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  slot(name) {
    const found = document.querySelector(`[data-slot="${name}"]`);
    if (found === null) throw new Error(`the page must have a place for ${name}`);
    return found;
  }

  on(event, listener) {
    this.listeners.push([event, listener]);
  }

  tell(event, ...told) {
    for (const [name, listener] of this.listeners) if (name === event) listener(...told);
  }

  /** Draw the store's flow, from the beginning. */
  rebuild() {
    Object.assign(this, { selection: null, trail: [] });
    this.outlines.explain(null);
    this.choose(choices(this.store.flow, null).steps[0] ?? null, null);
  }

  /** Show another step or sample of a training. */
  choose(step, sample) {
    const { samples } = choices(this.store.flow, step);
    this.choice = { step, sample: samples.includes(sample) ? sample : (samples[0] ?? null) };
    this.draw();
    this.tell("choose");
  }

  setTheme(theme) {
    this.theme = theme;
    this.refresh(null, { flashes: false });
  }

  /** What was drawn has moved or changed: the outlines follow. */
  redrawn() {
    if (this.frame?.isConnected && this.selection) this.moveFrame(this.selection);
    this.outlines.redraw();
    this.tell("redraw");
  }

  nameOf(cell) {
    return cellName(this.store.flow, cell);
  }

  /** Mark answers: `markOf(slice, row, column)` is 1 for right, −1 for wrong, 0 for neither. */
  markWith(markOf) {
    this.markOf = markOf;
    this.refresh(null, { flashes: false });
  }

  /** Look at a cell while it is pointed at; at none, it is the pinned one again. */
  point(cell) {
    const shown = cell ?? this.selection ?? this.outlines.cell;
    if (isSame(shown, this.outlines.cell)) return;
    this.outlines.explain(shown);
    this.tell("point", shown);
  }

  /** Go from the pinned number to what it was made of: what counted most of it. */
  descend() {
    const source = this.selection && this.outlines.source();
    if (source) this.goTo(source);
  }

  /** Go to another number, from which one can come back. */
  goTo(cell) {
    const from = this.selection ?? this.outlines.cell;
    if (from !== null) this.trail.push(from);
    this.select(cell);
  }

  /** Go back to where one came from; from the first one, to none. */
  back() {
    if (this.trail.length > 0) this.select(this.trail.pop());
    else this.leave();
  }

  /** Point at nothing any more. */
  leave() {
    this.trail = [];
    this.select(null);
  }

  /** Pin a cell, or none. */
  select(cell, { scrolls = true } = {}) {
    this.selection = cell;
    this.store.select(cell);
    if (cell !== null) this.reveal(cell, false);
    this.outlines.explain(cell);
    this.tell("select", cell);
    if (cell === null) return;
    this.focusOn(cell);
    if (scrolls) this.bringIntoSight(cell);
    else this.scrollTo(cell, this.cellBox(cell.slice, cell.row, cell.column), "auto");
  }

  /** Have a cell drawn and in sight. */
  reveal(cell, scrolls = true) {
    const lane = this.store.flow.lanes[this.store.flow.stageOf(cell.slice).lane];
    const { step, sample } = this.choice;
    if (!this.slices.has(cell.slice)) this.choose(lane.step ?? step, lane.sample ?? sample);
    if (scrolls) this.bringIntoSight(cell);
  }

  /** Scroll to a cell or a region, and to what it is made of where there is room for both. */
  bringIntoSight(cell) {
    const box = this.regionBox({ height: 1, width: 1, ...cell });
    const { width, height } = this.sight();
    const isExplained = isSame(cell, this.outlines.cell);
    const regions = isExplained ? this.outlines.explanation.regions : [];
    const boxes = regions.map((region) => this.regionBox(region)).filter((found) => found !== null);
    const all = boxes.reduce(around, box);
    const isRoomy = all.width < width - 2 * MARGIN && all.height < height - 2 * MARGIN;
    this.scrollTo(cell, isRoomy ? all : box, this.isCalm ? "auto" : "smooth");
  }

  regionBox({ slice, row, column, height, width }) {
    return this.cellBox(slice, row, column, height, width);
  }

  /** Scroll as little as brings a box into sight; on a narrow screen a slice scrolls by itself. */
  scrollTo({ slice }, box, behavior) {
    const room = this.sight();
    const left = scrollNeeded(box.left, box.right, room.left, room.right);
    const top = scrollNeeded(box.top, box.bottom, room.top, room.bottom);
    const across = this.scene.isNarrow ? this.sliceElement(slice).closest(".slices") : this.root;
    if (left) across.scrollBy({ left, behavior });
    if (top) this.root.scrollBy({ top, behavior });
  }

  /** Give the focus to what stands for a cell: its place in a table, or a frame on the picture. */
  focusOn({ slice: number, row, column }) {
    const slice = this.slices.get(number);
    slice.show();
    this.frame?.remove();
    const element = slice.cellElement(row, column) ?? this.frameOn(slice, row, column);
    this.root.querySelector("td[tabindex='0']")?.setAttribute("tabindex", "-1");
    element.tabIndex = 0;
    if (document.activeElement !== element) element.focus({ preventScroll: true });
  }

  /** After a zoom the frame is elsewhere, or no longer needed where numbers have come. */
  moveFrame(cell) {
    const slice = this.slices.get(cell.slice);
    if (slice.cellElement(cell.row, cell.column) === null) {
      placeAt(this.frame, slice.layout.box(cell.row, cell.column));
    } else if (document.activeElement === this.frame) {
      this.focusOn(cell);
    } else {
      this.frame.remove();
    }
  }

  frameOn(slice, row, column) {
    this.frame ??= make("div", { class: "frame", role: "button" });
    this.frame.setAttribute("aria-label", this.nameOf({ slice: slice.slice.number, row, column }));
    slice.grid.append(this.frame);
    placeAt(this.frame, slice.layout.box(row, column));
    return this.frame;
  }

  /** Explain a scene of the play; cells that are hidden are empty. */
  showScene(scene, hidden = null) {
    this.hidden = hidden;
    const cell = scene && { slice: scene.slices.at(-1), row: scene.row, column: scene.column };
    if (cell !== null) this.reveal(cell, false);
    this.outlines.cell = cell ?? this.selection;
    this.refresh(null, { flashes: false });
    if (cell !== null) this.bringIntoSight(cell);
  }
}

const MARGIN = 30;

function around(a, b) {
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  const [right, bottom] = [Math.max(a.right, b.right), Math.max(a.bottom, b.bottom)];
  return new DOMRect(left, top, right - left, bottom - top);
}

/** How far to scroll so that what reaches from low to high lies between least and most. */
function scrollNeeded(low, high, least, most) {
  if (low < least + MARGIN) return low - least - MARGIN;
  return high > most - MARGIN ? Math.min(high - most + MARGIN, low - least - MARGIN) : 0;
}
