// One slice as it is seen: a picture of a pixel a cell, and a table over it where numbers can be
// read.

import { classed, placeAt } from "./dom.js";
import { make } from "./elements.js";
import { sizeText } from "./figures.js";
import { NumberTable } from "./tables.js";

const MOST_TABLE_CELLS = 1024;
const LINES_AROUND = 4;
const NARROWEST_CAPTION = 44;

/** A slice of a stage that is shown. */
export class SliceView {
  /**
   * @param {object} stageView which stage it belongs to
   * @param {object} slice of the flow
   */
  constructor(stageView, slice) {
    Object.assign(this, { stageView, slice, table: null, isStale: true, isInSight: false });
    this.roles = rolesOf(slice);
    this.inner = innerOf(slice);
    const { title } = stageView.stage;
    const said = [title, slice.caption].filter(Boolean).join(", ");
    this.label = `${said}: ${sizeText(slice.height, slice.width)}`;
    this.canvas = make("canvas", { role: "img", "aria-label": `${this.label}, as a picture` });
    this.marks = make("div", { class: "marks", "aria-hidden": "true" });
    const kind = this.inner.height * this.inner.width < this.roles.length ? "grid padded" : "grid";
    this.grid = make("div", { class: kind, "data-slice": slice.number }, this.canvas, this.marks);
    this.caption = make("figcaption", { text: slice.caption });
    this.element = classed("figure", "slice", this.caption, this.grid);
  }

  get layout() {
    return this.stageView.layout;
  }

  /** Take the sizes of a new layout; what was drawn is drawn again when it is in sight. */
  resize() {
    const { layout, slice, grid, caption, canvas } = this;
    const { places, lines } = layout.folding;
    grid.style.width = `${layout.sliceWidth}px`;
    grid.style.height = `${layout.sliceHeight}px`;
    caption.style.maxWidth = `${Math.max(layout.sliceWidth, NARROWEST_CAPTION)}px`;
    const isNarrow = layout.sliceWidth < NARROWEST_CAPTION;
    caption.hidden = slice.caption === "" || isNarrow || this.stageView.hasLikeCaptions;
    Object.assign(canvas, { width: places, height: lines });
    placeAt(canvas, layout.areaBox({ line: 0, place: 0, lines, places }));
    canvas.setAttribute("aria-hidden", layout.hasNumbers);
    this.dropTable();
    this.isStale = true;
  }

  dropTable() {
    this.table?.element.remove();
    this.table = null;
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
    if (this.table === null) this.follow();
    else this.table.refresh(flashes);
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
    for (let at = 0; at < roles.length; at += 1) {
      const [row, column] = [Math.floor(at / slice.width), at % slice.width];
      const isBlank = roles[at] === "padding" || roles[at] === "nothing";
      if (isBlank || view.isHidden(slice.number, row, column)) continue;
      const { line, place } = folding.placeOf(row, column);
      pixels[line * folding.places + place] = scale.color(cells[slice.first + at]);
    }
  }

  /** Bring the table to what is in sight. */
  follow() {
    const isWhole = this.hasWholeTable;
    if (!this.layout.hasNumbers || !this.isInSight || (isWhole && this.table !== null)) return;
    const { lines, places } = this.layout.folding;
    if (!isWhole && this.table?.holds(this.areaInSight(0))) return;
    const area = isWhole ? { line: 0, place: 0, lines, places } : this.areaInSight(LINES_AROUND);
    const { activeElement } = document;
    const focused = this.grid.contains(activeElement) && activeElement.dataset.cell;
    this.dropTable();
    this.table = new NumberTable(this, area, isWhole);
    this.grid.insertBefore(this.table.element, this.marks);
    if (focused) this.table.cells.get(focused)?.cell.focus({ preventScroll: true });
  }

  /** The lines and places in sight, and some around them. */
  areaInSight(around) {
    const { layout, grid, stageView } = this;
    const [box, room] = [grid.getBoundingClientRect(), stageView.view.sight()];
    const { lines, places } = layout.folding;
    const span = (low, high, size, most) => {
      const first = Math.max(0, Math.floor(low / size) - around);
      const end = Math.min(most, Math.ceil(high / size) + around);
      return [Math.min(first, most), Math.max(0, end - first)];
    };
    const { cellHeight, cellWidth } = layout;
    const [line, high] = span(room.top - box.top, room.bottom - box.top, cellHeight, lines);
    const [place, wide] = span(room.left - box.left, room.right - box.left, cellWidth, places);
    return { line, place, lines: high, places: wide };
  }

  /** The element that stands for a cell, null where none is drawn. */
  cellElement(row, column) {
    return this.table?.cells.get(`${row},${column}`)?.cell ?? null;
  }
}

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
