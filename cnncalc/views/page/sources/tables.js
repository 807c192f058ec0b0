// Numbers in a table over their picture: of a small slice all, of a large one those in sight.

import { classed } from "./dom.js";
import { make } from "./elements.js";
import { cellText } from "./figures.js";

const LONG_HEADING = 6;

/** A table of the numbers in an area of lines and places. */
export class NumberTable {
  /**
   * @param {object} sliceView whose numbers they are
   * @param {{line: number, place: number, lines: number, places: number}} area what it shows
   * @param {boolean} isWhole whether that is all of the slice
   */
  constructor(sliceView, area, isWhole) {
    Object.assign(this, { sliceView, area, isWhole, cells: new Map() });
    this.layout = sliceView.layout;
    const { header, cellHeight } = this.layout;
    const caption = classed("caption", "unseen", sliceView.label);
    this.element = classed("table", "numbers", caption, this.columnWidths());
    if (header.height) this.element.append(this.headRow());
    const lines = Array.from({ length: area.lines }, (_, at) => this.bodyRow(area.line + at));
    this.element.append(make("tbody", {}, ...lines));
    this.element.dataset.size = cellHeight >= 40 ? "l" : cellHeight >= 34 ? "m" : "s";
    this.lieAt(area);
  }

  lieAt({ line, place, places }) {
    const { element, layout, isWhole, sliceView } = this;
    element.style.left = `${place * layout.cellWidth}px`;
    element.style.top = `${line * layout.cellHeight}px`;
    element.style.width = `${places * layout.cellWidth + layout.header.width}px`;
    if (isWhole) return;
    element.setAttribute("aria-rowcount", sliceView.slice.height);
    element.setAttribute("aria-colcount", sliceView.slice.width);
  }

  /** Tell whether it shows all of another area. */
  holds({ line, place, lines, places }) {
    const { area } = this;
    const isHigh = area.line <= line && area.line + area.lines >= line + lines;
    return isHigh && area.place <= place && area.place + area.places >= place + places;
  }

  get places() {
    return Array.from({ length: this.area.places }, (_, at) => this.area.place + at);
  }

  columnWidths() {
    const { cellWidth, header } = this.layout;
    const widths = this.places.map(() => cellWidth);
    if (header.width) widths.unshift(header.width);
    const columns = widths.map((width) => {
      const column = make("col");
      column.style.width = `${width}px`;
      return column;
    });
    return make("colgroup", {}, ...columns);
  }

  headRow() {
    const { inner, stageView } = this.sliceView;
    const { header } = this.layout;
    const cells = this.places.map((place) =>
      heading("col", stageView.stage.columns[place], place - inner.column, inner.width),
    );
    if (header.width) cells.unshift(classed("td", "corner"));
    return make("thead", {}, rowOf(header.height, cells));
  }

  bodyRow(line) {
    const { inner, stageView } = this.sliceView;
    const cells = this.places.map((place) => this.newCell(line, place));
    if (this.layout.header.width) {
      cells.unshift(heading("row", stageView.stage.rows[line], line - inner.row, inner.height));
    }
    const row = rowOf(this.layout.cellHeight, cells);
    if (!this.isWhole) row.setAttribute("aria-rowindex", line + 1);
    return row;
  }

  newCell(line, place) {
    const found = this.layout.folding.cellAt(line, place);
    if (found === null) return classed("td", "gap");
    const { row, column } = found;
    const { roles, slice } = this.sliceView;
    const key = `${row},${column}`;
    const role = roles[row * slice.width + column];
    const cell = make("td", { tabindex: "-1", "data-cell": key, class: role });
    if (!this.isWhole) cell.setAttribute("aria-colindex", place + 1);
    this.cells.set(key, { cell, row, column, role });
    this.write(this.cells.get(key), false);
    return cell;
  }

  /** Write all numbers as they are now; those that changed light up, if any are to. */
  refresh(flashes) {
    for (const written of this.cells.values()) this.write(written, flashes);
  }

  write({ cell, row, column, role }, flashes) {
    const { slice, stageView } = this.sliceView;
    const { view } = stageView;
    const isHidden = view.isHidden(slice.number, row, column);
    const value = isHidden ? null : view.valueAt({ slice: slice.number, row, column });
    const mark = view.markOf?.(slice.number, row, column);
    cell.classList.toggle("on-dark", stageView.isDark(value, role));
    cell.classList.toggle("fault", Boolean(value?.error));
    cell.classList.toggle("right", mark === 1);
    cell.classList.toggle("wrong", mark === -1);
    const text = cellText(value, this.layout.room);
    if (cell.textContent === text) return;
    cell.textContent = text;
    if (flashes) flash(cell);
  }
}

/** A row's or a column's name, or its number; padding and single ones have none. */
function heading(scope, name, place, count) {
  const text = name || (count > 1 && place >= 0 && place < count ? String(place) : "");
  return make("th", { scope, text, title: text.length > LONG_HEADING && text });
}

function rowOf(height, cells) {
  const row = make("tr", {}, ...cells);
  row.style.height = `${height}px`;
  return row;
}

function flash(cell) {
  cell.classList.remove("changed");
  requestAnimationFrame(() => cell.classList.add("changed"));
}
