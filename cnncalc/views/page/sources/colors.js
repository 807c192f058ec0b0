// Colours of numbers: the document brings the palettes, a stage has one scale for all its slices.

import { clamp, floor, max, min, round } from "./geometry.js";

const COLOR_LEVELS = 256;
// From this luminance on, black stands out more than white.
const WHITE_TEXT_BELOW = 0.179 * 255 ** 2.2;
// Numbers that are all alike say nothing by a colour: the style sheet has one for them.
const NO_COLORS = { table: new Uint32Array(COLOR_LEVELS), dark: [] };

/** A kind of scale laid over the numbers from `low` to `high`. */
export class ColorScale {
  /**
   * @param {string} kind "pixels", "article", "sequential", "signed", "share" or "neutral"
   * @param {number} low
   * @param {number} high
   * @param {{table: Uint32Array, dark: boolean[]}} colors of its levels
   */
  constructor(kind, low, high, { table, dark }) {
    Object.assign(this, { kind, low, high, table, dark });
  }

  /** Return the level of a number, from 0 to 255; NaN of none. */
  level(value) {
    const share = (value - this.low) / (this.high - this.low);
    return clamp(round(share * (COLOR_LEVELS - 1)), 0, COLOR_LEVELS - 1);
  }

  /** Return the colour of a number as 0xAABBGGRR, as a picture's bytes are; 0 of none. */
  color(value) {
    return this.table[this.level(value)] ?? 0;
  }

  /** Tell whether a text on a number's colour must be white. */
  isDark(value) {
    return this.dark[this.level(value)] ?? false;
  }

  /** The numbers that are written at its ends, with 0 between two signs. */
  get ends() {
    if (this.high <= this.low) return [this.low];
    return this.kind === "signed" ? [this.low, 0, this.high] : [this.low, this.high];
  }
}

/**
 * Return the scale of a stage's numbers, null where they have none.
 * @param {string} kind the stage's
 * @param {Iterable<number>} values all its numbers
 * @param {Object<string, string[]>} palette a theme's
 * @param {number} highest at which the scale of pixels ends
 * @returns {ColorScale|null}
 */
export function scaleOf(kind, values, palette, highest) {
  if (!(kind in palette)) return null;
  const between = (low, high) => new ColorScale(kind, low, high, colorsOf(palette[kind]));
  if (kind === "share") return between(0, 1);
  const [low, high] = reach(values);
  if (low > high) return null;
  if (kind === "pixels" || kind === "article") {
    return between(min(0, low), max(highest, high));
  }
  if (low === high) return new ColorScale("neutral", low, high, NO_COLORS);
  const far = max(-low, high);
  return kind === "signed" ? between(-far, far) : between(low, high);
}

function reach(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

const known = new WeakMap();

/** The colours of a palette's levels, made once, and which of them are dark. */
function colorsOf(stops) {
  if (!known.has(stops)) {
    const levels = Array.from({ length: COLOR_LEVELS }, (_, at) =>
      mixed(stops, at / (COLOR_LEVELS - 1)),
    );
    known.set(stops, { table: Uint32Array.from(levels, packed), dark: levels.map(isDarkColor) });
  }
  return known.get(stops);
}

/** The red, green and blue of a palette at a place from 0 to 1; its colours are evenly apart. */
function mixed(stops, share) {
  const place = share * (stops.length - 1);
  const at = min(floor(place), stops.length - 2);
  const part = (stop, from) => parseInt(stops[stop].slice(from, from + 2), 16);
  return [1, 3, 5].map((from) => {
    const start = part(at, from);
    return round(start + (part(at + 1, from) - start) * (place - at));
  });
}

const packed = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

const isDarkColor = ([red, green, blue]) =>
  0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2 < WHITE_TEXT_BELOW;

/** Colour a canvas: `fill` gets its pixels row by row, each as 0xAABBGGRR, transparent at first. */
export function paintOn(canvas, fill) {
  const context = canvas.getContext("2d");
  const picture = context.createImageData(canvas.width, canvas.height);
  fill(new Uint32Array(picture.data.buffer), picture.data);
  context.putImageData(picture, 0, 0);
}
