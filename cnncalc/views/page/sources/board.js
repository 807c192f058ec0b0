// The board that a calculation is drawn on: cards of stages from left to right, in lanes below each
// other. It knows where each cell is, and draws what is in sight.

import { byId, listen, make, setStyle } from "./elements.js";
import { clamp, outside } from "./geometry.js";
import { cardsOf, laneGroups } from "./layout.js";
import { StageView } from "./stages.js";
import { followsOn, Wires } from "./wires.js";

const NARROW = 640;
const MOST_CELLS_LATER = 6000;
const ZOOMS = [0.25, 44];

export class Board {
  /**
   * @param {object} store of the flows and their numbers
   * @param {HTMLElement} root what everything is drawn in, and scrolls
   */
  constructor(store, root) {
    Object.assign(this, { store, root, stages: new Map(), slices: new Map(), cards: [] });
    Object.assign(this, { zoom: 1, theme: "light", choice: { step: null, sample: null } });
    Object.assign(this, { hidden: () => false, charts: byId("charts"), wires: new Wires(this) });
    const near = { root, rootMargin: "240px" };
    this.observer = new IntersectionObserver((entries) => this.sighted(entries), near);
    listen(root, { scroll: () => this.follow() }, { passive: true });
    const resize = () => {
      this.resize();
      this.drawn();
    };
    listen(globalThis, { resize });
  }

  get scene() {
    this.digit ??= digitWidth();
    return { zoom: this.zoom, isNarrow: innerWidth < NARROW, digit: this.digit };
  }

  get palette() {
    return this.store.document.palettes[this.theme];
  }

  draw() {
    const { flow } = this.store;
    this.observer.disconnect();
    this.stages.clear();
    this.slices.clear();
    this.cards = [];
    const cards = cardsOf(flow, this.choice);
    const lanes = [...new Set(cards.map(({ lane }) => lane))];
    const groups = laneGroups(flow, lanes).map((group) => {
      const sections = group.map((lane, at) => this.newLane(lane, at, cards));
      return make(`div.lanes ${group.length > 1 ? "" : "alone"}`, ...sections);
    });
    this.root.replaceChildren(...groups);
    this.wires.draw();
    this.placeCharts();
    for (const { grid } of this.slices.values()) this.observer.observe(grid);
    this.fillLater();
  }

  /** Write tables that are out of sight, too, where there is time: a screen reader reads them. */
  fillLater() {
    const slices = [...this.slices.values()];
    const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
    let room = MOST_CELLS_LATER;
    const fill = () => {
      const slice = slices.shift();
      if (!slice?.grid.isConnected || room < 0) return;
      room -= slice.slice.height * slice.slice.width;
      if (slice.isStale && slice.hasWholeTable) slice.show();
      whenIdle(fill);
    };
    whenIdle(fill);
  }

  /** Charts stand beside the course that they show. */
  placeCharts() {
    const course = this.root.querySelector(".course");
    if (course) course.querySelector(".card").before(this.charts);
    else document.body.append(this.charts);
    this.charts.hidden = !course;
  }

  /** The lanes of a group have their columns in common, and two rows each. */
  newLane(number, at, cards) {
    const { title, direction, step } = this.store.flow.lanes[number];
    const isCourse = direction === "weights" && step === null && title;
    const id = `lane-${number}`;
    const row = 2 * at + 1;
    const name = make("h2", { id, style: { "grid-row": `${row}` } }, make("span", title));
    return make(
      `section.lane ${isCourse ? "course" : direction}`,
      title && { "aria-labelledby": id },
      title && name,
      ...cards
        .filter(({ lane }) => lane === number)
        .map((card, place, all) => this.newCard(card, row + 1, all[place - 1])),
    );
  }

  newCard(card, row, before) {
    const { lane, column, stages } = card;
    const { flow } = this.store;
    const { name, call, size, place } = flow.columns[column];
    const views = stages.map((stage) => this.newStage(stage));
    const body = make("div.stages", ...views.map(({ element }) => element));
    const element = make(
      `article.card ${followsOn(flow, card, before) ? "" : "apart"}`,
      { style: { "grid-area": `${row} / ${place + 1}` } },
      make("header", make("h3", name), call && make("code", call), size && make("p.size", size)),
      body,
    );
    this.cards.push({ lane, column, views, body, element });
    this.arrange({ views, body });
    return element;
  }

  newStage(stage) {
    const view = new StageView(this, stage);
    this.stages.set(stage.number, view);
    for (const slice of view.slices) this.slices.set(slice.slice.number, slice);
    return view;
  }

  /** Stages stand beside each other; a bias stands below the kernel of its filter. */
  arrange({ views, body }) {
    const { lanes } = this.store.flow;
    const isAcross = views.every(
      ({ stage }) => stage.isImage || lanes[stage.lane].direction === "weights",
    );
    const rows = views.map(({ layout: { tiles } }) => (tiles.isShared ? tiles.rows : 1));
    setStyle(body, { "--tracks": `${2 * Math.max(...rows)}` });
    let column = 0;
    views.forEach((view, at) => {
      const above = views[at - 1];
      const isBelow = Boolean(above) && view.standsBelow(above);
      if (!isBelow) column += 1;
      setStyle(view.element, { "grid-column": `${column}` });
      view.standIn(isBelow ? "below" : "whole", isAcross ? (isBelow ? above : view) : null);
      if (isBelow) above.standIn("above", isAcross ? above : null);
    });
  }

