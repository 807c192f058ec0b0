// How large everything is drawn: which stages show numbers, which are pictures, and how the slices
// of a stage stand beside each other. Sizes alone, no elements.

import { cellText, widthOf } from "./figures.js";
import { cellIn, clamp, Folding, wholeOf } from "./geometry.js";

/** From this height on there is room for a weight beside the number. */
export const WEIGHT_HEIGHT = 40;

// From this height on a cell shows its number.
const NUMBER_HEIGHT = 28;
const MOST_NUMBERS = 420;
const MOST_READ = 4;
const LARGEST = 48;
const MOST_ROWS_OF_TILES = 4;
const MOST_SAMPLED = 600;
const MOST_DIGITS = 7.35;
const MOST_LETTERS_OF_TEXT = 18;
const NO_HEADER = { width: 0, height: 0 };

/** How a stage is drawn at a zoom. */
export class StageLayout {
  /**
   * @param {object} stage of the flow
   * @param {(cell: object) => unknown} read a cell's value
   * @param {{zoom: number, isNarrow: boolean, digit: number}} scene how far it is zoomed, on how wide
   *   a screen, and how wide a digit is for its font's size
   */
  constructor(stage, read, { zoom, isNarrow, digit }) {
    const { height, width, isImage } = stage;
    const isSpatial = (isImage || height * width <= 16) && height > 1 && width > 1;
    this.folding = new Folding(height, width, isSpatial);
    this.cellHeight = zoomed(baseHeight(stage, this.folding, isNarrow), zoom);
    this.hasNumbers = this.cellHeight >= NUMBER_HEIGHT;
    this.fontSize = this.cellHeight >= WEIGHT_HEIGHT ? 13 : this.cellHeight >= 34 ? 12 : 11;
    const letter = this.fontSize * digit;
    this.cellWidth = this.hasNumbers
      ? Math.max(this.cellHeight, Math.ceil(longest(stage, read) * letter + 9))
      : this.cellHeight;
    // How many digits fit into a cell.
    this.room = (this.cellWidth - 5) / letter;
    const isHeaded = this.hasNumbers && !this.folding.isFolded;
    this.header = isHeaded ? headerSize(stage, 10 * digit) : NO_HEADER;
    this.width = this.folding.places * this.cellWidth + this.header.width;
    this.height = this.folding.lines * this.cellHeight + this.header.height;
    this.tiles = tilesOf(stage, this.width);
  }

  /** Where a cell is drawn in its slice's box. */
  box(row, column) {
    return this.areaBox({ ...this.folding.placeOf(row, column), lines: 1, places: 1 });
  }

  areaBox({ line, place, lines, places }) {
    return {
      left: this.header.width + place * this.cellWidth,
      top: this.header.height + line * this.cellHeight,
      width: places * this.cellWidth,
      height: lines * this.cellHeight,
    };
  }

  /** The row and the column at a point of a slice's box, or null. */
  cellAt(x, y) {
    const line = Math.floor((y - this.header.height) / this.cellHeight);
    const place = Math.floor((x - this.header.width) / this.cellWidth);
    return this.folding.cellAt(line, place);
  }
}

/** Few numbers are there to be read at once; many are pictures first. */
function baseHeight({ slices, kind }, { lines, places }, isNarrow) {
  const side = Math.max(lines, places);
  const count = slices.length;
  if (kind === "training" && lines > 6) return NUMBER_HEIGHT;
  const isFew = count <= MOST_READ && count * lines * places <= MOST_NUMBERS && side <= 20;
  if (isFew && side > 10) return 30;
  if (isFew) return (isNarrow ? 34 : 40) + (side > 6 ? 0 : isNarrow ? 2 : 4);
  return side === 1 ? 32 : clamp(Math.floor(pictureSize(count, isNarrow) / side), 1, 14);
}

/** How large a picture is, for how many there are of them. */
function pictureSize(count, isNarrow) {
  if (count === 1) return isNarrow ? 220 : 280;
  return count <= MOST_READ ? 140 : count <= 12 ? 96 : 64;
}

