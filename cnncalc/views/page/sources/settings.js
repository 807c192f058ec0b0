import { make, makeButton } from "./elements.js";

/** How a window slides: the settings that can be chosen, and what they are called. */
const SETTING_NAMES = { strides: "stride", padding: "padding", dilation: "dilation" };

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

class Slider {
  constructor(sliders, name) {
    Object.assign(this, { sliders, name, values: settingValues(sliders.settings, name) });
    this.title = SETTING_NAMES[name];
    this.output = make("strong");
    this.range = make("input", {
      type: "range",
      min: 0,
      max: this.values.length - 1,
      "aria-label": this.title,
      oninput: () => this.choose(this.values[Number(this.range.value)]),
    });
    this.ticks = this.values.map((value) =>
      makeButton(settingText(value), "", () => this.choose(value), { tabindex: -1 }),
    );
    const title = make("span", { class: "setting-title" }, `${this.title} `, this.output);
    const ticks = make("span", { class: "ticks", "aria-hidden": "true" }, ...this.ticks);
    this.element = make("div", { class: "setting" }, title, this.range, ticks);
    this.element.hidden = this.values.length < 2;
  }

  choose(value) {
    const { sliders } = this;
    const number = sliders.numberOf(this.name, value);
    if (number >= 0) sliders.store.switchTo(number);
    else sliders.notices.refuse(`${this.title} ${settingText(value)} does not fit: ${UNFIT}`);
    sliders.refresh();
  }

  refresh(current) {
    const text = settingText(current[this.name]);
    const place = this.values.findIndex((value) => settingText(value) === text);
    this.range.value = place;
    this.range.setAttribute("aria-valuetext", text);
    this.output.textContent = text;
    this.ticks.forEach((tick, at) => {
      const fits = this.sliders.numberOf(this.name, this.values[at]) >= 0;
      tick.className = `tick${at === place ? " chosen" : ""}${fits ? "" : " unfit"}`;
      tick.title = fits ? "" : UNFIT;
    });
  }
}

const UNFIT = "with the other settings the window would be larger than the input";

class Sliders {
  constructor(store, notices) {
    Object.assign(this, { store, notices, settings: store.flows.map((flow) => flow.settings) });
    this.sliders = Object.keys(SETTING_NAMES).map((name) => new Slider(this, name));
    this.refresh();
  }

  /** Return the number of the flow that differs in one setting from the one that is shown. */
  numberOf(name, value) {
    return settingsLike(this.settings, { ...this.store.flow.settings, [name]: value });
  }

  refresh() {
    for (const slider of this.sliders) slider.refresh(this.store.flow.settings);
  }
}

/** Show sliders where the page's flows have settings. */
export function setupSettings(store, view, notices) {
  if (!store.flow.settings || store.flows.length < 2) return;
  const sliders = new Sliders(store, notices);
  const elements = sliders.sliders.map(({ element }) => element);
  const attributes = { class: "settings", role: "group", "aria-label": "How the window slides" };
  view.slot("settings").append(make("div", attributes, ...elements));
  store.changes(({ kind }) => kind === "flow" && sliders.refresh());
}
