// The calculation as it is seen: what is chosen, pointed at and pinned of what a board shows.
//
// What other modules use of a View:
//   root                       the element that everything is drawn in; listen to its events there
//   selection                  the cell that is pinned, {slice, row, column} or null
//   select(cell, scrolls)      pin a cell: its window lights up, the panel explains it, it has the
//                              focus; null unpins
//   nameOf(cell)               "conv2d · Convolution, filter 0, row 1, column 2"
//   cellBox(cell)              where a cell, or a region of cells with its height and width, is on
//                              the screen: a DOMRect, null if it isn't drawn
//   cellAt(x, y)               the cell at a point of the screen, or null
//   sliceElement(number)       the box that a slice's cells lie in, undefined if it isn't drawn
//   markWith(markOf)           mark answers: markOf(slice, row, column) is 1, −1 or 0
//   refresh(changed, flashes)  draw numbers anew: of some slices (a Set), or of all (null)
//   showScene(scene, hidden)   explain a scene's cell without the focus; cells for which
//                              hidden(slice, row, column) are empty; null shows all again
//   reveal(cell)               have the cell drawn (its step and sample are chosen)
//   rebuild()                  draw another flow of the store
//   isCalm                     whether motion is to be reduced
//   theme, setTheme(name)      "light", "dark" or "print"
//   say(text, isRefusal)       say what was done or refused
//   on(event, listener)        hear of "select", "point", "choose" and "redraw"

import { around, Board } from "./board.js";
import { byId, make, setStyle } from "./elements.js";
import { isSame } from "./geometry.js";
import { choices } from "./layout.js";
import { cellName } from "./names.js";
import { Outlines } from "./outlines.js";

const MARGIN = 30;
const SAID_FOR = 6000;

export class View extends Board {
  /**
   * @param {object} store of the flows and their numbers
   * @param {HTMLElement} root what everything is drawn in, and scrolls
   */
  constructor(store, root) {
    super(store, root);
    Object.assign(this, { selection: null, trail: [], listeners: [], markOf: () => 0 });
    // What has the focus of a cell that has no place in a table.
    this.frame = make("div.frame", { role: "button" });
    this.outlines = new Outlines(this);
    store.changes((change) => this.take(change));
  }

  /** Follow what has changed in the store. */
  take({ kind, slices }) {
    if (kind === "flow") this.rebuild();
    else if (kind === "values") {
      this.widen(slices);
      this.refresh(slices, !this.root.matches(".is-drawing"));
    } else if (!isSame(this.store.selection, this.selection)) this.select(this.store.selection);
  }

  get isCalm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  on(event, listener) {
    this.listeners.push([event, listener]);
  }

  tell(event) {
    for (const [name, listener] of this.listeners) if (name === event) listener();
  }

  /** Say what was done, or refused, for a few seconds; it is read aloud. */
  say(text, isRefusal = false) {
    const line = byId("said");
    clearTimeout(this.silence);
    line.ariaLive = isRefusal ? "assertive" : "polite";
    line.classList.toggle("refusal", isRefusal);
    line.hidden = false;
    line.textContent = text;
    this.silence = setTimeout(() => (line.hidden = true), SAID_FOR);
  }

  /** Draw the store's flow, from the beginning; what is selected is explained, without the focus. */
  rebuild() {
    const { flow, selection } = this.store;
    Object.assign(this, { selection: null, trail: [] });
    this.outlines.cell = null;
    this.choose(choices(flow, null).steps[0] ?? null, null);
    this.explain(selection);
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
    this.refresh();
  }

  /** What was drawn has moved or changed: the outlines follow. */
  redrawn() {
    if (this.frame.isConnected && this.selection) this.moveFrame(this.selection);
    this.outlines.redraw();
    this.tell("redraw");
  }

  nameOf(cell) {
    return cellName(this.store.flow, cell);
  }

  markWith(markOf) {
    this.markOf = markOf;
    this.refresh();
  }

  /** Look at a cell while it is pointed at; at none, it is the pinned one again. */
  point(cell) {
    const shown = cell ?? this.selection ?? this.outlines.cell;
    if (isSame(shown, this.outlines.cell)) return;
    this.outlines.explain(shown);
    this.tell("point");
  }

