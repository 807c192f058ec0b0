// What the keys and the signs of the page mean, and where its numbers came from.

import { byId, classed } from "./dom.js";
import { make, makeButton } from "./elements.js";

const KEYS = [
  ["Tab", "to the next stage"],
  ["← ↑ → ↓", "to the next number, and on to the next block"],
  ["Home, End", "to the first and the last number of a row; with Ctrl of a block"],
  ["Enter, or a click again", "to what a number was made of"],
  ["0 to 9, or Enter", "on an input: type over it; Enter keeps what is typed, Esc leaves it"],
  ["Ctrl+Z, Ctrl+Y", "undo, and redo"],
  ["space", "play, and pause"],
  [", .", "one step back, one on; so do ← → while it plays"],
  ["Esc", "back"],
  ["a digit, F2", "to type over an input; Ctrl+Z takes it back"],
  ["Space , .", "to play, one step back, one step on"],
  ["+ − 0", "to zoom; so does Ctrl with the wheel, or two fingers"],
  ["?", "this"],
];
const OUTLINE_SIGNS = [
  ["window hue-0", "what a number is made of"],
  ["weights hue-1", "the weights that it is multiplied by, small in its corners"],
  ["reader", "what is made of an input"],
];

/**
 * Make the help.
 * @param {object} store
 * @returns {() => void} what shows it
 */
export function setupHelp(store) {
  const dialog = byId("keys");
  const close = makeButton("Close", "Close", () => dialog.close());
  dialog.append(
    make("h2", { id: "keys-title", text: "Keys and signs" }),
    pairsList(KEYS.map(([key, text]) => [make("kbd", { text: key }), text])),
    pairsList(OUTLINE_SIGNS.map(([sign, text]) => [classed("span", `sign ${sign}`), text])),
    make("h2", { text: "Where the numbers came from" }),
    pairsList(store.document.facts),
    close,
  );
  const show = () => dialog.showModal();
  byId("help").addEventListener("click", show);
  return show;
}

const pairsList = (pairs) =>
  make("dl", {}, ...pairs.flatMap(([term, text]) => [make("dt", {}, term), make("dd", { text })]));
