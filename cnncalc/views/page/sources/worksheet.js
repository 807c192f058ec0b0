import { make } from "./elements.js";

/**
 * A worksheet's answers, judged by the page's own formulas: ✓ and ✗ beside green and red, a score.
 */
class Worksheet {
  constructor(store, view) {
    this.store = store;
    this.asked = store.document.worksheet;
    this.answers = this.#answers();
    this.score = make("output", { class: "score" });
    this.bar = make("progress", {
      max: this.asked.blanks,
      value: "0",
      "aria-label": "answers that are right",
    });
    view
      .slot("worksheet")
      .append(
        make("span", { class: "worksheet-name", text: this.asked.header }),
        this.bar,
        this.score,
        make("span", { class: "worksheet-rule", text: this.asked.sentence }),
      );
    if (this.asked.marked) view.markWith((...cell) => this.markOf(...cell));
    this.refresh();
  }

  /** Return the cells of all blanks. */
  #answers() {
    const cells = [];
    for (const { slice, row, column, height, width, role } of this.store.flow.blocks) {
      if (role !== "answer") continue;
      for (let i = 0; i < height * width; i++) {
        const cell = { slice, row: row + Math.floor(i / width), column: column + (i % width) };
        if (this.store.isInput(cell)) cells.push(cell);
      }
    }
    return cells;
  }

  /** Return 1 for a right answer, -1 for a wrong one, 0 for none yet, and for what is no answer. */
  markOf(slice, row, column) {
    const { flow, calculation } = this.store;
    const stage = flow.stageOf(slice);
    if (stage.marks === undefined) return 0;
    const place = stage.slices.findIndex((part) => part.number === slice);
    const mark = calculation.value(flow.stages[stage.marks].slices[place].number, row, column);
    return typeof mark === "number" ? mark : 0;
  }

  #isFilled({ slice, row, column }) {
    const value = this.store.calculation.value(slice, row, column);
    return typeof value === "string" ? value !== "" : Number.isFinite(value);
  }

  refresh() {
    const { marked, blanks } = this.asked;
    const filled = this.answers.filter((cell) => this.#isFilled(cell)).length;
    const right = this.answers.filter(
      (cell) => this.markOf(cell.slice, cell.row, cell.column) === 1,
    ).length;
    const done = marked ? right : filled;
    this.bar.value = done;
    const text = marked ? `${right} of ${blanks} right` : `${filled} of ${blanks} filled in`;
    const open = marked && filled > right ? `, ${filled - right} to look at again` : "";
    this.score.textContent = marked && right === blanks ? `✓ all ${blanks} right` : text + open;
  }
}

/** Judge the answers where the page is a worksheet. */
export function setupWorksheet(store, view) {
  if (!store.document.worksheet) return;
  const worksheet = new Worksheet(store, view);
  store.changes((change) => change.kind !== "selection" && worksheet.refresh());
}
