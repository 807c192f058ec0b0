// A worksheet's answers, judged by the page's own formulas.

import { byId, write } from "./elements.js";
import { cellsIn } from "./geometry.js";

/** Judge the answers. */
export function setupWorksheet(store, view) {
  const { header, sentence, marked } = store.document.worksheet;
  const { flow, calculation } = store;
  const cells = flow.blocks.flatMap((block) => (block.role === "answer" ? cellsIn(block) : []));
  const places = cells.map(({ slice, row, column }) => [slice, row, column]);
  const blanks = places.filter((place) => calculation.isInput(...place));
  const of = blanks.length;
  const [score, bar] = ["score", "worksheet-bar"].map(byId);
  byId("worksheet").hidden = false;
  write("worksheet-name", header);
  write("worksheet-rule", sentence);
  bar.max = of;

  /** 1 for a right answer, −1 for a wrong one, 0 for none yet and for what is no answer. */
  const markOf = (slice, row, column) => {
    const { marks, slices } = flow.stageOf(slice);
    if (marks === undefined) return 0;
    const at = slices.findIndex(({ number }) => number === slice);
    return calculation.value(flow.stages[marks].slices[at].number, row, column);
  };
  const refresh = () => {
    const filled = blanks.filter((place) => calculation.value(...place) !== null).length;
    const right = blanks.filter((place) => markOf(...place) === 1).length;
    const wrong = filled - right;
    bar.value = marked ? right : filled;
    let text = marked ? `${right} of ${of} right` : `${filled} of ${of} filled in`;
    if (marked && wrong) text += `, ${wrong} to look at again`;
    score.textContent = right === of ? `✓ all ${of} right` : text;
  };
  if (marked) view.markWith(markOf);
  store.changes(({ kind }) => kind === "values" && refresh());
  refresh();
}
