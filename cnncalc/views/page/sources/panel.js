// The panel: what the number is that is pointed at, and how it came about.

import { classed } from "./dom.js";
import { makeButton } from "./elements.js";
import { valueText } from "./figures.js";
import { insetOf } from "./inset.js";
import { stageName } from "./names.js";
import { groupsList, isSmall, partsOf, productGrids } from "./spelled.js";

const MOST_LINKS = 8;
const LONG_VALUE = 11;
const HINT = "Point at any number to see what it is made of. ";
const HINT_MORE =
  "A click keeps it; another one, or Enter, goes to what it was made of. Esc goes back.";

/** What is said of a cell. */
class Panel {
  constructor(view, element, live) {
    Object.assign(this, { view, element, live });
    this.body = classed("div", "panel-body");
    this.back = makeButton("←", "Back (Esc)", () => view.back());
    this.close = makeButton("×", "Close", () => view.leave());
    this.clear();
  }

  clear() {
    this.element.classList.remove("open");
    this.element.replaceChildren(classed("p", "hint", HINT, classed("span", "", HINT_MORE)));
  }

  /** Say what there is to say of the cell that is explained now. */
  show() {
    const { cell, explanation, readers } = this.view.outlines;
    if (cell === null) return this.clear();
    this.element.classList.add("open");
    this.back.disabled = this.view.trail.length === 0 && this.view.selection === null;
    const how = classed("div", "how", ...this.how(explanation), this.readers(readers));
    this.body.replaceChildren(this.who(explanation), how, this.shown(explanation));
    if (this.body.parentNode !== this.element) this.element.replaceChildren(this.body);
  }

  /** Read it out, where the focus is on it. */
  announce() {
    this.live.textContent = this.view.outlines.explanation?.sentence ?? "";
  }

  who(explanation) {
    const { name, place, title } = explanation;
    const said = name.toLowerCase().includes(title.toLowerCase()) ? "" : title;
    const kind = kindOf(explanation, this.view.store.document.worksheet);
    const value = valueText(explanation.value);
    return classed(
      "div",
      "who",
      classed("div", "moves", this.back, this.close),
      classed("h2", "", name),
      classed("p", "size", [said, place, kind].filter(Boolean).join(" · ")),
      classed("p", value.length > LONG_VALUE ? "value long" : "value", value),
    );
  }

  how({ rule, notes, terms, sign, text, because, groups, regions, formula }) {
    const lines = [];
    if (terms.length) {
      const result = classed("strong", "", text);
      lines.push(classed("p", "sum", ...partsOf(terms, regions), ` ${sign} `, result));
    }
    if (because.length) {
      lines.push(classed("p", "because", "because ", ...partsOf(because, regions)));
    }
    if (groups.length) lines.push(groupsList(groups, regions));
    lines.push(classed("p", "rule", [rule, ...notes].filter(Boolean).join(" ")));
    lines.push(this.links(formula, regions));
    return lines;
  }

  /** The formula with names, which lead to what it is made of. */
  links(formula, regions) {
    const links = classed("p", "links");
    let shown = 0;
    for (const { text, region } of formula) {
      if (region === undefined) links.append(text);
      else if (shown < MOST_LINKS) links.append(this.link(text, regions[region], region));
      else break;
      shown += region === undefined ? 0 : 1;
    }
    if (regions.length > MOST_LINKS) links.append("…");
    return links;
  }

  link(text, { role, color }, place) {
    const go = () => this.view.goTo(this.view.outlines.sourceIn(place));
    return makeButton(text, text, go, { class: `link ${role} hue-${color % 4}` });
  }

  /** Ways to what is made of it. */
  readers({ cells, total }) {
    const { flow } = this.view.store;
    const links = classed("p", "links readers");
    if (total === 0) return links;
    links.append(`Read by ${total.toLocaleString("en")} ${total === 1 ? "number" : "numbers"}: `);
    const firsts = new Map();
    for (const reader of cells) {
      const name = stageName(flow, flow.stageOf(reader.slice));
      if (!firsts.has(name)) firsts.set(name, reader);
    }
    for (const [name, reader] of [...firsts].slice(0, MOST_LINKS)) {
      links.append(makeButton(name, name, () => this.view.goTo(reader), { class: "link reader" }));
    }
    return links;
  }

  /** Window × weights = products, and where a window is that is out of sight. */
  shown({ products, regions }) {
    const shown = classed("div", "shown");
    if (products !== null && isSmall(products)) shown.append(productGrids(products, regions));
    const inset = insetOf(this.view, regions);
    if (inset !== null) shown.append(inset);
    return shown;
  }
}

function kindOf({ isPadding, isInput }, isWorksheet) {
  if (isPadding) return "padding";
  if (!isInput) return "";
  return isWorksheet ? "yours to fill in" : "an input: type over it";
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
}
