// One slice as it is seen: a picture of a pixel a cell, and a table over it where numbers can be
// read.

import { paintOn } from "./colors.js";
import { make, setStyle } from "./elements.js";
import { sizeText } from "./figures.js";
import { innerOf } from "./geometry.js";
import { NumberTable } from "./tables.js";

const MOST_TABLE_CELLS = 1024;
const LINES_AROUND = 4;
const NARROWEST_CAPTION = 44;
// How wide a slice can be on A4.
const PAPER = 840;

/** A slice of a stage that is shown. */
export class SliceView {
  /**
   * @param {object} stageView which stage it belongs to
   * @param {object} slice of the flow
   */
  constructor(stageView, slice) {
    Object.assign(this, { stageView, slice, table: null, isStale: true, isInSight: false });
    this.inner = innerOf(slice);
    const said = [stageView.stage.title, slice.caption].filter(Boolean).join(", ");
    this.label = `${said}: ${sizeText(slice.height, slice.width)}`;
    this.canvas = make("canvas", { role: "img", "aria-label": `${this.label}, as a picture` });
    this.marks = make("div.marks", { "aria-hidden": "true" });
    const kind = this.inner.height * this.inner.width < slice.height * slice.width ? "padded" : "";
    const about = { "data-slice": slice.number };
    this.grid = make(`div.grid ${kind}`, about, this.canvas, this.marks);
    this.caption = make("figcaption", slice.caption);
    this.element = make("figure.slice", this.caption, this.grid);
  }

  /** The role of each cell, row by row. */
  get roles() {
    this.known ??= rolesOf(this.slice);
    return this.known;
  }

  get layout() {
    return this.stageView.layout;
  }

  /** Take the sizes of a new layout; what was drawn is drawn again when it is in sight. */
  resize() {
    const { layout, grid, caption, canvas } = this;
    const { lines, places } = layout.folding;
    setStyle(grid, { width: layout.width, height: layout.height });
    setStyle(this.element, { "--fit": `${Math.min(1, PAPER / layout.width)}` });
    setStyle(caption, { "max-width": Math.max(layout.width, NARROWEST_CAPTION) });
    const isNarrow = layout.width < NARROWEST_CAPTION;
    caption.hidden = !this.slice.caption || isNarrow || this.stageView.hasLikeCaptions;
    Object.assign(canvas, { width: places, height: lines, ariaHidden: layout.hasNumbers });
    setStyle(canvas, layout.areaBox({ line: 0, place: 0, lines, places }));
    this.dropTable();
    this.isStale = true;
  }

  dropTable() {
    const { activeElement } = document;
    if (this.table?.element.contains(activeElement)) this.focused = activeElement.dataset.cell;
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
    const { slice, layout } = this;
    const { scale, view } = this.stageView;
    const { cells } = view.store.calculation;
    const { folding } = layout;
    const isDrawn = ({ role }) => role !== "padding" && scale !== null;
    paintOn(this.canvas, (pixels) => {
      for (const { row: top, column: left, height, width } of slice.blocks.filter(isDrawn)) {
        for (let row = top; row < top + height; row += 1) {
          for (let column = left; column < left + width; column += 1) {
            if (view.hidden(slice.number, row, column)) continue;
            const { line, place } = folding.placeOf(row, column);
            const at = slice.first + row * slice.width + column;
            pixels[line * folding.places + place] = scale.color(cells[at]);
          }
        }
      }
    });
  }

  /** Bring the table to what is in sight. */
  follow() {
    const isWhole = this.hasWholeTable;
    if (!this.layout.hasNumbers || !this.isInSight || (isWhole && this.table !== null)) return;
    const { lines, places } = this.layout.folding;
    if (!isWhole && this.table?.holds(this.areaInSight(0))) return;
    const area = isWhole ? { line: 0, place: 0, lines, places } : this.areaInSight(LINES_AROUND);
    this.dropTable();
    this.table = new NumberTable(this, area, isWhole);
    this.marks.before(this.table.element);
    const isLost = document.activeElement === document.body;
    if (isLost) this.table.cells.get(this.focused)?.cell.focus({ preventScroll: true });
    this.focused = null;
  }

  /** The lines and places in sight, and some around them. */
  areaInSight(around) {
    const { folding, cellHeight, cellWidth } = this.layout;
    const { top, left } = this.grid.getBoundingClientRect();
    const room = this.stageView.view.sight();
    const span = (low, high, size, most) => {
      const first = Math.max(0, Math.floor(low / size) - around);
      const end = Math.min(most, Math.ceil(high / size) + around);
      return [Math.min(first, most), Math.max(0, end - first)];
    };
    const [line, lines] = span(room.top - top, room.bottom - top, cellHeight, folding.lines);
    const [place, places] = span(room.left - left, room.right - left, cellWidth, folding.places);
    return { line, place, lines, places };
  }

  /** The element that stands for a cell, undefined where none is drawn. */
  cellElement(row, column) {
    return this.table?.cells.get(`${row},${column}`)?.cell;
  }
}

/** The role of each cell of a slice, row by row; where no block is, there is none. */
function rolesOf({ blocks, height, width }) {
  const roles = Array(height * width).fill("nothing");
  for (const { row, column, height: high, width: wide, role } of blocks) {
    for (let line = row; line < row + high; line += 1) {
      roles.fill(role, line * width + column, line * width + column + wide);
    }
  }
  return roles;
}
