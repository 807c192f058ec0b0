// Colours of numbers: the document brings the palettes, a stage has one scale for all its slices.

const COLOR_LEVELS = 256;
const EMPTY = 0;
// Numbers that are all alike say nothing by a colour: the style sheet has one for them.
const NO_COLORS = [
  [0, "#ffffff"],
  [1, "#ffffff"],
];
const WHITE_TEXT_BELOW = 0.179; // From this luminance on, black stands out more than white.

/** A kind of scale laid over the numbers from `low` to `high`. */
export class ColorScale {
  /**
   * @param {string} kind "pixels", "article", "sequential", "signed" or "share"
   * @param {number} low
   * @param {number} high
   * @param {Array<[number, string]>} stops colours at places from 0 to 1
   */
  constructor(kind, low, high, stops) {
    Object.assign(this, { kind, low, high });
    ({ table: this.table, dark: this.dark } = tableOf(stops));
  }

  get isNeutral() {
    return this.kind === "neutral";
  }

  /** Return the level of a number, from 0 to 255. */
  level(value) {
    const place = (value - this.low) / (this.high - this.low);
    return Math.min(COLOR_LEVELS - 1, Math.max(0, Math.round(place * (COLOR_LEVELS - 1))));
  }

  /** Return the colour of a number as 0xAABBGGRR, as a picture's bytes are; 0 of none. */
  color(value) {
    return this.isNeutral || Number.isNaN(value) ? EMPTY : this.table[this.level(value)];
  }

  /** Tell whether a text on a number's colour must be white. */
  isDark(value) {
    return !this.isNeutral && !Number.isNaN(value) && this.dark[this.level(value)] === 1;
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
 * @param {Object<string, Array<[number, string]>>} palette a theme's
 * @param {number} highest at which the scale of pixels ends
 * @returns {ColorScale|null}
 */
export function scaleOf(kind, values, palette, highest) {
  if (kind === "none" || !(kind in palette)) return null;
  if (kind === "share") return new ColorScale(kind, 0, 1, palette[kind]);
  const [low, high] = reach(values);
  if (!(low <= high)) return null;
  if (kind === "pixels" || kind === "article") {
    return new ColorScale(kind, Math.min(0, low), Math.max(highest, high), palette[kind]);
  }
  if (low === high) return new ColorScale("neutral", low, high, NO_COLORS);
  if (kind !== "signed") return new ColorScale(kind, low, high, palette[kind]);
  const far = Math.max(-low, high);
  return new ColorScale(kind, -far, far, palette[kind]);
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

const tables = new WeakMap();

/** The colours of a palette's levels, made once, and which of them are dark. */
function tableOf(stops) {
  if (!tables.has(stops)) {
    const table = colorTable(stops);
    tables.set(stops, { table, dark: darkLevels(table) });
  }
  return tables.get(stops);
}

function colorTable(stops) {
  const table = new Uint32Array(COLOR_LEVELS);
  let next = 1;
  for (let level = 0; level < COLOR_LEVELS; level += 1) {
    const place = level / (COLOR_LEVELS - 1);
    while (next < stops.length - 1 && place > stops[next][0]) next += 1;
    table[level] = mixed(stops[next - 1], stops[next], place);
  }
  return table;
}

function mixed([from, first], [to, last], place) {
  const share = to > from ? Math.min(1, Math.max(0, (place - from) / (to - from))) : 0;
  const [a, b] = [parts(first), parts(last)];
  const [red, green, blue] = a.map((part, i) => Math.round(part + (b[i] - part) * share));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function parts(color) {
  return [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));
}

function darkLevels(table) {
  return Uint8Array.from(table, (color) => {
    const linear = [color & 255, (color >> 8) & 255, (color >> 16) & 255].map((part) =>
      part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
    );
    const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    return luminance < WHITE_TEXT_BELOW ? 1 : 0;
  });
}
