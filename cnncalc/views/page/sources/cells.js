// One slice as it is seen: a picture of a pixel a cell, and a table over it where numbers can be
// read. Of a large slice the table holds what is in sight alone.

import { placeAt } from "./dom.js";
import { make } from "./elements.js";
import { cellText, sizeText } from "./figures.js";
import { formatNumber } from "./format.js";

const MOST_TABLE_CELLS = 1024;
const LINES_AROUND = 4;

/** A slice of a stage that is shown. */
export class SliceView {
  /**
   * @param {object} stageView which stage it belongs to
   * @param {object} slice of the flow
   */
  constructor(stageView, slice) {
    Object.assign(this, { stageView, slice, table: null, cells: new Map(), isStale: true });
    this.isInSight = false;
    this.canvas = make("canvas");
    this.marks = make("div", { class: "marks", "aria-hidden": "true" });
    this.grid = make("div", { class: "grid", "data-slice": slice.number }, this.canvas, this.marks);
    this.caption = make("figcaption", { text: slice.caption });
    this.element = make("figure", { class: "slice" }, this.caption, this.grid);
    this.roles = rolesOf(slice);
    this.inner = innerOf(slice);
    this.grid.classList.toggle(
      "padded",
      this.inner.height < slice.height || this.inner.width < slice.width,
    );
  }

  get layout() {
    return this.stageView.layout;
  }

  /** Take the sizes of a new layout; what was drawn is drawn again when it is in sight. */
  resize() {
    const { layout, slice } = this;
    this.grid.style.width = `${layout.sliceWidth}px`;
    this.grid.style.height = `${layout.sliceHeight}px`;
    this.caption.style.maxWidth = `${Math.max(layout.sliceWidth, 56)}px`;
    this.caption.hidden =
      slice.caption === "" || layout.sliceWidth < 44 || this.stageView.hasLikeCaptions;
    this.canvas.width = layout.folding.places;
    this.canvas.height = layout.folding.lines;
    placeAt(
      this.canvas,
      layout.areaBox({
        line: 0,
        place: 0,
        lines: layout.folding.lines,
        places: layout.folding.places,
      }),
    );
    this.dropTable();
    this.describe();
    this.isStale = true;
  }

  dropTable() {
    this.table?.remove();
    this.table = null;
    this.cells.clear();
  }

