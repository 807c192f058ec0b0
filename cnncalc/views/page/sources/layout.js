// How large everything is drawn: which stages show numbers, which are pictures, and how the slices
// of a stage stand beside each other. Sizes alone, no elements.

import { cellText } from "./figures.js";
import { Folding } from "./geometry.js";

/** From this height on a cell shows its number. */
export const NUMBER_HEIGHT = 28;
/** From this height on there is room for a weight beside the number. */
export const WEIGHT_HEIGHT = 40;

const MOST_NUMBERS = 420;
const MOST_READ = 4;
const LARGEST = 48;
const MOST_ROWS_OF_TILES = 4;
const MOST_SAMPLED = 600;
const MOST_LETTERS = 7;
const MOST_LETTERS_OF_TEXT = 18;

/** How a stage is drawn at a zoom. */
export class StageLayout {
  /**
   * @param {object} stage of the flow
   * @param {(slice: number, row: number, column: number) => unknown} read a cell's value
   * @param {{zoom: number, isNarrow: boolean, digit: number}} scene how far it is zoomed, on how wide
   *   a screen, and how wide a digit is for its font's size
   */
  constructor(stage, read, { zoom, isNarrow, digit }) {
    this.stage = stage;
    const [first] = stage.slices;
    const isSpatial = stage.isImage || first.height * first.width <= 16;
    this.folding = new Folding(first.height, first.width, isSpatial && !isVector(stage));
    this.base = baseHeight(stage, this.folding, isNarrow);
    this.cellHeight = zoomed(this.base, zoom);
    this.hasNumbers = this.cellHeight >= NUMBER_HEIGHT;
    this.fontSize = this.cellHeight >= WEIGHT_HEIGHT ? 13 : this.cellHeight >= 34 ? 12 : 11;
    this.letter = this.fontSize * digit;
    this.cellWidth = this.hasNumbers ? this.numberWidth(read) : this.cellHeight;
    this.header = this.hasNumbers
      ? headerSize(stage, this.folding, 10 * digit)
      : { width: 0, height: 0 };
    this.tiles = tilesOf(stage, this.sliceWidth);
  }

  /** How many characters fit into a cell. */
  get room() {
    return Math.floor((this.cellWidth - 4) / this.letter);
  }

  get sliceWidth() {
    return this.folding.places * this.cellWidth + this.header.width;
  }

  get sliceHeight() {
    return this.folding.lines * this.cellHeight + this.header.height;
  }

  /** Where a cell is drawn in its slice's box. */
  box(row, column) {
    const { line, place } = this.folding.placeOf(row, column);
    return this.areaBox({ line, place, lines: 1, places: 1 });
  }

  areaBox({ line, place, lines, places }) {
    return {
      x: this.header.width + place * this.cellWidth,
      y: this.header.height + line * this.cellHeight,
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

  numberWidth(read) {
    let letters = 1;
    for (const value of sampled(this.stage, read)) {
      const isText = typeof value === "string";
      const most = isText ? MOST_LETTERS_OF_TEXT : MOST_LETTERS;
      letters = Math.max(letters, Math.min(most, cellText(value, most).length));
    }
    return Math.max(this.cellHeight, Math.ceil(letters * this.letter + 9));
  }
}

const isVector = (stage) => stage.height === 1 || stage.width === 1;

/** Few numbers are there to be read at once; many are pictures first. */
function baseHeight(stage, { lines, places }, isNarrow) {
  const longest = Math.max(lines, places);
  const count = stage.slices.length;
  if (stage.kind === "training" && lines > 6) return NUMBER_HEIGHT;
  const isFew = count <= MOST_READ && count * lines * places <= MOST_NUMBERS && longest <= 20;
  if (isFew) return numberHeight(longest, isNarrow);
  if (longest === 1) return 32;
  return Math.max(1, Math.min(14, Math.floor(pictureSize(count, isNarrow) / longest)));
}

function numberHeight(longest, isNarrow) {
  if (longest > 10) return 30;
  if (isNarrow) return longest <= 6 ? 36 : 34;
  return longest <= 6 ? 44 : 40;
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

function* sampled(stage, read) {
  const cells = stage.slices.length * stage.height * stage.width;
  const step = Math.ceil(cells / MOST_SAMPLED);
  let next = 0;
  for (const { number, height, width } of stage.slices) {
    for (; next < height * width; next += step) {
      yield read(number, Math.floor(next / width), next % width);
    }
    next -= height * width;
  }
}

/** Before rows and above columns stand their names, or their numbers where there are several. */
function headerSize(stage, folding, letter) {
  if (folding.isFolded) return { width: 0, height: 0 };
  const [slice] = stage.slices;
  if (slice.height * slice.width === 1) return { width: 0, height: slice.caption ? 0 : 16 };
  const longest = Math.max(0, ...stage.rows.map((row) => row.length));
  const named = Math.min(120, Math.ceil(longest * letter) + 8);
  const isRow = slice.height === 1;
  const isColumn = slice.width === 1;
  return {
    width:
      longest > 0 ? named : isRow ? 0 : Math.ceil(String(slice.height - 1).length * letter) + 10,
    height: stage.columns.some(Boolean) || !isColumn ? 16 : 0,
  };
}

/** Whether slices stand in rows that other stages share, or in a grid of their own. */
function tilesOf(stage, sliceWidth) {
  const count = stage.slices.length;
  const rows = 1 + Math.max(...stage.slices.map((slice) => slice.tile));
  const places = 1 + Math.max(...stage.slices.map((slice) => slice.place));
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
export function cardsOf(flow, choice) {
  const cards = new Map();
  for (const stage of flow.stages) {
    if (stage.hidden || !isChosen(flow.lanes[stage.lane], choice)) continue;
    const key = `${stage.lane} ${stage.column}`;
    if (!cards.has(key)) cards.set(key, { lane: stage.lane, column: stage.column, stages: [] });
    cards.get(key).stages.push(stage);
  }
  return [...cards.values()].sort((a, b) => a.lane - b.lane || a.column - b.column);
}

const isChosen = (lane, { step, sample }) =>
  (lane.step === null || lane.step === step) && (lane.sample === null || lane.sample === sample);

/**
 * Return the steps and the samples that can be chosen.
 * @param {object} flow
 * @param {number|null} step of whose samples there is a list
 * @returns {{steps: number[], samples: number[]}}
 */
export function choices(flow, step) {
  const lanes = flow.lanes.filter((lane) => lane.step !== null);
  const steps = [...new Set(lanes.map((lane) => lane.step))];
  const ofStep = lanes.filter((lane) => lane.step === step && lane.sample !== null);
  return { steps, samples: [...new Set(ofStep.map((lane) => lane.sample))] };
}

/**
 * Return lanes in groups: the way there and the way back have a layer's cards below each other,
 * other lanes stand alone.
 * @param {object} flow
 * @param {number[]} lanes
 * @returns {number[][]}
 */
export function laneGroups(flow, lanes) {
  const groups = [];
  let before = null;
  for (const lane of lanes) {
    const isWay = ["forward", "backward"].includes(flow.lanes[lane].direction);
    if (isWay && before) groups.at(-1).push(lane);
    else groups.push([lane]);
    before = isWay;
  }
  return groups;
}
