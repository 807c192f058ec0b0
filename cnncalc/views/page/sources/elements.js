// Making elements without HTML: whatever a text holds, it stays a text.

const SVG = "http://www.w3.org/2000/svg";
const TYPED_INTO = "input:not([type=range], [type=color], [type=file]), select, textarea, dialog";

/** Return the element of the page's skeleton that has an id. */
export const byId = (id) => document.getElementById(id);

/**
 * Return a new element.
 * @param {string} kind its tag and classes, "p.value.long"
 * @param {...(Node|string|number|false|object)} parts what it holds; false is nothing, an object has
 *   attributes, listeners (`onclick`) and a `style`
 */
export const make = (kind, ...parts) => built((tag) => document.createElement(tag), kind, parts);

/** Return a new element of a drawing, as `make` does. */
export const makeSvg = (kind, ...parts) =>
  built((tag) => document.createElementNS(SVG, tag), kind, parts);

function built(create, kind, parts) {
  const [tag, ...classes] = kind.split(/[. ]+/);
  const element = create(tag);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  for (const part of parts) {
    if ((part ?? false) === false) continue;
    if (typeof part === "object" && !(part instanceof Node)) giveTo(element, part);
    else element.append(part);
  }
  return element;
}

/** An attribute that is false is none, one that is true has no value. */
function giveTo(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "style") setStyle(element, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
}

/**
 * Give an element a place and a size, or other styles.
 * @param {HTMLElement} element
 * @param {Object<string, number|string>} styles a number is in pixels
 */
export function setStyle({ style }, styles) {
  for (const [name, value] of Object.entries(styles)) {
    style.setProperty(name, typeof value === "number" ? `${value}px` : value);
  }
}

/**
 * Return a button whose sign is read aloud by its name.
 * @param {string} sign what is seen
 * @param {string} title its name: what it does
 * @param {(event: Event) => void} onclick
 * @param {object} more attributes
 */
export const makeButton = (sign, title, onclick, more = {}) =>
  make("button", sign, { type: "button", title, "aria-label": title || sign, onclick, ...more });

/** Listen to events of an element, by their names. */
export function listen(target, listeners, options) {
  for (const [name, listener] of Object.entries(listeners)) {
    target.addEventListener(name, listener, options);
  }
}

/** Have buttons of the page do something, by their ids. */
export function onPress(presses) {
  for (const [id, click] of Object.entries(presses)) listen(byId(id), { click });
}

/** Whether a button of two states is pressed; a press of it changes that. */
export const isPressed = (button) => button.ariaPressed === "true";

export function togglePressed(button) {
  button.ariaPressed = !isPressed(button);
}

/** Take the file that is chosen in a field; the same one can be chosen again. */
export function onFile(field, take) {
  listen(field, {
    change: () => {
      if (field.files.length) take(field.files[0]);
      field.value = "";
    },
  });
}

/** Keep an event from the browser and from all else that listens. */
export function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Write a text where the page has a place for it, by its id. */
export function write(id, text) {
  byId(id).textContent = text;
}

/** Whether a key was pressed where it writes, or works a control of its own. */
export const isTyping = ({ target }) => target instanceof Element && target.closest(TYPED_INTO);

/** Whether a key is one of the browser's or the system's. */
export const isCommand = ({ altKey, ctrlKey, metaKey }) => altKey || ctrlKey || metaKey;
