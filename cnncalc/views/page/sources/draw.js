// Drawing on the input with the pointer: a brush of a size, and a level or a colour.

import { byId, isPressed, listen, onPress, stop, togglePressed } from "./elements.js";
import { max, min, round } from "./geometry.js";
import { inputImage } from "./input-image.js";
import { Stroke } from "./painting.js";

class Brush {
  constructor(store, view) {
    Object.assign(this, { store, view, stroke: null });
    [this.on, this.erase, this.tools] = ["draw", "erase", "brush"].map(byId);
    [this.size, this.level, this.color] = ["brush-size", "brush-level", "brush-color"].map(byId);
    onPress({
      draw: () => {
        togglePressed(this.on);
        this.show();
      },
      erase: () => togglePressed(this.erase),
      clear: () => this.image.change(() => 0),
      invert: () => this.image.change((level) => this.image.most - level),
    });
    this.listen();
    this.refresh();
  }

  /** Take the image of the flow that is shown now. */
  refresh() {
    this.image = inputImage(this.store, this.view);
    byId("drawing").hidden = !this.image;
    this.show();
    if (!this.image) return;
    const { size, slices, most, isColor } = this.image;
    for (const { number } of slices) this.view.sliceElement(number).classList.add("is-canvas");
    // What was chosen for one flow stays chosen for the next.
    if (this.level.step) return;
    const side = min(size.height, size.width);
    this.level.parentNode.hidden = isColor;
    this.color.parentNode.hidden = !isColor;
    this.size.max = max(2, round(side / 4));
    this.size.value = max(1, round(side / 14));
    Object.assign(this.level, { max: most, step: most > 1 ? 1 : 0.01, value: most });
  }

  show() {
    const isOn = isPressed(this.on) && this.image !== null;
    this.tools.hidden = !isOn;
    this.view.root.classList.toggle("is-drawing", isOn);
  }

  get levels() {
    const { slices, most, isColor } = this.image;
    const part = (at) => (Number.parseInt(this.color.value.slice(at, at + 2), 16) * most) / 255;
    if (isPressed(this.erase)) return slices.map(() => 0);
    return isColor ? [1, 3, 5].map(part) : slices.map(() => Number(this.level.value));
  }

  listen() {
    const { root } = this.view;
    const end = () => this.end();
    const listeners = {
      pointerdown: (event) => this.start(event),
      pointermove: (event) => this.draw(event),
      pointerup: end,
      pointercancel: end,
    };
    listen(root, listeners, true);
    // A finger that draws must not move the page under it.
    const touchmove = (event) => this.stroke && event.preventDefault();
    listen(root, { touchmove }, { passive: false });
  }

  start(event) {
    if (this.tools.hidden || event.button !== 0) return;
    this.surface = this.surfaceAt(event);
    if (!this.surface) return;
    event.target.setPointerCapture(event.pointerId);
    const { image, levels } = this;
    const tool = { brush: Number(this.size.value), levels };
    this.stroke = new Stroke((...place) => image.level(...place), tool, image.size);
    Object.assign(this, { isJoined: false, changes: [] });
    this.draw(event);
  }

  draw(event) {
    if (!this.stroke) return;
    stop(event);
    const moves = event.getCoalescedEvents();
    for (const { clientX, clientY } of moves.length ? moves : [event]) {
      const { left, top, width, height } = this.surface();
      const point = { row: (clientY - top) / height, column: (clientX - left) / width };
      this.changes.push(...this.stroke.moveTo(point));
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
    if (!this.stroke) return;
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
    const slice = this.view.cellAt(clientX, clientY)?.slice;
    const isImage = slices.some(({ number }) => number === slice);
    return isImage ? () => this.view.cellBox({ slice, ...first }) : null;
  }
}

/** Let the input be drawn on. */
export function setupDraw(store, view) {
  const brush = new Brush(store, view);
  view.on("choose", () => brush.refresh());
}
