import { make } from "./elements.js";

/**
 * Sliders for how a window slides: its stride, padding and dilation.
 */
const SETTINGS = [
  ["strides", "stride"],
  ["padding", "padding"],
  ["dilation", "dilation"],
];

/** Return a setting as it is written: 2 for [2, 2], 2×1 for [2, 1], a padding as it is. */
export function settingText(value) {
  if (!Array.isArray(value)) return String(value);
  return value[0] === value[1] ? String(value[0]) : value.join("×");
}

/**
 * Return the values that a setting has in the flows, in order, without repetition.
 *
 * @param {object[]} settings that of each flow
 * @param {string} name
 */
export function settingValues(settings, name) {
  const values = new Map(settings.map((setting) => [settingText(setting[name]), setting[name]]));
  const order = (text) => (text === "valid" ? -2 : text === "same" ? -1 : Number.parseFloat(text));
  return [...values].sort(([one], [other]) => order(one) - order(other)).map(([, value]) => value);
}

/**
 * Return which flow has settings, -1 for none.
 *
 * @param {object[]} settings that of each flow
 * @param {object} wanted
 */
export function flowWith(settings, wanted) {
  const text = (setting) => SETTINGS.map(([name]) => settingText(setting[name])).join(" ");
  return settings.findIndex((setting) => text(setting) === text(wanted));
}

class SettingSlider {
  constructor(panel, [name, title]) {
    Object.assign(this, { panel, name, title });
    this.values = settingValues(panel.settings, name);
    this.output = make("output", { class: "setting-value" });
    this.slider = make("input", {
      type: "range",
      min: "0",
      max: String(this.values.length - 1),
      step: "1",
      "aria-label": title,
      oninput: () => panel.choose(name, this.values[Number(this.slider.value)]),
    });
    this.marks = this.values.map((value) =>
      make("button", {
        type: "button",
        tabindex: "-1",
        class: "tick",
        text: settingText(value),
        "aria-hidden": "true",
        onclick: () => panel.choose(name, value),
      }),
    );
    const ticks = make("span", { class: "ticks" }, ...this.marks);
    this.element = make(
      "div",
      { class: "setting", hidden: this.values.length < 2 },
      make("span", { class: "setting-title" }, `${title} `, this.output),
      this.slider,
      ticks,
    );
  }

  refresh(current) {
    const text = settingText(current[this.name]);
    this.slider.value = String(this.values.findIndex((value) => settingText(value) === text));
    this.slider.setAttribute("aria-valuetext", text);
    this.output.textContent = text;
    this.values.forEach((value, place) => {
      const fits = this.panel.fits({ ...current, [this.name]: value });
      this.marks[place].classList.toggle("unfit", !fits);
      this.marks[place].classList.toggle("chosen", settingText(value) === text);
      this.marks[place].title = fits ? "" : this.panel.reason;
    });
  }
}

class Settings {
  constructor(store, notices) {
    this.store = store;
    this.notices = notices;
    this.settings = store.flows.map((flow) => flow.settings);
    this.reason = "the window would be larger than the input";
    this.sliders = SETTINGS.map((setting) => new SettingSlider(this, setting));
    this.element = make(
      "fieldset",
      { class: "settings" },
      make("legend", { class: "unseen", text: "How the window slides" }),
      ...this.sliders.map((slider) => slider.element),
    );
    this.refresh();
  }

  fits(wanted) {
    return flowWith(this.settings, wanted) >= 0;
  }

  choose(name, value) {
    const wanted = { ...this.store.flow.settings, [name]: value };
    if (this.fits(wanted)) this.store.switchTo(wanted);
    else {
      this.notices.refuse(
        `${SETTINGS.find(([known]) => known === name)[1]} ${settingText(value)} does not fit: ${this.reason}`,
      );
      this.refresh();
    }
  }

  refresh() {
    this.sliders.forEach((slider) => slider.refresh(this.store.flow.settings));
  }
}

/** Show sliders where the page's flows have settings. */
export function setupSettings(store, view, notices) {
  if (!store.flow.settings || store.flows.length < 2) return;
  const settings = new Settings(store, notices);
  view.slot("settings").append(settings.element);
  store.changes((change) => change.kind === "flow" && settings.refresh());
}