/** Zooming in, a cell grows until its number can be read, zooming out without an end. */
function zoomed(base, zoom) {
  const height = zoom > 1 ? Math.min(Math.max(base, LARGEST), base * zoom) : base * zoom;
  return height >= 2 ? Math.round(height) : Math.max(height, 0.5);
}

/** How many digits wide the longest number is that must fit; of many numbers some are asked. */
function longest({ slices }, read) {
  const whole = wholeOf(slices[0]);
  const size = whole.height * whole.width;
  const count = slices.length * size;
  let most = 1;
  for (let at = 0; at < count; at += Math.ceil(count / MOST_SAMPLED)) {
    const slice = slices[Math.floor(at / size)].number;
    const value = read({ ...cellIn(whole, at % size), slice });
    const wide = widthOf(cellText(value, MOST_DIGITS));
    most = Math.max(most, typeof value === "string" ? Math.min(MOST_LETTERS_OF_TEXT, wide) : wide);
  }
  return most;
}

/** Before rows and above columns stand their names, or their numbers where there are several. */
function headerSize({ height, width, rows, columns, slices }, letter) {
  if (height * width === 1) return { width: 0, height: slices[0].caption ? 0 : 16 };
  const named = Math.ceil(Math.max(0, ...rows.map((row) => row.length)) * letter);
  const counted = height === 1 ? 0 : Math.ceil(String(height - 1).length * letter) + 10;
  return {
    width: named ? Math.min(120, named + 8) : counted,
    height: columns.some(Boolean) || width > 1 ? 16 : 0,
  };
}

/** Whether slices stand in rows that other stages share, or in a grid of their own. */
function tilesOf({ slices }, sliceWidth) {
  const count = slices.length;
  const rows = 1 + Math.max(...slices.map(({ tile }) => tile));
  const places = 1 + Math.max(...slices.map((slice) => slice.place));
  if (rows <= MOST_ROWS_OF_TILES && places <= MOST_ROWS_OF_TILES) {
    return { isShared: true, rows, across: places };
  }
  const most = Math.max(1, Math.floor(560 / (sliceWidth + 14)));
  const across = places > 1 ? places : Math.min(most, Math.ceil(Math.sqrt(count * 1.3)));
  return { isShared: false, rows: Math.ceil(count / across), across };
}

/**
 * Return what is shown of a flow as cards: the stages of a lane in a column, in order.
 * @param {object} flow
 * @param {{step: number|null, sample: number|null}} choice of a training with many
 * @returns {Array<{lane: number, column: number, stages: object[]}>}
 */
export function cardsOf({ stages, lanes }, choice) {
  const isChosen = (lane) =>
    ["step", "sample"].every((name) => lane[name] === null || lane[name] === choice[name]);
  const shown = stages.filter(({ hidden, lane }) => !hidden && isChosen(lanes[lane]));
  const cards = [...Map.groupBy(shown, ({ lane, column }) => `${lane} ${column}`).values()];
  return cards
    .map((stages) => ({ lane: stages[0].lane, column: stages[0].column, stages }))
    .sort((a, b) => a.lane - b.lane || a.column - b.column);
}

/**
 * Return the steps and the samples that can be chosen.
 * @param {object} flow
 * @param {number|null} step of whose samples there is a list
 * @returns {{steps: number[], samples: number[]}}
 */
export function choices({ lanes }, step) {
  const different = (values) => [...new Set(values)].filter((value) => value !== null);
  return {
    steps: different(lanes.map((lane) => lane.step)),
    samples: different(lanes.map((lane) => (lane.step === step ? lane.sample : null))),
  };
}

/**
 * Return lanes in groups: the way there and the way back have a layer's cards below each other,
 * other lanes stand alone.
 * @param {object} flow
 * @param {number[]} lanes
 * @returns {number[][]}
 */
export function laneGroups(flow, lanes) {
  const isWay = (lane) => ["forward", "backward"].includes(flow.lanes[lane].direction);
  const groups = [];
  for (const lane of lanes) {
    const last = groups.at(-1);
    if (last && isWay(lane) && isWay(last[0])) last.push(lane);
    else groups.push([lane]);
  }
  return groups;
}
