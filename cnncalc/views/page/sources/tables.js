// Numbers in a table over their picture: of a small slice all, of a large one those in sight.

import { make, setStyle } from "./elements.js";
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
    const { slice, layout, label } = sliceView;
    const { header, cellWidth, cellHeight, fontSize } = layout;
    this.layout = layout;
    this.places = Array.from({ length: area.places }, (_, at) => area.place + at);
    const lines = Array.from({ length: area.lines }, (_, at) => this.bodyRow(area.line + at));
    const size = { "aria-rowcount": slice.height, "aria-colcount": slice.width };
    this.element = make(
      `table.numbers ${isWhole ? "" : "windowed"}`,
      isWhole ? {} : size,
      make("caption.unseen", label),
      make("colgroup", ...this.columnWidths().map((width) => make("col", { style: { width } }))),
      header.height > 0 && make("thead", this.headRow()),
      make("tbody", ...lines),
    );
    setStyle(this.element, {
      left: area.place * cellWidth,
      top: area.line * cellHeight,
      width: area.places * cellWidth + header.width,
      "font-size": fontSize,
    });
  }

  /** Tell whether it shows all of another area. */
  holds({ line, place, lines, places }) {
    const { area } = this;
    const isHigh = area.line <= line && area.line + area.lines >= line + lines;
    return isHigh && area.place <= place && area.place + area.places >= place + places;
  }

  columnWidths() {
    const { cellWidth, header } = this.layout;
    const widths = this.places.map(() => cellWidth);
    return header.width ? [header.width, ...widths] : widths;
  }

  headRow() {
    const { inner, stageView } = this.sliceView;
    const { header } = this.layout;
    const cells = this.places.map((place) =>
      heading("col", stageView.stage.columns[place], place - inner.column, inner.width),
    );
    return rowOf(header.height, header.width > 0 && make("td.gap"), ...cells);
  }

  bodyRow(line) {
    const { inner, stageView } = this.sliceView;
    const { header, cellHeight } = this.layout;
    const row = rowOf(
      cellHeight,
      header.width > 0 &&
        heading("row", stageView.stage.rows[line], line - inner.row, inner.height),
      ...this.places.map((place) => this.newCell(line, place)),
    );
    if (!this.isWhole) row.ariaRowIndex = line + 1;
    return row;
  }

  newCell(line, place) {
    const found = this.layout.folding.cellAt(line, place);
    if (found === null) return make("td.gap");
    const { row, column } = found;
    const { roles, slice } = this.sliceView;
    const role = roles[row * slice.width + column];
    const key = `${row},${column}`;
    const cell = make(`td.${role}`, { tabindex: "-1", "data-cell": key });
    if (!this.isWhole) cell.ariaColIndex = place + 1;
    const written = { cell, row, column, role };
    this.cells.set(key, written);
    this.write(written, false);
    return cell;
  }

  /** Write all numbers as they are now; those that changed light up, if any are to. */
  refresh(flashes) {
    for (const written of this.cells.values()) this.write(written, flashes);
  }

  write({ cell, row, column, role }, flashes) {
    const { slice, stageView } = this.sliceView;
    const { view, scale } = stageView;
    const place = [slice.number, row, column];
    const value = view.hidden(...place) ? null : view.store.calculation.value(...place);
    const mark = view.markOf(...place);
    const kinds = {
      "on-dark": role !== "padding" && scale?.isDark(value),
      fault: value?.error,
      right: mark === 1,
      wrong: mark === -1,
    };
    for (const [kind, is] of Object.entries(kinds)) cell.classList.toggle(kind, Boolean(is));
    const text = cellText(value, this.layout.room);
    if (cell.textContent === text) return;
    cell.textContent = text;
    if (!flashes) return;
    cell.classList.remove("changed");
    requestAnimationFrame(() => cell.classList.add("changed"));
  }
}

/** A row's or a column's name, or its number; padding and single ones have none. */
function heading(scope, name, place, count) {
  const text = name || (count > 1 && place >= 0 && place < count ? String(place) : "");
  return make("th", text, { scope, title: text.length > LONG_HEADING && text });
}

const rowOf = (height, ...cells) => make("tr", { style: { height } }, ...cells);
