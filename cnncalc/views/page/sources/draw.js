import { labelled, make, makeButton } from "./elements.js";
import { Stroke, asLevel, brightest } from "./painting.js";

/**
 * Drawing on the input with the pointer: a brush of a size and a level, or of a colour.
 */
export class Canvas {
  /** @param {object} store @param {object} stage that of the image: a slice for each channel */
  constructor(store, stage) {
    this.store = store;
    this.slices = stage.slices;
    const [{ blocks }] = stage.slices;
    this.pixels = blocks.find((block) => block.role === "pixels");
    this.size = { height: this.pixels.height, width: this.pixels.width };
    this.most = brightest(this.levels());
  }

  /** Return the levels of all pixels, channel by channel. */
  levels() {
    return this.slices.flatMap((_, channel) =>
      this.grid(() => channel).map((place) => this.read(...place)),
    );
  }

  /** Return [channel, row, column] of each pixel of a channel. */
  grid(channel) {
    const { height, width } = this.size;
    return Array.from({ length: height * width }, (_, i) => [
      channel(),
      Math.floor(i / width),
      i % width,
    ]);
  }

  read(channel, row, column) {
    const { pixels } = this;
    return this.store.calculation.value(
      this.slices[channel].number,
      pixels.row + row,
      pixels.column + column,
    );
  }

  /** Put levels on pixels, as a change of its own or with the one before. */
  put(changes, isJoined = false) {
    const cells = changes.map(({ channel, row, column, value }) => ({
      slice: this.slices[channel].number,
      row: this.pixels.row + row,
      column: this.pixels.column + column,
      value,
    }));
    if (cells.length) this.store.put(cells, isJoined);
  }

  /** Change each level by a rule. */
  change(rule) {
    this.put(
      this.slices.flatMap((_, channel) =>
        this.grid(() => channel).map(([, row, column]) => {
          const value = asLevel(
            rule(this.read(channel, row, column), channel, row, column),
            this.most,
          );
          return { channel, row, column, value };
        }),
      ),
    );
  }
}

/** Return the canvas of a flow's image, or null where it has none that can be drawn on. */
export function canvasOf(store) {
  const stage = store.flow.stages.find((part) => part.isImage);
  const isDrawn = stage?.slices[0].blocks.some((block) => block.role === "pixels");
  return isDrawn && !store.document.worksheet ? new Canvas(store, stage) : null;
}

class Brush {
  constructor(store, view) {
    this.store = store;
    this.view = view;
    this.on = makeButton("✎ Draw", "Draw on the input with the pointer", () => this.switch(), {
      "aria-pressed": "false",
    });
    this.erase = makeButton("Erase", "Draw with 0", () => this.#toggle(this.erase), {
      "aria-pressed": "false",
    });
    this.size = make("input", { type: "range", min: "1", max: "8", step: "1", value: "1" });
    this.level = make("input", { type: "range", min: "0", max: "255", value: "255" });
    this.color = make("input", { type: "color", value: "#ffffff" });
    this.sizeField = labelled("brush", this.size);
    this.levelField = labelled("level", this.level);
    this.colorField = labelled("colour", this.color);
    this.clear = makeButton("Clear", "Set every pixel to 0", () => this.canvas.change(() => 0));
    this.invert = makeButton("Invert", "Make dark pixels bright and bright ones dark", () =>
      this.canvas.change((level) => this.canvas.most - level),
    );
    this.tools = make(
      "span",
      { class: "brush", hidden: true },
      this.erase,
      this.sizeField,
      this.levelField,
      this.colorField,
      this.clear,
      this.invert,
    );
    this.element = make("span", { class: "drawing" }, this.on, this.tools);
    this.#listen();
  }

  get isOn() {
    return this.on.getAttribute("aria-pressed") === "true";
  }

  /** Take the image of the flow that is shown now. */
  refresh() {
    this.canvas = canvasOf(this.store);
    this.element.hidden = !this.canvas;
    if (!this.canvas) return;
    const { size, slices, most } = this.canvas;
    const isColor = slices.length === 3;
    this.levelField.hidden = isColor;
    this.colorField.hidden = !isColor;
    this.size.max = String(
      Math.max(2, Math.min(24, Math.round(Math.max(size.height, size.width) / 4))),
    );
    if (Number(this.level.max) !== most) {
      Object.assign(this.level, {
        max: String(most),
        step: most > 1 ? "1" : "0.01",
        value: String(most),
      });
    }
    if (!this.chosen)
      this.size.value = String(Math.max(1, Math.round(Math.min(size.height, size.width) / 14)));
    this.chosen = true;
  }

  switch() {
    this.#toggle(this.on);
    this.tools.hidden = !this.isOn;
    this.view.root.classList.toggle("is-drawing", this.isOn);
  }

  #toggle(button) {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  }

  #levels() {
    const { slices, most } = this.canvas;
    if (this.erase.getAttribute("aria-pressed") === "true") return slices.map(() => 0);
    if (slices.length !== 3) return slices.map(() => Number(this.level.value));
    return [1, 3, 5].map(
      (at) => (Number.parseInt(this.color.value.slice(at, at + 2), 16) * most) / 255,
    );
  }

  #listen() {
    const { root } = this.view;
    root.addEventListener("pointerdown", (event) => this.#start(event), true);
    root.addEventListener("pointermove", (event) => this.#draw(event), true);
    for (const end of ["pointerup", "pointercancel"])
      root.addEventListener(end, () => this.#end(), true);
    // While drawing, a finger draws; it must not move the page under it.
    root.addEventListener("touchmove", (event) => this.stroke && event.preventDefault(), {
      passive: false,
    });
  }

  #start(event) {
    if (!this.isOn || event.button !== 0 || !this.canvas) return;
    const pointed = this.view.cellAt(event.clientX, event.clientY);
    this.slice = this.canvas.slices.find((slice) => slice.number === pointed?.slice);
    if (!this.slice) return;
    event.target.setPointerCapture(event.pointerId);
    const tool = { brush: Number(this.size.value), levels: this.#levels(), most: this.canvas.most };
    this.stroke = new Stroke((...place) => this.canvas.read(...place), tool, this.canvas.size);
    this.isJoined = false;
    this.#draw(event);
  }

  #draw(event) {
    if (!this.stroke) return;
    event.preventDefault();
    event.stopPropagation();
    const moves = event.getCoalescedEvents?.() ?? [];
    const changes = (moves.length ? moves : [event]).flatMap((move) =>
      this.stroke.moveTo(this.#point(move)),
    );
    if (!changes.length) return;
    this.canvas.put(changes, this.isJoined);
    this.isJoined = true;
  }

  /** Return where a pointer is on the image, in cells from its first pixel. */
  #point(event) {
    const { row, column } = this.canvas.pixels;
    const first = this.view.cellBox(this.slice.number, row, column);
    return {
      row: (event.clientY - first.top) / first.height,
      column: (event.clientX - first.left) / first.width,
    };
  }

  #end() {
    this.stroke = null;
  }
}

/** Let the input be drawn on; returns the element of its tools. */
export function setupDraw(store, view) {
  const brush = new Brush(store, view);
  let flow = null;
  const refresh = () => {
    if (flow === store.flow) return;
    flow = store.flow;
    brush.refresh();
  };
  store.changes(refresh);
  refresh();
  view.slot("tools").append(brush.element);
}
