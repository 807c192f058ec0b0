// How a window slides: sliders for stride, padding and dilation, each value a mark below it.

import { byId, listen, makeButton } from "./elements.js";

const NOT_HELD = "this page does not hold it with the other settings";

/**
 * Return which of several settings is the wanted one, −1 for none.
 * @param {object[]} settings
 * @param {Object<string, string>} wanted
 */
export const settingsLike = (settings, wanted) =>
  settings.findIndex((setting) =>
    Object.keys(wanted).every((name) => setting[name] === wanted[name]),
  );

/** Set up the slider of a setting; return what brings it to the flow that is shown. */
function setupSlider(store, view, [name, texts]) {
  const [label, range, marks] = byId(name).children;
  const settings = store.flows.map((flow) => flow.settings);
  const { unfit } = store.document;
  // What differs in this setting from the flow that is shown: its flow, or why there is none.
  const wanted = (at) => ({ ...store.flow.settings, [name]: texts[at] });
  const flowWith = (at) => settingsLike(settings, wanted(at));
  const whyNot = (at) => unfit[settingsLike(unfit, wanted(at))]?.reason ?? NOT_HELD;
  const choose = (at) => {
    const number = flowWith(at);
    if (number >= 0) return store.switchTo(number);
    view.say(`${name} ${texts[at]} can't be chosen: ${whyNot(at)}`, true);
    refresh();
  };
  const tickOf = (text, at) => makeButton(text, "", () => choose(at), { tabindex: -1 });
  const ticks = texts.map(tickOf);
  marks.append(...ticks);
  range.max = texts.length - 1;
  listen(range, { input: () => choose(Number(range.value)) });
  byId(name).hidden = texts.length === 1;
  const refresh = () => {
    const now = store.flow.settings[name];
    range.value = texts.indexOf(now);
    range.ariaValueText = now;
    label.lastChild.textContent = now;
    ticks.forEach((tick, at) => {
      const isUnfit = flowWith(at) < 0;
      tick.className = `tick ${texts[at] === now ? "chosen" : ""} ${isUnfit ? "unfit" : ""}`;
      tick.title = isUnfit ? whyNot(at) : "";
    });
  };
  return refresh;
}

/** Show sliders where the page's flows have settings. */
export function setupSettings(store, view) {
  if (!store.flow.settings || store.flows.length < 2) return;
  const sliders = Object.entries(store.document.choices).map((choice) =>
    setupSlider(store, view, choice),
  );
  const refresh = () => {
    for (const bring of sliders) bring();
  };
  byId("sliders").hidden = false;
  store.changes(({ kind }) => kind === "flow" && refresh());
  refresh();
}
