import { chartPoints, chartRange, linePath, namedSteps, roundTicks } from "./chart-shapes.js";
import { make, makeSvg } from "./elements.js";

/**
 * The course of a training as charts, step by step: they move with what is typed.
 */
const SIZE = { width: 320, height: 140 };
const BOX = { left: 36, top: 10, width: 274, height: 102 };

/** Return where the numbers of a curve stand, in order. */
function curveCells(flow, stage) {
  const { height, width, slices } = flow.stages[stage];
  return slices.flatMap((slice) =>
    Array.from({ length: height * width }, (_, place) => ({
      slice: slice.number,
      row: Math.floor(place / width),
      column: place % width,
    })),
  );
}

class Chart {
  constructor(store, view, { title, stage, most }) {
    this.store = store;
    this.view = view;
    this.title = title;
    this.most = most;
    this.cells = curveCells(store.flow, stage);
    this.first = this.#values();
    this.step = 0;
    this.grid = makeSvg("g", { class: "chart-grid" });
    this.before = makeSvg("path", { class: "chart-before" });
    this.line = makeSvg("path", { class: "chart-line" });
    this.dots = makeSvg("g", { class: "chart-dots" });
    this.drawing = this.#drawing();
    this.readout = make("output", { class: "chart-readout" });
    this.table = make("tbody");
    this.element = this.#figure();
    this.refresh();
  }

  #values() {
    return this.cells.map(({ slice, row, column }) => {
      const value = this.store.calculation.value(slice, row, column);
      return typeof value === "number" ? value : NaN;
    });
  }

  #drawing() {
    return makeSvg(
      "svg",
      {
        viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
        class: "chart",
        tabindex: "0",
        role: "slider",
        "aria-label": `${this.title} of each step; Enter shows what it is made of`,
        "aria-valuemin": 1,
        "aria-valuemax": this.cells.length,
        onkeydown: (event) => this.#key(event),
        onpointermove: (event) => this.#point(this.#stepAt(event)),
        onclick: (event) => this.#open(this.#stepAt(event)),
      },
      this.grid,
      this.before,
      this.line,
      this.dots,
    );
  }

  #figure() {
    const head = make(
      "tr",
      {},
      make("th", { text: "step", scope: "col" }),
      make("th", { text: this.title.toLowerCase(), scope: "col" }),
    );
    const table = make("table", {}, make("thead", {}, head), this.table);
    return make(
      "figure",
      { class: "chart-figure" },
      make("figcaption", {}, make("span", { text: `${this.title} of each step` }), this.readout),
      this.drawing,
      make("details", {}, make("summary", { text: "as numbers" }), table),
    );
  }

  /** Draw the numbers as they are now; as they were at first stays behind them. */
  refresh() {
    const values = this.#values();
    const range = chartRange([...values, ...this.first], this.most);
    this.points = chartPoints(values, range, BOX);
    this.values = values;
    this.line.setAttribute("d", linePath(this.points));
    const isMoved = values.some((value, step) => value !== this.first[step]);
    this.before.setAttribute("d", isMoved ? linePath(chartPoints(this.first, range, BOX)) : "");
    this.#drawGrid(range);
    this.#drawDots();
    this.#fillTable();
    this.#point(this.step);
  }

  #drawGrid([least, most]) {
    const ticks = roundTicks(least, most);
    const lines = ticks
      .filter((tick) => tick <= most * 1.0001)
      .map((tick) => {
        const y = chartPoints([tick], [least, most], BOX)[0].y;
        return [
          makeSvg("line", { x1: BOX.left, x2: BOX.left + BOX.width, y1: y, y2: y }),
          makeSvg("text", { x: BOX.left - 8, y: y + 4, "text-anchor": "end", text: String(tick) }),
        ];
      });
    const steps = namedSteps(this.cells.length).map((step) => {
      const x = BOX.left + (BOX.width * step) / Math.max(1, this.cells.length - 1);
      return makeSvg("text", {
        x,
        y: SIZE.height - 8,
        "text-anchor": "middle",
        text: String(step + 1),
      });
    });
    this.grid.replaceChildren(...lines.flat(), ...steps);
  }

  #drawDots() {
    const dots = this.points.map((point) =>
      makeSvg("circle", {
        r: 4,
        cx: point?.x ?? 0,
        cy: point?.y ?? 0,
        visibility: point ? "visible" : "hidden",
      }),
    );
    this.dots.replaceChildren(...dots);
  }

  #fillTable() {
    const rows = this.values.map((value, step) =>
      make(
        "tr",
        {},
        make("th", { text: String(step + 1), scope: "row" }),
        make("td", { text: this.#text(value) }),
      ),
    );
    this.table.replaceChildren(...rows);
  }

  #text(value) {
    return Number.isFinite(value) ? String(Number(value.toFixed(4))) : "no number";
  }

  #stepAt(event) {
    const box = this.drawing.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIZE.width;
    const share = (x - BOX.left) / BOX.width;
    const last = this.cells.length - 1;
    return Math.min(last, Math.max(0, Math.round(share * last)));
  }

  #point(step) {
    this.step = step;
    [...this.dots.children].forEach((dot, place) =>
      dot.classList.toggle("pointed", place === step),
    );
    const was =
      this.first[step] === this.values[step] ? "" : `, was ${this.#text(this.first[step])}`;
    const text = `step ${step + 1}: ${this.#text(this.values[step])}${was}`;
    this.readout.textContent = text;
    this.drawing.setAttribute("aria-valuenow", step + 1);
    this.drawing.setAttribute("aria-valuetext", text);
  }

  #open(step) {
    this.#point(step);
    this.view.select(this.cells[step]);
  }

  #key(event) {
    const last = this.cells.length - 1;
    const moves = {
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      Home: -last,
      End: last,
    };
    if (event.key === "Enter") this.#open(this.step);
    else if (event.key in moves)
      this.#point(Math.min(last, Math.max(0, this.step + moves[event.key])));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Show the curves of a flow, if it has any. */
export function setupCharts(store, view) {
  const place = view.slot("charts");
  let [charts, flow] = [[], null];
  const refresh = (change) => {
    if (flow !== store.flow) {
      flow = store.flow;
      charts = flow.curves.map((curve) => new Chart(store, view, curve));
      place.replaceChildren(...charts.map((chart) => chart.element));
      place.hidden = charts.length === 0;
    } else if (change?.kind !== "selection") {
      charts.forEach((chart) => chart.refresh());
    }
  };
  store.changes(refresh);
  refresh();
}
