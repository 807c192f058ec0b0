// The board that a calculation is drawn on: cards of stages from left to right, in lanes below each
// other. It knows where each cell is, and draws what is in sight.

import { classed, digitWidth } from "./dom.js";
import { make } from "./elements.js";
import { cardsOf, laneGroups } from "./layout.js";
import { StageView } from "./stages.js";

const NARROW = 640;
const MOST_CELLS_LATER = 6000;
const ZOOMS = [0.25, 24];

export class Board {
  /**
   * @param {object} store of the flows and their numbers
   * @param {HTMLElement} root what everything is drawn in, and scrolls
   */
  constructor(store, root) {
    Object.assign(this, { store, root, stages: new Map(), slices: new Map(), hidden: null });
    Object.assign(this, { zoom: 1, theme: "light", choice: { step: null, sample: null } });
    const near = { root, rootMargin: "240px" };
    this.observer = new IntersectionObserver((entries) => this.sighted(entries), near);
    root.addEventListener("scroll", () => this.follow(), { passive: true });
    addEventListener("resize", () => this.resize());
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
    const cards = cardsOf(flow, this.choice);
    const lanes = [...new Set(cards.map((card) => card.lane))];
    const groups = laneGroups(flow, lanes).map((group) => this.newGroup(flow, group, cards));
    this.root.replaceChildren(...groups);
    this.placeCharts();
    for (const slice of this.slices.values()) this.observer.observe(slice.grid);
    this.fillLater();
  }

  /** Write tables that are out of sight, too, where there is time: a screen reader reads them. */
  fillLater() {
    const slices = [...this.slices.values()];
    let room = MOST_CELLS_LATER;
    const fill = () => {
      const slice = slices.shift();
      if (slice === undefined || room < 0 || !slice.grid.isConnected) return;
      room -= slice.slice.height * slice.slice.width;
      if (slice.isStale && slice.hasWholeTable) slice.show();
      whenIdle(fill);
    };
    whenIdle(fill);
  }

  /** Charts stand beside the course that they show. */
  placeCharts() {
    this.charts ??= document.getElementById("charts");
    const course = this.root.querySelector(".course");
    if (course !== null) course.querySelector(".card").before(this.charts);
    else document.body.append(this.charts);
    this.charts.hidden = course === null;
  }

  /** Lanes that have their columns in common. */
  newGroup(flow, lanes, cards) {
    const cardsIn = (lane) => cards.filter((card) => card.lane === lane);
    const sections = lanes.map((lane, place) => this.newLane(flow, lane, place, cardsIn(lane)));
    return classed("div", lanes.length > 1 ? "lanes" : "lanes alone", ...sections);
  }

  newLane(flow, number, place, cards) {
    const { title, direction, step } = flow.lanes[number];
    const isCourse = direction === "weights" && step === null && title !== "";
    const element = classed("section", `lane ${isCourse ? "course" : direction}`);
    if (title) {
      const heading = make("h2", { id: `lane-${number}` }, make("span", { text: title }));
      heading.style.gridRow = String(2 * place + 1);
      element.setAttribute("aria-labelledby", heading.id);
      element.append(heading);
    }
    for (const card of cards) {
      const shown = this.newCard(flow, card);
      shown.style.gridRow = String(2 * place + 2);
      shown.style.gridColumn = String(card.column + 1);
      element.append(shown);
    }
    return element;
  }

  newCard(flow, { column, stages }) {
    const { name, call, size } = flow.columns[column];
    const head = make("header", {}, classed("h3", "", name));
    if (call) head.append(classed("code", "", call));
    if (size) head.append(classed("p", "size", size));
    const views = stages.map((stage) => this.newStage(stage));
    const body = classed("div", "stages", ...views.map((view) => view.element));
    const card = classed("article", "card", head, body);
    this.arrange(views, body);
    return card;
  }

  /** Stages stand beside each other; a bias stands below the kernel of its filter. */
  arrange(views, body) {
    const shared = views.filter((view) => view.layout.tiles.isShared);
    const isAcross = views.every(
      ({ stage }) => stage.isImage || this.store.flow.lanes[stage.lane].direction === "weights",
    );
    const rows = Math.max(1, ...shared.map((view) => view.layout.tiles.rows));
    body.style.setProperty("--tracks", 2 * rows);
    let column = 0;
    views.forEach((view, place) => {
      const before = views[place - 1];
      const isBelow = before !== undefined && view.standsBelow(before);
      if (!isBelow) column += 1;
      view.element.style.gridColumn = String(column);
      const across = isAcross ? (isBelow ? before : view) : null;
      view.standIn(isBelow ? "below" : "whole", across);
      if (isBelow) before.standIn("above", isAcross ? before : null);
    });
  }

  newStage(stage) {
    const view = new StageView(this, stage);
    this.stages.set(stage.number, view);
    for (const slice of view.slices) this.slices.set(slice.slice.number, slice);
    return view;
  }

  resize() {
    this.resizeStages();
    this.showSighted();
    this.redrawn();
  }

  resizeStages() {
    for (const stage of this.stages.values()) stage.resize();
    for (const body of this.root.querySelectorAll(".stages")) {
      const numbers = [...body.children].map(({ dataset }) => Number(dataset.stage));
      this.arrange(
        numbers.map((number) => this.stages.get(number)),
        body,
      );
    }
  }

