// The panel: what the number is that is pointed at, and how it came about.

import { make, makeButton } from "./elements.js";
import { cellText, valueText } from "./figures.js";
import { insetOf } from "./inset.js";
import { stageName } from "./names.js";
import { readersOf } from "./readers.js";

const MOST_LINKS = 8;
const MOST_GRID = 8;
const GRID_ROOM = 7;
const HINT = "Point at any number to see what it is made of.";
const HINT_MORE =
  "A click keeps it; another one, or Enter, goes to what it was made of. Esc goes back.";

/** What is said of a cell. */
class Panel {
  constructor(view, element, live) {
    Object.assign(this, { view, element, live });
    this.body = make("div", { class: "panel-body" });
    this.back = makeButton("←", "Back (Esc)", () => view.back());
    this.close = makeButton("×", "Close", () => view.leave());
    this.clear();
  }

  clear() {
    this.element.classList.remove("open");
    this.element.replaceChildren(
      make("p", { class: "hint" }, HINT, " ", make("span", { text: HINT_MORE })),
    );
  }

  /** Say what there is to say of the cell that is explained now. */
  show() {
    const { cell, explanation } = this.view.outlines;
    if (cell === null) return this.clear();
    this.element.classList.add("open");
    this.back.disabled = this.view.trail.length === 0 && this.view.selection === null;
    this.body.replaceChildren(
      this.who(explanation),
      this.how(explanation, cell),
      this.shown(explanation),
    );
    if (this.body.parentNode !== this.element) this.element.replaceChildren(this.body);
  }

  /** Read it out, where the focus is on it. */
  announce() {
    const { explanation } = this.view.outlines;
    this.live.textContent = explanation ? explanation.sentence : "";
  }

  who({ name, place, title, value, isInput, isPadding }) {
    const said = name.toLowerCase().includes(title.toLowerCase()) ? "" : title;
    const kind = kindOf(isPadding, isInput, this.view.store.document.worksheet);
    return make(
      "div",
      { class: "who" },
      make("div", { class: "moves" }, this.back, this.close),
      make("h2", { text: name }),
      make("p", { class: "size", text: [said, place, kind].filter(Boolean).join(" · ") }),
      make("p", {
        class: valueText(value).length > 11 ? "value long" : "value",
        text: valueText(value),
      }),
    );
  }

  how({ rule, notes, terms, sign, text, because, groups, regions }, cell) {
    const how = make("div", { class: "how" });
    if (terms.length) {
      how.append(
        make(
          "p",
          { class: "sum" },
          ...partsOf(terms, regions),
          ` ${sign} `,
          make("strong", { text }),
        ),
      );
    }
    if (because.length)
      how.append(make("p", { class: "because" }, "because ", ...partsOf(because, regions)));
    if (groups.length) how.append(groupsList(groups, regions));
    const sentences = [rule, ...notes].filter(Boolean).join(" ");
    if (sentences) how.append(make("p", { class: "rule", text: sentences }));
    how.append(this.links(regions), this.readers(cell));
    return how;
  }

  /** Ways to what it is made of. */
  links(regions) {
    const links = make("p", { class: "links" });
    regions.slice(0, MOST_LINKS).forEach((region, place) => {
      const go = () => this.view.goTo(this.view.outlines.sourceIn(place));
      links.append(
        makeButton(region.name, `Go to ${region.name}`, go, {
          class: `link ${region.role} hue-${region.color % 4}`,
        }),
      );
    });
    if (regions.length > MOST_LINKS)
      links.append(
        make("span", { class: "size", text: `and ${regions.length - MOST_LINKS} more` }),
      );
    return links;
  }

