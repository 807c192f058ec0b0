// What is chosen to be seen: one of several calculations, and of a training a step and a sample.

import { make, makeButton } from "./elements.js";
import { choices } from "./layout.js";

const MOST_BUTTONS = 8;

/**
 * Fill the bar in which one chooses; it is not there where there is nothing to choose.
 * @param {object} store
 * @param {object} view
 * @param {HTMLElement} bar
 */
export function setupChoosers(store, view, bar) {
  const draw = () => {
    const { steps, samples } = choices(store.flow, view.choice.step);
    const { step, sample } = view.choice;
    bar.replaceChildren();
    const cases = store.flows.filter((flow) => !flow.settings);
    if (cases.length > 1)
      bar.append(
        chooser(
          "Calculation",
          cases.map((flow) => [flow.number, flow.title]),
          store.flowNumber,
          (number) => store.switchTo(number),
        ),
      );
    if (steps.length > 1)
      bar.append(
        chooser(
          "Step",
          steps.map((number) => [number, String(number)]),
          step,
          (wanted) => view.choose(wanted, view.choice.sample),
        ),
      );
    if (samples.length > 1)
      bar.append(
        chooser(
          "Sample",
          samples.map((number) => [number, String(number)]),
          sample,
          (wanted) => view.choose(view.choice.step, wanted),
        ),
      );
    bar.hidden = bar.childElementCount === 0;
  };
  view.on("choose", draw);
}

/** A few are buttons beside each other, many are a list with buttons for the next and the one before. */
function chooser(name, options, chosen, choose) {
  const at = options.findIndex(([value]) => value === chosen);
  const group = make(
    "div",
    { class: "chooser", role: "group", "aria-label": name },
    make("span", { class: "label", text: name }),
  );
  if (options.length <= MOST_BUTTONS) {
    group.append(
      make(
        "div",
        { class: "segments" },
        ...options.map(([value, text]) => segment(text, value === chosen, () => choose(value))),
      ),
    );
    return group;
  }
  const list = make(
    "select",
    { "aria-label": name, onchange: () => choose(options[list.selectedIndex][0]) },
    ...options.map(([, text]) => make("option", { text })),
  );
  list.selectedIndex = at;
  const before = makeButton("‹", `${name} before`, () => choose(options[at - 1][0]), {
    disabled: at <= 0,
  });
  const after = makeButton("›", `Next ${name.toLowerCase()}`, () => choose(options[at + 1][0]), {
    disabled: at >= options.length - 1,
  });
  group.append(before, list, after);
  return group;
}

const segment = (text, isChosen, choose) =>
  makeButton(text, text, choose, { "aria-pressed": String(isChosen) });
