import { make } from "./elements.js";

/** A worksheet's answers, judged by the page's own formulas. */
class Worksheet {
  constructor(store, view) {
    Object.assign(this, { store, asked: store.document.worksheet, answers: blanks(store) });
    const { header, sentence } = this.asked;
    this.score = make("output", { class: "score" });
    this.bar = make("progress", { max: this.answers.length, "aria-hidden": "true" });
    const name = make("span", { class: "worksheet-name", text: header });
    const rule = make("span", { class: "worksheet-rule", text: sentence });
    view.slot("worksheet").append(name, this.bar, this.score, rule);
    if (this.asked.marked) view.markWith((...cell) => this.markOf(...cell));
    this.refresh();
  }

  /** Return 1 for a right answer, −1 for a wrong one, 0 for none yet and for what is no answer. */
  markOf(slice, row, column) {
    const { flow, calculation } = this.store;
    const { marks, slices } = flow.stageOf(slice);
    if (marks === undefined) return 0;
    const place = slices.findIndex(({ number }) => number === slice);
    return calculation.value(flow.stages[marks].slices[place].number, row, column);
  }

  refresh() {
    const { calculation } = this.store;
    const of = this.answers.length;
    const values = this.answers.map((cell) => calculation.value(...cell));
    const filled = values.filter((value) => value !== null).length;
    const right = this.answers.filter((cell) => this.markOf(...cell) === 1).length;
    const wrong = this.asked.marked ? filled - right : 0;
    this.bar.value = this.asked.marked ? right : filled;
    let text = this.asked.marked ? `${right} of ${of} right` : `${filled} of ${of} filled in`;
    if (wrong) text += `, ${wrong} to look at again`;
    this.score.textContent = right === of ? `✓ all ${of} right` : text;
  }
}

/** Return slice, row and column of each blank. */
function blanks({ flow, calculation }) {
  const cells = flow.blocks.flatMap(({ slice, row, column, height, width, role }) =>
    Array.from({ length: role === "answer" ? height * width : 0 }, (_, place) => {
      return [slice, row + Math.floor(place / width), column + (place % width)];
    }),
  );
  return cells.filter((cell) => calculation.isInput(...cell));
}

/** Judge the answers where the page is a worksheet. */
export function setupWorksheet(store, view) {
  if (!store.document.worksheet) return;
  const worksheet = new Worksheet(store, view);
  store.changes(({ kind }) => kind === "values" && worksheet.refresh());
}