  /** Ways to what is made of it. */
  readers(cell) {
    const { calculation, flow } = this.view.store;
    const found = readersOf(calculation, cell);
    const cells = found.cells.filter(({ slice }) => !flow.stageOf(slice).hidden);
    const total = found.total - found.cells.length + cells.length;
    const links = make("p", { class: "links readers" });
    if (total === 0) return links;
    const count = `${total.toLocaleString("en")} ${total === 1 ? "number" : "numbers"}`;
    links.append(make("span", { class: "size", text: `Read by ${count}: ` }));
    const firsts = new Map(
      cells.toReversed().map((reader) => [flow.stageOf(reader.slice), reader]),
    );
    for (const [stage, reader] of [...firsts].toReversed().slice(0, MOST_LINKS)) {
      const name = stageName(flow, stage);
      links.append(
        makeButton(name, `Go to ${name}`, () => this.view.goTo(reader), { class: "link reader" }),
      );
    }
    return links;
  }

  /** What there is to look at: window × weights = products, and where a window is that is out of sight. */
  shown({ products, regions }) {
    const shown = make("div", { class: "shown" });
    if (products !== null && fits(products.window)) shown.append(productGrids(products, regions));
    const inset = insetOf(this.view, regions);
    if (inset !== null) shown.append(inset);
    return shown;
  }
}

function kindOf(isPadding, isInput, isWorksheet) {
  if (isPadding) return "padding";
  if (!isInput) return "";
  return isWorksheet ? "yours to fill in" : "an input: type over it";
}

/** Numbers and signs; a number has the colour of what it stands in. */
function partsOf(parts, regions) {
  return parts.map(({ text, region, isZero, isPadding }) => {
    if (region === undefined || region === null)
      return make("span", { class: isZero ? "zero" : "sign", text });
    const kind = [
      "part",
      `hue-${regions[region].color % 4}`,
      isZero && "zero",
      isPadding && "padded",
    ];
    return make("span", { class: kind.filter(Boolean).join(" "), text });
  });
}

/** A line for each part of a long sum; what it adds up is there on demand. */
function groupsList(groups, regions) {
  const list = make("div", { class: "groups" });
  for (const { label, region, terms, text, count, products } of groups) {
    const hue = region === null ? "" : `part hue-${regions[region].color % 4}`;
    const head = [
      make("span", { class: "label", text: label || "then" }),
      make("strong", { text }),
    ];
    if (count <= 1) {
      list.append(make("p", { class: "group" }, ...head));
      continue;
    }
    const summary = make(
      "summary",
      {},
      ...head,
      make("span", { class: `size ${hue}`, text: `${count} terms` }),
    );
    const details = make("details", { class: "group" }, summary);
    details.addEventListener("toggle", () => {
      if (!details.open || details.childElementCount > 1) return;
      details.append(make("p", { class: "sum" }, ...partsOf(terms, regions)));
      if (products && fits(products.window)) details.append(productGrids(products, regions));
    });
    list.append(details);
  }
  return list;
}

const fits = (matrix) => matrix.length <= MOST_GRID && matrix[0].length <= MOST_GRID;

function productGrids({ window, weights, products }, regions) {
  const weightsHue = regions.find(({ role }) => role === "weights")?.color ?? 1;
  return make(
    "div",
    { class: "products" },
    smallGrid(window, "window hue-0", "window"),
    make("span", { class: "sign", text: "×" }),
    smallGrid(weights, `weights hue-${weightsHue % 4}`, "weights"),
    make("span", { class: "sign", text: "=" }),
    smallGrid(products, "made hue-2", "products"),
  );
}

function smallGrid(matrix, kind, title) {
  const rows = matrix.map((row) =>
    make(
      "tr",
      {},
      ...row.map((value) =>
        make("td", { text: cellText(value, GRID_ROOM), class: value === 0 ? "zero" : "" }),
      ),
    ),
  );
  return make(
    "table",
    { class: `small ${kind}` },
    make("caption", { text: title }),
    make("tbody", {}, ...rows),
  );
}

/**
 * Fill the panel with what is pointed at.
 * @param {object} view
 * @param {HTMLElement} element the panel
 * @param {HTMLElement} live what is read out when it changes
 */
export function setupPanel(view, element, live) {
  const panel = new Panel(view, element, live);
  view.on("point", () => panel.show());
  view.on("redraw", () => panel.show());
  view.on("select", () => {
    panel.show();
    panel.announce();
  });
  view.on("announce", (text) => {
    live.textContent = text;
  });
}
