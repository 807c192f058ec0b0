// What is chosen to be seen: one of several calculations, and of a training a step and a sample.

import { byId, make, makeButton } from "./elements.js";
import { choices } from "./layout.js";

const MOST_BUTTONS = 8;

/**
 * Fill the bar in which one chooses; it is not there where there is nothing to choose.
 * @param {object} store
 * @param {object} view
 */
export function setupChoosers(store, view) {
  const bar = byId("tabs");
  view.on("choose", () => {
    const { step, sample } = view.choice;
    const { steps, samples } = choices(store.flow, step);
    const cases = store.flows.filter(({ settings }) => !settings);
    const titles = cases.map(({ title }) => title);
    const numbers = cases.map(({ number }) => number);
    bar.replaceChildren(
      ...chooser("Calculation", numbers, store.flowNumber, (to) => store.switchTo(to), titles),
      ...chooser("Step", steps, step, (to) => view.choose(to, sample)),
      ...chooser("Sample", samples, sample, (to) => view.choose(step, to)),
    );
    bar.hidden = !bar.childElementCount;
  });
}

/** A few are buttons beside each other, many are a list with buttons for the next and the one before. */
function chooser(name, values, chosen, choose, texts = values.map(String)) {
  const at = values.indexOf(chosen);
  const press = (sign, title, to, more) =>
    makeButton(sign, title, () => choose(values[to]), { disabled: !(to in values), ...more });
  const buttons = () =>
    texts.map((text, to) => press(text, text, to, { "aria-pressed": `${to === at}` }));
  const list = () => {
    const onchange = ({ target }) => choose(values[target.selectedIndex]);
    const options = texts.map((text, to) => make("option", text, { selected: to === at }));
    return [
      press("‹", `${name} before`, at - 1),
      make("select", { "aria-label": name, onchange }, ...options),
      press("›", `Next ${name.toLowerCase()}`, at + 1),
    ];
  };
  const isFew = values.length <= MOST_BUTTONS;
  const label = make("span.label", name);
  const controls = isFew ? [make("div.segments", ...buttons())] : list();
  const group = make("div.chooser", { role: "group", "aria-label": name }, label, ...controls);
  return values.length > 1 ? [group] : [];
}