  /** Go from the pinned number to what it was made of: what counted most of it. */
  descend() {
    const source = this.selection && this.outlines.source();
    if (source) this.goTo(source);
  }

  /** Go to another number, from which one can come back. */
  goTo(cell) {
    const from = this.selection ?? this.outlines.cell;
    if (from) this.trail.push(from);
    this.select(cell);
  }

  /** Go back to where one came from; from the first one, to none. */
  back() {
    this.select(this.trail.pop() ?? null);
  }

  /** Point at nothing any more. */
  leave() {
    this.trail = [];
    this.select(null);
  }

  /** Pin a cell, without the focus. */
  explain(cell) {
    this.selection = cell;
    this.store.select(cell);
    if (cell) this.reveal(cell);
    this.outlines.explain(cell);
    this.tell("select");
  }

  select(cell, scrolls = true) {
    this.explain(cell);
    if (!cell) return;
    this.focusOn(cell);
    if (scrolls) this.bringIntoSight(cell);
    else this.scrollTo(cell, this.cellBox(cell), "auto");
  }

  reveal({ slice }) {
    const { flow } = this.store;
    const { step, sample } = flow.lanes[flow.stageOf(slice).lane];
    if (this.slices.has(slice)) return;
    this.choose(step ?? this.choice.step, sample ?? this.choice.sample);
  }

  /** Scroll to a cell or a region, and to what it is made of where there is room for both. */
  bringIntoSight(cell) {
    const box = this.cellBox(cell);
    const { width, height } = this.sight();
    const { explanation } = this.outlines;
    const regions = isSame(cell, this.outlines.cell) ? explanation.regions : [];
    const boxes = regions.map((region) => this.cellBox(region)).filter(Boolean);
    const all = boxes.reduce(around, box);
    const isRoomy = all.width < width - 2 * MARGIN && all.height < height - 2 * MARGIN;
    this.scrollTo(cell, isRoomy ? all : box, this.isCalm ? "auto" : "smooth");
  }

  /** Scroll as little as brings a box into sight; on a narrow screen a slice scrolls by itself. */
  scrollTo({ slice }, box, behavior) {
    const room = this.sight();
    const left = scrollNeeded(box.left, box.right, room.left, room.right);
    const top = scrollNeeded(box.top, box.bottom, room.top, room.bottom);
    const { isNarrow } = this.scene;
    if (isNarrow) this.sliceElement(slice).closest(".slices").scrollBy({ left, behavior });
    // One call: on the same element a second one would end the first.
    this.root.scrollBy({ left: isNarrow ? 0 : left, top, behavior });
  }

  /** Give the focus to what stands for a cell: its place in a table, or a frame on the picture. */
  focusOn(cell) {
    const slice = this.slices.get(cell.slice);
    slice.show();
    this.frame.remove();
    const element = slice.cellElement(cell.row, cell.column) ?? this.frame;
    if (element === this.frame) {
      element.setAttribute("aria-label", this.nameOf(cell));
      setStyle(element, slice.layout.box(cell.row, cell.column));
      slice.grid.append(element);
    }
    this.root.querySelector("td[tabindex='0']")?.setAttribute("tabindex", "-1");
    element.tabIndex = 0;
    if (document.activeElement !== element) element.focus({ preventScroll: true });
  }

  /** After a zoom the frame is elsewhere, or no longer needed where numbers have come. */
  moveFrame(cell) {
    const slice = this.slices.get(cell.slice);
    const isTable = slice.cellElement(cell.row, cell.column);
    if (!isTable) setStyle(this.frame, slice.layout.box(cell.row, cell.column));
    else if (document.activeElement === this.frame) this.focusOn(cell);
    else this.frame.remove();
  }

  showScene(scene, hidden = () => false) {
    this.hidden = hidden;
    const cell = scene && { slice: scene.slices.at(-1), row: scene.row, column: scene.column };
    if (cell) this.reveal(cell);
    this.outlines.cell = cell ?? this.selection;
    this.refresh();
    if (cell) this.bringIntoSight(cell);
  }
}

/** How far to scroll so that what reaches from low to high lies between least and most. */
function scrollNeeded(low, high, least, most) {
  if (low < least + MARGIN) return low - least - MARGIN;
  return high > most - MARGIN ? Math.min(high - most + MARGIN, low - least - MARGIN) : 0;
}
