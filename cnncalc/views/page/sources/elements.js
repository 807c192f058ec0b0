/**
 * Making elements without HTML: whatever a text holds, it stays a text.
 */

const SVG = "http://www.w3.org/2000/svg";

/** Give an element its text, its listeners (`onclick`) and its attributes; false is none. */
function withProperties(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null)
      element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

/**
 * Return a new element.
 * @param {string} tag
 * @param {Object<string, unknown>} properties `text`, `onclick` and other listeners, attributes
 * @param {...(Node | string)} children
 */
export function make(tag, properties = {}, ...children) {
  const element = withProperties(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Return a new element of a drawing, as `make` does. */
export function makeSvg(tag, properties = {}, ...children) {
  const element = withProperties(document.createElementNS(SVG, tag), properties);
  element.append(...children);
  return element;
}

/**
 * Return a button whose sign is read aloud by its name.
 * @param {string} sign what is seen
 * @param {string} name what it does
 * @param {(event: Event) => void} press
 */
export function makeButton(sign, name, press, properties = {}) {
  const labels = sign === name ? {} : { "aria-label": name };
  return make("button", {
    type: "button",
    text: sign,
    title: name,
    onclick: press,
    ...labels,
    ...properties,
  });
}

/** Return a control under its label. */
export function withLabel(text, control, ...more) {
  return make("label", { class: "labelled" }, make("span", { text }), control, ...more);
}

const TYPED_INTO = "input:not([type=range], [type=color], [type=file])";

/** Whether a key was pressed where it writes, or works a control of its own. */
export function isTyping(event) {
  const target = event.target instanceof Element ? event.target : null;
  return Boolean(target?.closest(`${TYPED_INTO}, select, textarea, dialog`));
}

/** Return a button that stays pressed, or not. */
export function makeToggle(sign, name, change) {
  const button = makeButton(sign, name, () => {
    button.setAttribute("aria-pressed", String(!isPressed(button)));
    change();
  });
  button.setAttribute("aria-pressed", "false");
  return button;
}

/** Whether a button of two states is pressed. */
export const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

/** Return what looks like a button, and lets a file be chosen. */
export function makeChooser(sign, name, accept, take) {
  const choose = () => {
    if (field.files.length) take(field.files[0]);
    // The same file can be chosen again.
    field.value = "";
  };
  const field = make("input", { type: "file", accept, class: "unseen", onchange: choose });
  return make("label", { class: "button", title: name }, sign, field);
}