  describe() {
    const { layout, slice, canvas } = this;
    const size = sizeText(slice.height, slice.width);
    this.label = `${[this.stageView.stage.title, slice.caption].filter(Boolean).join(", ")}: ${size}`;
    if (layout.hasNumbers) {
      canvas.removeAttribute("role");
      canvas.setAttribute("aria-hidden", "true");
    } else {
      canvas.removeAttribute("aria-hidden");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${this.label} numbers as a picture`);
    }
  }

  /** Whether all its numbers stand in one table. */
  get hasWholeTable() {
    const { folding, hasNumbers } = this.layout;
    return hasNumbers && folding.lines * folding.places <= MOST_TABLE_CELLS;
  }

  /** Draw what is in sight, if it isn't there yet. */
  show() {
    this.isInSight = true;
    this.stageView.freshen();
    if (this.isStale) this.refresh(false);
    else this.follow();
  }

  /**
   * Draw the numbers as they are now.
   * @param {boolean} flashes whether cells that changed light up
   */
  refresh(flashes) {
    this.paint();
    this.isStale = false;
    if (!this.layout.hasNumbers) return;
    if (this.table === null) this.follow();
    else
      for (const [key, cell] of this.cells)
        this.write(cell, ...key.split(",").map(Number), flashes);
  }

  /** Draw the picture; where there is no scale, the style sheet has the colours. */
  paint() {
    const { canvas, layout, stageView } = this;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(canvas.width, canvas.height);
    if (stageView.scale !== null) this.fill(new Uint32Array(picture.data.buffer), layout.folding);
    context.putImageData(picture, 0, 0);
  }

  fill(pixels, folding) {
    const { slice, roles, stageView } = this;
    const { scale, view } = stageView;
    const { cells } = view.store.calculation;
    for (let row = 0, at = 0; row < slice.height; row += 1) {
      for (let column = 0; column < slice.width; column += 1, at += 1) {
        const isBlank = roles[at] === "padding" || roles[at] === "nothing";
        if (isBlank || view.isHidden(slice.number, row, column)) continue;
        const { line, place } = folding.placeOf(row, column);
        pixels[line * folding.places + place] = scale.color(cells[slice.first + at]);
      }
    }
  }

  /** Bring the table to what is in sight. */
  follow() {
    if (!this.layout.hasNumbers || !this.isInSight) return;
    const { lines, places } = this.layout.folding;
    const isWhole = this.hasWholeTable;
    if (isWhole && this.table !== null) return;
    const area = isWhole ? { line: 0, place: 0, lines, places } : this.areaInSight();
    if (this.table !== null && holdsArea(this.area, area.inner)) return;
    const focused = this.table?.contains(document.activeElement)
      ? document.activeElement.dataset.cell
      : null;
    this.dropTable();
    this.area = area;
    this.table = this.newTable(area, isWhole);
    this.grid.insertBefore(this.table, this.marks);
    if (focused !== null) this.cells.get(focused)?.focus({ preventScroll: true });
  }

  areaInSight() {
    const { layout, grid, stageView } = this;
    const [box, room] = [grid.getBoundingClientRect(), stageView.view.sight()];
    const bound = (value, most) => Math.max(0, Math.min(most, value));
    const { lines, places } = layout.folding;
    const inner = (around) => {
      const top = bound(Math.floor((room.top - box.top) / layout.cellHeight) - around, lines);
      const left = bound(Math.floor((room.left - box.left) / layout.cellWidth) - around, places);
      const bottom = bound(Math.ceil((room.bottom - box.top) / layout.cellHeight) + around, lines);
      const right = bound(Math.ceil((room.right - box.left) / layout.cellWidth) + around, places);
      return { line: top, place: left, lines: bottom - top, places: right - left };
    };
    return { ...inner(LINES_AROUND), inner: inner(0) };
  }

  newTable(area, isWhole) {
    const { layout, label, slice } = this;
    const table = make("table", {
      class: `numbers${layout.header.width + layout.header.height ? " headed" : ""}`,
    });
    table.append(make("caption", { class: "unseen", text: label }));
    if (!isWhole) {
      table.setAttribute("aria-rowcount", slice.height);
      table.setAttribute("aria-colcount", slice.width);
    }
    table.append(this.columnWidths(area));
    if (layout.header.height) table.append(this.headRow(area));
    const body = make("tbody");
    for (let line = area.line; line < area.line + area.lines; line += 1) {
      body.append(this.bodyRow(line, area, isWhole));
    }
    table.append(body);
    this.placeTable(table, area);
    return table;
  }

  placeTable(table, area) {
    const { layout } = this;
    table.style.left = `${area.place * layout.cellWidth}px`;
    table.style.top = `${area.line * layout.cellHeight}px`;
    table.style.width = `${area.places * layout.cellWidth + layout.header.width}px`;
    table.dataset.size = layout.cellHeight >= 40 ? "l" : layout.cellHeight >= 34 ? "m" : "s";
  }

  columnWidths(area) {
    const group = make("colgroup");
    const widths = Array(area.places).fill(this.layout.cellWidth);
    if (this.layout.header.width) widths.unshift(this.layout.header.width);
    for (const width of widths) {
      const column = make("col");
      column.style.width = `${width}px`;
      group.append(column);
    }
    return group;
  }

  headRow(area) {
    const { columns } = this.stageView.stage;
    const row = make("tr");
    row.style.height = `${this.layout.header.height}px`;
    if (this.layout.header.width) row.append(make("td", { class: "corner" }));
    for (let place = area.place; place < area.place + area.places; place += 1) {
      const text = columns[place] || numberAt(place - this.inner.column, this.inner.width);
      row.append(make("th", { scope: "col", text, title: text.length > 6 ? text : false }));
    }
    return make("thead", {}, row);
  }

  bodyRow(line, area, isWhole) {
    const { layout, stageView } = this;
    const row = make("tr", isWhole ? {} : { "aria-rowindex": line + 1 });
    row.style.height = `${layout.cellHeight}px`;
    if (layout.header.width) {
      const text = stageView.stage.rows[line] || numberAt(line - this.inner.row, this.inner.height);
      row.append(make("th", { scope: "row", text, title: text.length > 6 ? text : false }));
    }
    for (let place = area.place; place < area.place + area.places; place += 1) {
      row.append(this.newCell(line, place, isWhole));
    }
    return row;
  }

  newCell(line, place, isWhole) {
    const found = this.layout.folding.cellAt(line, place);
    if (found === null) return make("td", { class: "gap" });
    const key = `${found.row},${found.column}`;
    const role = this.roles[found.row * this.slice.width + found.column];
    const cell = make("td", { tabindex: "-1", "data-cell": key, class: role });
    if (!isWhole) cell.setAttribute("aria-colindex", place + 1);
    this.cells.set(key, cell);
    this.write(cell, found.row, found.column, false);
    return cell;
  }

  write(cell, row, column, flashes) {
    const { stageView, slice } = this;
    const isHidden = stageView.view.isHidden(slice.number, row, column);
    const value = stageView.view.valueAt({ slice: slice.number, row, column });
    const text = isHidden ? "" : cellText(value, this.layout.room);
    const role = this.roles[row * slice.width + column];
    cell.classList.toggle("on-dark", !isHidden && stageView.isDark(value, role));
    this.mark(cell, row, column);
    cell.classList.toggle("fault", typeof value === "object" && value !== null && !isHidden);
    if (cell.textContent === text) return;
    cell.textContent = text;
    if (flashes) flash(cell);
  }

  /** Of a worksheet: a sign beside the colour for what is right and what is wrong. */
  mark(cell, row, column) {
    const { markOf } = this.stageView.view;
    if (markOf === null) return;
    const mark = markOf(this.slice.number, row, column);
    cell.classList.toggle("right", mark === 1);
    cell.classList.toggle("wrong", mark === -1);
  }

  /** Let a cell light up for a moment. */
  flash(row, column) {
    const cell = this.cellElement(row, column);
    if (cell !== null) flash(cell);
  }

  /** The element that stands for a cell, null where none is drawn. */
  cellElement(row, column) {
    return this.cells.get(`${row},${column}`) ?? null;
  }
}

function flash(cell) {
  cell.classList.remove("changed");
  requestAnimationFrame(() => cell.classList.add("changed"));
}

/** The number of a row or a column; padding around them has none. */
const numberAt = (place, count) => (place >= 0 && place < count ? String(place) : "");

const holdsArea = (area, inner) =>
  inner !== undefined &&
  area.line <= inner.line &&
  area.place <= inner.place &&
  area.line + area.lines >= inner.line + inner.lines &&
  area.place + area.places >= inner.place + inner.places;

/**
 * Return the cells of a slice without the padding around them.
 * @param {object} slice
 * @returns {{row: number, column: number, height: number, width: number}}
 */
export function innerOf({ blocks, height, width }) {
  const isPadded = blocks.length > 1 && blocks.slice(1).every(({ role }) => role === "padding");
  return isPadded ? blocks[0] : { row: 0, column: 0, height, width };
}

/** The role of each cell of a slice, row by row; where no block is, there is none. */
function rolesOf({ blocks, height, width }) {
  const roles = Array(height * width).fill("nothing");
  for (const block of blocks) {
    for (let row = block.row; row < block.row + block.height; row += 1) {
      const first = row * width + block.column;
      roles.fill(block.role, first, first + block.width);
    }
  }
  return roles;
}

/**
 * Return the ends of a scale as texts.
 * @param {{ends: number[]}} scale
 * @returns {string[]}
 */
export const endTexts = ({ ends }) =>
  ends.map((end) => formatNumber(end, { decimals: Math.abs(end) >= 100 ? 1 : 3 }));