  resize() {
    for (const stage of this.stages.values()) stage.resize();
    for (const card of this.cards) this.arrange(card);
  }

  /** Give changed numbers the room that they need. */
  widen(changed) {
    for (const card of this.cards) {
      const wider = card.views.filter((stage) => stage.hasAny(changed) && stage.widen());
      if (wider.length) this.arrange(card);
    }
  }

  drawn() {
    for (const slice of this.slices.values()) if (slice.isInSight) slice.show();
    this.redrawn();
  }

  /** Zoom, and keep a point of the screen where it is. */
  setZoom(wanted, x = this.focusPoint().x, y = this.focusPoint().y) {
    const zoom = clamp(wanted, ...ZOOMS);
    if (zoom === this.zoom) return;
    const cell = this.cellNear(x, y);
    const before = cell && this.cellBox(cell);
    this.zoom = zoom;
    this.resize();
    if (cell) {
      const { left, top, width, height } = this.cellBox(cell);
      this.root.scrollLeft += left + ((x - before.left) / before.width) * width - x;
      this.root.scrollTop += top + ((y - before.top) / before.height) * height - y;
    }
    this.drawn();
  }

  /** The middle of the pinned cell, if that is in sight, else of what is seen. */
  focusPoint() {
    const sight = this.sight();
    const { x, y } = middleOf((this.selection && this.cellBox(this.selection)) ?? sight);
    const isSeen = x >= sight.left && x <= sight.right && y >= sight.top && y <= sight.bottom;
    return isSeen ? { x, y } : middleOf(sight);
  }

  /**
   * The cell nearest to a point, in the slice whose box is the least far.
   * @param {(box: DOMRect, slice: number) => number} farOf by default how far the point is from it
   */
  cellNear(
    x,
    y,
    farOf = (box) => Math.hypot(outside(x, box.left, box.right), outside(y, box.top, box.bottom)),
  ) {
    let [nearest, least] = [null, Infinity];
    for (const [slice, { grid, layout }] of this.slices) {
      const box = grid.getBoundingClientRect();
      const far = farOf(box, slice);
      if (far >= least) continue;
      const { width, height } = layout.header;
      const across = clamp(x - box.left, width + 1, box.width - 1);
      const down = clamp(y - box.top, height + 1, box.height - 1);
      const cell = layout.cellAt(across, down) ?? { row: 0, column: 0 };
      [nearest, least] = [{ slice, ...cell }, far];
    }
    return nearest;
  }

  sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      const slice = this.slices.get(Number(target.dataset.slice));
      if (slice?.grid !== target) continue;
      if (isIntersecting) slice.show();
      else slice.isInSight = false;
    }
  }

  /** Draw everything, in sight or not, as on paper. */
  showAll() {
    for (const slice of this.slices.values()) slice.show();
  }

  follow() {
    this.following ??= requestAnimationFrame(() => {
      this.following = null;
      for (const slice of this.slices.values()) if (slice.isInSight) slice.follow();
    });
  }

  /** Draw numbers anew: of some slices (a Set of their numbers), or of all. */
  refresh(changed = null, flashes = false) {
    for (const stage of this.stages.values()) {
      if (!stage.hasAny(changed)) continue;
      stage.isStale = true;
      for (const slice of stage.slices) slice.isStale = true;
      const seen = stage.slices.filter(({ isInSight }) => isInSight);
      if (seen.length) stage.rescale();
      for (const slice of seen) slice.refresh(flashes && !this.isCalm);
    }
    this.fillLater();
    this.redrawn();
  }

  valueAt({ slice, row, column }) {
    return this.store.calculation.value(slice, row, column);
  }

  /** The box that a slice's cells lie in, undefined if it isn't drawn. */
  sliceElement(number) {
    return this.slices.get(number)?.grid;
  }

  /** The part of the screen that the calculation is seen in. */
  sight() {
    return this.root.getBoundingClientRect();
  }

  /** Where a cell, or a region of cells, is on the screen; null if it isn't drawn. */
  cellBox({ slice: number, row, column, height = 1, width = 1 }) {
    const slice = this.slices.get(number);
    if (!slice) return null;
    const { x, y } = slice.grid.getBoundingClientRect();
    const boxOf = (...place) => {
      const { left, top, width, height } = slice.layout.box(...place);
      return new DOMRect(x + left, y + top, width, height);
    };
    return around(boxOf(row, column), boxOf(row + height - 1, column + width - 1));
  }

  /** The cell at a point of the screen, or null. */
  cellAt(x, y) {
    const grid = document.elementFromPoint(x, y)?.closest(".grid");
    const slice = grid && this.slices.get(Number(grid.dataset.slice));
    if (!slice) return null;
    const { left, top } = grid.getBoundingClientRect();
    const cell = slice.layout.cellAt(x - left, y - top);
    return cell && { slice: slice.slice.number, ...cell };
  }
}

/** The middle of a box. */
export const middleOf = ({ left, top, width, height }) => ({
  x: left + width / 2,
  y: top + height / 2,
});

/** The box around two others. */
export function around(a, b) {
  const [left, top] = [Math.min(a.left, b.left), Math.min(a.top, b.top)];
  const [right, bottom] = [Math.max(a.right, b.right), Math.max(a.bottom, b.bottom)];
  return new DOMRect(left, top, right - left, bottom - top);
}

/** How wide a digit is in this page's font, for each pixel of its size. */
function digitWidth() {
  const context = make("canvas").getContext("2d");
  context.font = `100px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText("0").width / 100;
}