  /** Zoom, and keep a point of the screen where it is. */
  setZoom(zoom, x = this.focusPoint().x, y = this.focusPoint().y) {
    const bounded = clamp(zoom, ...ZOOMS);
    if (bounded === this.zoom) return;
    const cell = this.cellNear(x, y);
    const before = cell && this.cellBox(cell.slice, cell.row, cell.column);
    this.zoom = bounded;
    this.resizeStages();
    if (cell) this.keepAt(cell, before, x, y);
    this.showSighted();
    this.redrawn();
  }

  /** The middle of the pinned cell, if that is in sight, else of what is seen. */
  focusPoint() {
    const { left, top, right, bottom } = this.sight();
    const { selection } = this;
    const box = selection && this.cellBox(selection.slice, selection.row, selection.column);
    const { x, y } = middle(box ?? { left, top, right, bottom });
    const isSeen = x >= left && x <= right && y >= top && y <= bottom;
    return isSeen ? { x, y } : middle({ left, top, right, bottom });
  }

  keepAt({ slice, row, column }, before, x, y) {
    const after = this.cellBox(slice, row, column);
    const [acrossIn, downIn] = [(x - before.left) / before.width, (y - before.top) / before.height];
    this.root.scrollLeft += after.left + acrossIn * after.width - x;
    this.root.scrollTop += after.top + downIn * after.height - y;
  }

  /** The cell at a point, or the one nearest to it. */
  cellNear(x, y) {
    let [nearest, least] = [null, Infinity];
    for (const [number, { grid, layout }] of this.slices) {
      const { left, top, right, bottom } = grid.getBoundingClientRect();
      const near = { x: clamp(x, left, right - 1), y: clamp(y, top, bottom - 1) };
      const far = Math.hypot(near.x - x, near.y - y);
      if (far >= least) continue;
      least = far;
      const cell = layout.cellAt(near.x - left, near.y - top) ?? { row: 0, column: 0 };
      nearest = { slice: number, ...cell };
    }
    return nearest;
  }

  sighted(entries) {
    for (const { target, isIntersecting } of entries) {
      const slice = this.slices.get(Number(target.dataset.slice));
      if (slice === undefined || slice.grid !== target) continue;
      if (isIntersecting) slice.show();
      else slice.isInSight = false;
    }
  }

  /** Draw everything, in sight or not, as on paper. */
  showAll() {
    for (const slice of this.slices.values()) slice.show();
  }

  showSighted() {
    for (const slice of this.slices.values()) if (slice.isInSight) slice.show();
  }

  follow() {
    if (this.isFollowing) return;
    this.isFollowing = true;
    requestAnimationFrame(() => {
      this.isFollowing = false;
      for (const slice of this.slices.values()) if (slice.isInSight) slice.follow();
    });
  }

  /** Draw numbers anew: of some slices (a Set of their numbers), or of all. */
  refresh(changed = null, { flashes = true } = {}) {
    for (const stage of this.stages.values()) {
      const isChanged = ({ slice }) => changed === null || changed.has(slice.number);
      if (!stage.slices.some(isChanged)) continue;
      stage.isStale = true;
      for (const slice of stage.slices) slice.isStale = true;
      if (stage.slices.some((slice) => slice.isInSight)) this.refreshStage(stage, flashes);
    }
    this.fillLater();
    this.redrawn();
  }

  refreshStage(stage, flashes) {
    stage.rescale();
    for (const slice of stage.slices) if (slice.isInSight) slice.refresh(flashes && !this.isCalm);
  }

  valueAt({ slice, row, column }) {
    return this.store.calculation.value(slice, row, column);
  }

  sliceElement(number) {
    return this.slices.get(number)?.grid ?? null;
  }

  /** The part of the screen that the calculation is seen in. */
  sight() {
    return this.root.getBoundingClientRect();
  }

  cellBox(number, row, column, height = 1, width = 1) {
    const slice = this.slices.get(number);
    if (slice === undefined) return null;
    const grid = slice.grid.getBoundingClientRect();
    const first = slice.layout.box(row, column);
    const last = slice.layout.box(row + height - 1, column + width - 1);
    const [x, y] = [Math.min(first.x, last.x), Math.min(first.y, last.y)];
    const wide = Math.max(first.x, last.x) - x + last.width;
    const high = Math.max(first.y, last.y) - y + last.height;
    return new DOMRect(grid.left + x, grid.top + y, wide, high);
  }

  cellAt(x, y) {
    const grid = document.elementFromPoint(x, y)?.closest(".grid");
    const slice = grid && this.slices.get(Number(grid.dataset.slice));
    if (!slice) return null;
    const box = grid.getBoundingClientRect();
    const cell = slice.layout.cellAt(x - box.left, y - box.top);
    return cell && { slice: slice.slice.number, ...cell };
  }

  isHidden(slice, row, column) {
    return this.hidden?.(slice, row, column) ?? false;
  }
}

const middle = ({ left, top, right, bottom }) => ({ x: (left + right) / 2, y: (top + bottom) / 2 });

const whenIdle = (run) => (globalThis.requestIdleCallback ?? setTimeout)(run);

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
