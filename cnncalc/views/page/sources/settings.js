// How a window slides: sliders for stride, padding and dilation, each value a mark below it.

import { byId, listen, makeButton } from "./elements.js";

const SETTING_NAMES = { strides: "stride", padding: "padding", dilation: "dilation" };
const NOT_HELD = "this page does not hold it with the other settings";

/**
 * Return a setting as it is written: 2 for [2, 2], 2×1 for [2, 1], a padding as it is.
 * @param {string | number[]} value
 */
export function settingText(value) {
  if (!Array.isArray(value)) return value;
  return value[0] === value[1] ? String(value[0]) : value.join("×");
}

/**
 * Return the values that a setting has, in order and once: valid, same, numbers.
 * @param {object[]} settings
 * @param {string} name
 */
export function settingValues(settings, name) {
  const values = new Map(settings.map((setting) => [settingText(setting[name]), setting[name]]));
  const order = (text) => ({ valid: -2, same: -1 })[text] ?? Number.parseFloat(text);
  return [...values].sort(([one], [other]) => order(one) - order(other)).map(([, value]) => value);
}

/**
 * Return which of several settings is the wanted one, −1 for none.
 * @param {object[]} settings
 * @param {object} wanted
 */
export function settingsLike(settings, wanted) {
  const text = (setting) => Object.keys(SETTING_NAMES).map((name) => settingText(setting[name]));
  return settings.findIndex((setting) => text(setting).join() === text(wanted).join());
}

/** Set up the slider of a setting; return what brings it to the flow that is shown. */
function setupSlider(store, view, name) {
  const title = SETTING_NAMES[name];
  const [label, range, marks] = byId(title).children;
  const settings = store.flows.map((flow) => flow.settings);
  const values = settingValues(settings, name);
  const texts = values.map(settingText);
  const { unfit } = store.document;
  // What differs in this setting from the flow that is shown: its flow, or why there is none.
  const wanted = (at) => ({ ...store.flow.settings, [name]: values[at] });
  const flowWith = (at) => settingsLike(settings, wanted(at));
  const whyNot = (at) => unfit[settingsLike(unfit, wanted(at))]?.reason ?? NOT_HELD;
  const choose = (at) => {
    const number = flowWith(at);
    if (number >= 0) return store.switchTo(number);
    view.say(`${title} ${texts[at]} can't be chosen: ${whyNot(at)}`, true);
    refresh();
  };
  const tickOf = (text, at) => makeButton(text, "", () => choose(at), { tabindex: -1 });
  const ticks = texts.map(tickOf);
  marks.append(...ticks);
  range.max = values.length - 1;
  listen(range, { input: () => choose(Number(range.value)) });
  byId(title).hidden = values.length === 1;
  const refresh = () => {
    const now = settingText(store.flow.settings[name]);
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
  const sliders = Object.keys(SETTING_NAMES).map((name) => setupSlider(store, view, name));
  const refresh = () => {
    for (const bring of sliders) bring();
  };
  byId("sliders").hidden = false;
  store.changes(({ kind }) => kind === "flow" && refresh());
  refresh();
}
