import { chartPoints, chartRange, linePath, namedSteps, roundTicks } from "./chart-shapes.js";
import { make, makeButton, makeSvg } from "./elements.js";
import { formatNumber } from "./format.js";

const SIZE = { width: 320, height: 140 };
const BOX = { left: 36, top: 10, width: 274, height: 102 };

/** One number of a training at each of its steps, as a line that moves with what is typed. */
class Chart {
  constructor(store, view, { title, stage, most }) {
    Object.assign(this, { store, view, title, most, step: 0 });
    this.cells = curveCells(store.flow.stages[stage]);
    this.first = this.values;
    this.drawing = makeSvg("svg", {
      viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
      class: "chart",
      "aria-hidden": "true",
      onpointermove: (event) => this.point(this.stepAt(event)),
      onclick: (event) => view.select(this.cells[this.stepAt(event)]),
    });
    this.readout = make("span", { class: "chart-readout" });
    this.rows = make("tbody");
    const caption = make("figcaption", {}, `${title} of each step`, this.readout);
    const table = make("table", { "aria-label": `${title} of each step` }, this.rows);
    const numbers = make("details", {}, make("summary", { text: "as numbers" }), table);
    this.element = make("figure", { class: "chart-figure" }, caption, this.drawing, numbers);
    this.refresh();
  }

  get values() {
    const numbers = this.cells.map((cell) => this.view.valueAt(cell));
    return numbers.map((value) => (typeof value === "number" ? value : NaN));
  }

  /** Draw the numbers as they are; what they were at first stays behind them. */
  refresh() {
    this.now = this.values;
    const range = chartRange([...this.now, ...this.first], this.most);
    const line = (values) => linePath(chartPoints(values, range, BOX));
    this.dots = chartPoints(this.now, range, BOX).map(
      (point) => point && makeSvg("circle", { r: 4, cx: point.x, cy: point.y }),
    );
    this.drawing.replaceChildren(
      ...gridLines(range),
      ...stepNames(this.cells.length),
      makeSvg("path", { class: "chart-before", d: line(this.first) }),
      makeSvg("path", { class: "chart-line", d: line(this.now) }),
      ...this.dots.filter(Boolean),
    );
    this.rows.replaceChildren(...this.cells.map((cell, step) => this.row(cell, step)));
    this.point(this.step);
  }

  row(cell, step) {
    const open = makeButton(`step ${step + 1}`, "Show it", () => this.view.select(cell));
    const number = make("td", { text: this.text(step) });
    return make("tr", {}, make("th", { scope: "row" }, open), number);
  }

  text(step) {
    const [now, first] = [this.now[step], this.first[step]];
    return formatNumber(now) + (Object.is(now, first) ? "" : `, was ${formatNumber(first)}`);
  }

  point(step) {
    this.dots[this.step]?.classList.remove("pointed");
    this.dots[step]?.classList.add("pointed");
    this.step = step;
    this.readout.textContent = `step ${step + 1}: ${this.text(step)}`;
  }

  stepAt({ clientX }) {
    const { left, width } = this.drawing.getBoundingClientRect();
    const share = (((clientX - left) / width) * SIZE.width - BOX.left) / BOX.width;
    const last = this.cells.length - 1;
    return Math.min(last, Math.max(0, Math.round(share * last)));
  }
}

function curveCells({ height, width, slices }) {
  const places = Array.from({ length: height * width }, (_, place) => place);
  return slices.flatMap(({ number }) =>
    places.map((place) => ({
      slice: number,
      row: Math.floor(place / width),
      column: place % width,
    })),
  );
}

function gridLines([least, most]) {
  const ticks = roundTicks(least, most).filter((tick) => tick <= most);
  return ticks.flatMap((tick) => {
    const [{ y }] = chartPoints([tick], [least, most], BOX);
    const text = { x: BOX.left - 8, y: y + 4, "text-anchor": "end", text: formatNumber(tick) };
    const line = { x1: BOX.left, x2: BOX.left + BOX.width, y1: y, y2: y };
    return [makeSvg("line", line), makeSvg("text", text)];
  });
}

function stepNames(count) {
  return namedSteps(count).map((step) => {
    const x = BOX.left + (BOX.width * step) / (count - 1);
    return makeSvg("text", { x, y: SIZE.height - 8, "text-anchor": "middle", text: step + 1 });
  });
}

/** Show the curves of a training. */
export function setupCharts(store, view) {
  const charts = store.flow.curves.map((curve) => new Chart(store, view, curve));
  view.slot("charts").append(...charts.map(({ element }) => element));
  store.changes(({ kind }) => {
    if (kind === "values") for (const chart of charts) chart.refresh();
  });
}
