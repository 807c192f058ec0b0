// How a window slides: sliders for stride, padding and dilation, each value a mark below it.

import { byId, make, makeButton } from "./elements.js";

const SETTING_NAMES = { strides: "stride", padding: "padding", dilation: "dilation" };
const UNFIT = "with the other settings the window would be larger than the input";

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

/** Return the slider of a setting, and what brings it to the flow that is shown. */
function sliderOf(store, view, name) {
  const title = SETTING_NAMES[name];
  const settings = store.flows.map((flow) => flow.settings);
  const values = settingValues(settings, name);
  const texts = values.map(settingText);
  // The flow that differs in this setting from the one that is shown.
  const flowWith = (at) => settingsLike(settings, { ...store.flow.settings, [name]: values[at] });
  const choose = (at) => {
    const number = flowWith(at);
    if (number >= 0) return store.switchTo(number);
    view.say(`${title} ${texts[at]} does not fit: ${UNFIT}`, true);
    refresh();
  };
  const oninput = () => choose(Number(range.value));
  const about = { min: 0, max: values.length - 1, "aria-label": title, oninput };
  const range = make("input", { type: "range", ...about });
  const chosen = make("strong");
  const ticks = texts.map((text, at) => makeButton(text, "", () => choose(at), { tabindex: -1 }));
  const refresh = () => {
    const now = settingText(store.flow.settings[name]);
    range.value = texts.indexOf(now);
    range.ariaValueText = now;
    chosen.textContent = now;
    ticks.forEach((tick, at) => {
      const isUnfit = flowWith(at) < 0;
      tick.className = `tick ${texts[at] === now ? "chosen" : ""} ${isUnfit ? "unfit" : ""}`;
      tick.title = isUnfit ? UNFIT : "";
    });
  };
  const marks = make("span.ticks", { "aria-hidden": "true" }, ...ticks);
  const label = make("span.setting-title", `${title} `, chosen);
  const element = values.length > 1 && make("div.setting", label, range, marks);
  return { element, refresh };
}

/** Show sliders where the page's flows have settings. */
export function setupSettings(store, view) {
  if (!store.flow.settings || store.flows.length < 2) return;
  const sliders = Object.keys(SETTING_NAMES).map((name) => sliderOf(store, view, name));
  const refresh = () => {
    for (const slider of sliders) slider.refresh();
  };
  const group = { role: "group", "aria-label": "How the window slides" };
  byId("settings").append(make("div.settings", group, ...sliders.map(({ element }) => element)));
  store.changes(({ kind }) => kind === "flow" && refresh());
  refresh();
}
