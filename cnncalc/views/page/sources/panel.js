// The panel: what the number is that is pointed at, and how it came about.

import { byId, make, makeButton, onPress, write } from "./elements.js";
import { valueText } from "./figures.js";
import { insetOf } from "./inset.js";
import { groupsList, isSmall, partsOf, productGrids } from "./spelled.js";

const MOST_LINKS = 8;
const LONG_VALUE = 11;

/** What is said of a cell. */
class Panel {
  constructor(view) {
    this.view = view;
    onPress({ back: () => view.back(), leave: () => view.leave() });
  }

  /** Say what there is to say of the cell that is explained now. */
  show() {
    const { view } = this;
    const { cell, explanation, readers } = view.outlines;
    byId("panel").classList.toggle("open", Boolean(cell));
    byId("explanation").hidden = !cell;
    byId("explanation").previousElementSibling.hidden = Boolean(cell);
    if (!cell) return;
    const { name, place, title, value, products, regions } = explanation;
    const said = !name.toLowerCase().includes(title.toLowerCase()) && title;
    const kind = kindOf(explanation, view.store.document.worksheet);
    const text = valueText(value);
    byId("back").disabled = !view.trail.length && !view.selection;
    write("who", name);
    write("kind", [said, place, kind].filter(Boolean).join(" · "));
    write("value", text);
    byId("value").classList.toggle("long", text.length > LONG_VALUE);
    fill(byId("how"), ...this.how(explanation), this.readers(readers));
    // Window × weights = products, and where a window is that is out of sight.
    const isShown = products && isSmall(products);
    fill(byId("shown"), isShown && productGrids(products, regions), insetOf(view, regions));
  }

  how({ rule, notes, terms, sign, text, because, groups, regions, formula }) {
    const sum = () => make("p.sum", ...partsOf(terms, regions), ` ${sign} `, make("strong", text));
    return [
      terms.length > 0 && sum(),
      because.length > 0 && make("p.because", "because ", ...partsOf(because, regions)),
      groups.length > 0 && groupsList(groups, regions),
      make("p.rule", [rule, ...notes].filter(Boolean).join(" ")),
      this.formula(formula, regions),
    ];
  }

  /** The formula with names, which lead to what it is made of. */
  formula(parts, regions) {
    // It ends before the first link that is too many.
    let links = 0;
    const end = parts.findIndex(({ region }) => region >= 0 && ++links > MOST_LINKS);
    const shown = parts.slice(0, end < 0 ? parts.length : end).map(({ text, region }) => {
      if (region === undefined) return text;
      return this.link(text, regions[region].kind, () => this.view.outlines.sourceIn(region));
    });
    return make("p.links", ...shown, regions.length > MOST_LINKS && "…");
  }

  link(text, kind, cellOf) {
    const go = () => this.view.goTo(cellOf());
    return makeButton(text, text, go, { class: `link ${kind}` });
  }

  /** Ways to what is made of it. */
  readers({ cells, total }) {
    const { flow } = this.view.store;
    const stages = [...Map.groupBy(cells, ({ slice }) => flow.stageOf(slice).called)];
    const links = stages
      .slice(0, MOST_LINKS)
      .map(([name, [first]]) => this.link(name, "reader", () => first));
    const count = `${grouped(total)} ${total === 1 ? "number" : "numbers"}`;
    return make("p.links readers", total > 0 && `Read by ${count}: `, ...links);
  }
}

/** A count with a comma every three digits: what a browser has for that takes long to load. */
const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

const fill = (element, ...children) => element.replaceChildren(...children.filter(Boolean));

function kindOf({ isPadding, isInput }, isWorksheet) {
  if (isPadding) return "padding";
  return isInput && (isWorksheet ? "yours to fill in" : "an input: type over it");
}

/** Fill the panel with what is pointed at; what is pinned, and so has the focus, is read out. */
export function setupPanel(view) {
  const panel = new Panel(view);
  for (const event of ["point", "redraw", "select"]) view.on(event, () => panel.show());
  view.on("select", () => write("live", view.outlines.explanation?.sentence ?? ""));
}
