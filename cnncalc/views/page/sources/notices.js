import { make } from "./elements.js";

/**
 * A line that says what was done or refused, for a few seconds; it is read aloud.
 */
const SHOWN_FOR = 6000;

export class Notices {
  constructor(parent) {
    this.line = make("p", { class: "said", role: "status", "aria-live": "polite", hidden: true });
    parent.append(this.line);
  }

  /**
   * Say something.
   * @param {string} text
   * @param {boolean} isRefusal it is said at once, and marked
   */
  say(text, isRefusal = false) {
    clearTimeout(this.timer);
    this.line.setAttribute("aria-live", isRefusal ? "assertive" : "polite");
    this.line.classList.toggle("refusal", isRefusal);
    this.line.hidden = false;
    this.line.textContent = text;
    this.timer = setTimeout(() => (this.line.hidden = true), SHOWN_FOR);
  }

  /** Say why something is refused. @param {string} text */
  refuse(text) {
    this.say(text, true);
  }
}
