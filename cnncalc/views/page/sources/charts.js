// The numbers of a training at each of its steps, as lines that move with what is typed.

import { chartPoints, chartRange, linePath, namedSteps, roundTicks } from "./chart-shapes.js";
import { make, makeButton, makeSvg } from "./elements.js";
import { formatNumber } from "./format.js";
import { cellsIn, clamp, round, wholeOf } from "./geometry.js";

const SIZE = { width: 320, height: 140 };
const BOX = { left: 36, top: 10, width: 274, height: 102 };

class Chart {
  constructor(store, view, { title, stage, most }) {
    Object.assign(this, { view, most, step: 0 });
    const { slices } = store.flow.stages[stage];
    this.cells = slices.flatMap((slice) => cellsIn(wholeOf(slice)));
    this.first = this.values;
    this.drawing = makeSvg("svg.chart", {
      viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
      "aria-hidden": "true",
      onpointermove: (event) => this.point(this.stepAt(event)),
      onclick: (event) => view.select(this.cells[this.stepAt(event)]),
    });
    this.readout = make("span.chart-readout");
    this.rows = make("tbody");
    const name = `${title} of each step`;
    this.element = make(
      "figure.chart-figure",
      make("figcaption", name, this.readout),
      this.drawing,
      make(
        "details",
        make("summary", "as numbers"),
        make("table", { "aria-label": name }, this.rows),
      ),
    );
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
    const line = (kind, values) =>
      makeSvg(`path.${kind}`, { d: linePath(chartPoints(values, range, BOX)) });
    this.dots = chartPoints(this.now, range, BOX).map(
      (point) => point && makeSvg("circle", { r: 4, cx: point.x, cy: point.y }),
    );
    this.drawing.replaceChildren(
      ...gridLines(range),
      ...stepNames(this.cells.length),
      line("chart-before", this.first),
      line("chart-line", this.now),
      ...this.dots.filter(Boolean),
    );
    this.rows.replaceChildren(...this.cells.map((cell, step) => this.row(cell, step)));
    this.point(this.step);
  }

  row(cell, step) {
    const open = makeButton(`step ${step + 1}`, "Show it", () => this.view.select(cell));
    return make("tr", make("th", { scope: "row" }, open), make("td", this.text(step)));
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
    return clamp(round(share * last), 0, last);
  }
}

function gridLines([least, most]) {
  const ticks = roundTicks(least, most).filter((tick) => tick <= most);
  return ticks.flatMap((tick) => {
    const [{ y }] = chartPoints([tick], [least, most], BOX);
    return [
      makeSvg("line", { x1: BOX.left, x2: BOX.left + BOX.width, y1: y, y2: y }),
      makeSvg("text", formatNumber(tick), { x: BOX.left - 8, y: y + 4, "text-anchor": "end" }),
    ];
  });
}

const stepNames = (count) =>
  namedSteps(count).map((step) => {
    const x = BOX.left + (BOX.width * step) / (count - 1);
    return makeSvg("text", step + 1, { x, y: SIZE.height - 8, "text-anchor": "middle" });
  });

/** Show the curves of a training. */
export function setupCharts(store, view) {
  const charts = store.flow.curves.map((curve) => new Chart(store, view, curve));
  view.charts.append(...charts.map(({ element }) => element));
  store.changes(({ kind }) => {
    if (kind === "values") for (const chart of charts) chart.refresh();
  });
}
