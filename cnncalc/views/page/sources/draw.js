import { isPressed, make, makeButton, makeToggle, withLabel } from "./elements.js";
import { inputImage } from "./input-image.js";
import { Stroke } from "./painting.js";

/** Drawing on the input with the pointer: a brush of a size, and a level or a colour. */
class Brush {
  constructor(store, view) {
    Object.assign(this, { store, view, stroke: null });
    this.on = makeToggle("✎ Draw", "Draw on the input with the pointer", () => this.show());
    this.erase = makeToggle("Erase", "Draw with 0", () => {});
    this.brush = make("input", { type: "range", min: 1, max: 2, value: 1 });
    this.level = make("input", { type: "range", min: 0 });
    this.color = make("input", { type: "color", value: "#ffffff" });
    this.levelField = withLabel("level", this.level);
    this.colorField = withLabel("colour", this.color);
    this.tools = make("span", { class: "brush" });
    this.tools.append(this.erase, withLabel("brush", this.brush), this.levelField, this.colorField);
    this.tools.append(
      makeButton("Clear", "Set every pixel to 0", () => this.image.change(() => 0)),
      makeButton("Invert", "Make dark pixels bright, and bright ones dark", () =>
        this.image.change((level) => this.image.most - level),
      ),
    );
    this.element = make("span", { class: "drawing" }, this.on, this.tools);
    this.listen();
    this.refresh();
  }

  /** Take the image of the flow that is shown now. */
  refresh() {
    this.image = inputImage(this.store, this.view);
    this.element.hidden = this.image === null;
    this.show();
    if (this.image === null) return;
    for (const { number } of this.image.slices) {
      this.view.sliceElement(number).classList.add("is-canvas");
    }
    if (this.level.step) return;
    const { size, slices, most } = this.image;
    const side = Math.min(size.height, size.width);
    const isColor = slices.length === 3;
    this.levelField.hidden = isColor;
    this.colorField.hidden = !isColor;
    this.brush.max = String(Math.max(2, Math.round(side / 4)));
    this.brush.value = String(Math.max(1, Math.round(side / 14)));
    this.level.max = String(most);
    this.level.step = most > 1 ? "1" : "0.01";
    this.level.value = String(most);
  }

  show() {
    const isOn = isPressed(this.on) && this.image !== null;
    this.tools.hidden = !isOn;
    this.view.root.classList.toggle("is-drawing", isOn);
  }

  get levels() {
    const { slices, most } = this.image;
    if (isPressed(this.erase)) return slices.map(() => 0);
    if (slices.length !== 3) return slices.map(() => Number(this.level.value));
    const part = (at) => Number.parseInt(this.color.value.slice(at, at + 2), 16);
    return [1, 3, 5].map((at) => (part(at) * most) / 255);
  }

  listen() {
    const { root } = this.view;
    const end = () => this.end();
    root.addEventListener("pointerdown", (event) => this.start(event), true);
    root.addEventListener("pointermove", (event) => this.draw(event), true);
    root.addEventListener("pointerup", end, true);
    root.addEventListener("pointercancel", end, true);
    // A finger that draws must not move the page under it.
    const hold = (event) => this.stroke && event.preventDefault();
    root.addEventListener("touchmove", hold, { passive: false });
  }

  start(event) {
    if (this.tools.hidden || event.button !== 0) return;
    this.surface = this.surfaceAt(event);
    if (this.surface === null) return;
    const { size } = this.image;
    event.target.setPointerCapture(event.pointerId);
    const tool = { brush: Number(this.brush.value), levels: this.levels };
    this.stroke = new Stroke((...place) => this.image.level(...place), tool, size);
    Object.assign(this, { isJoined: false, changes: [] });
    this.draw(event);
  }

  draw(event) {
    if (this.stroke === null) return;
    event.preventDefault();
    event.stopPropagation();
    const moves = event.getCoalescedEvents();
    for (const move of moves.length ? moves : [event]) {
      this.changes.push(...this.stroke.moveTo(this.pointOf(move)));
    }
    this.frame ??= requestAnimationFrame(() => this.put());
  }

  /** Calculate once a frame, however often the pointer reports. */
  put() {
    this.frame = undefined;
    if (!this.changes.length) return;
    this.image.put(this.changes, this.isJoined);
    Object.assign(this, { isJoined: true, changes: [] });
  }

  end() {
    if (this.stroke === null) return;
    this.put();
    this.stroke = null;
  }

  /** Return how to find the box of the first pixel that is drawn on: in colour, or of a channel. */
  surfaceAt({ target, clientX, clientY }) {
    const { size, first, slices } = this.image;
    if (target.matches(".composite")) {
      return () => {
        const { left, top, width, height } = target.getBoundingClientRect();
        return { left, top, width: width / size.width, height: height / size.height };
      };
    }
    const pointed = this.view.cellAt(clientX, clientY)?.slice;
    const isImage = slices.some(({ number }) => number === pointed);
    return isImage ? () => this.view.cellBox(pointed, first.row, first.column) : null;
  }

  /** Return where a pointer is on the image, in cells from its first pixel. */
  pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.surface();
    return { row: (clientY - top) / height, column: (clientX - left) / width };
  }
}

/** Let the input be drawn on. */
export function setupDraw(store, view) {
  if (store.document.worksheet) return;
  const brush = new Brush(store, view);
  view.slot("tools").append(brush.element);
  view.on("choose", () => brush.refresh());
}
