/** What cells and ranges are called: by what they show and where, as the terminal says it. */

/**
 * Return the name of a cell, such as `conv2d (1, 1), filter 0`.
 *
 * @param {import("./flow.js").Flow} flow
 * @param {{slice: number, row: number, column: number}} cell
 * @param {object | null} beside the stage in whose formula it is named: what is of the same layer
 *   needs no layer there, and no commas
 */
export function cellName(flow, { slice, row, column }, beside = null) {
  const stage = flow.stageOf(slice);
  const place = placeName(flow, slice, row, column);
  const isPlace = /^(\(|\d+$)/.test(place);
  const what = [stageName(stage, beside), isPlace ? place : ""].filter(Boolean).join(" ");
  return inWords([what, isPlace ? "" : place, captionName(flow, slice)], stage, beside);
}

/** The name of a range of cells: of a whole slice without its rows and columns. */
export function regionName(flow, region, beside = null) {
  const { slice, row, column, height, width } = region;
  if (height * width === 1) return cellName(flow, region, beside);
  const stage = flow.stageOf(slice);
  const whole = flow.slices[slice];
  const [top, left] = originOf(flow, slice);
  const parts = [stageName(stage, beside), captionName(flow, slice)];
  if (height < whole.height) parts.push(spanName("row", row - top, height, stage.rows));
  if (width < whole.width) parts.push(spanName("column", column - left, width, stage.columns));
  return inWords(parts, stage, beside);
}

/** What a stage is called; beside one of its own layer without the layer. */
const stageName = ({ layer, short, called }, beside) =>
  layer && beside?.layer === layer ? short : called;

/** The parts of a name, and of which step and sample it is, where the one beside it is of another. */
function inWords(parts, stage, beside) {
  const others = beside ? timesOf(stage, beside).join(" ") : "";
  return [...parts, others].filter(Boolean).join(beside ? " · " : ", ");
}

/** Which step and sample a stage is of, where the one beside it is of another. */
export function timesOf(stage, beside = {}) {
  const isOther = (name) => stage[name] !== null && stage[name] !== beside[name];
  return ["step", "sample"].filter(isOther).map((name) => `${name} ${stage[name]}`);
}

/** Where in its slice a cell stands: `(1, 1)`, a vector's `1`, or the names of row and column. */
function placeName(flow, slice, row, column) {
  const stage = flow.stageOf(slice);
  const { height, width } = flow.slices[slice];
  if (stage.rows.length || stage.columns.length) {
    const names = [
      nameAt(stage.rows, row, height, "row"),
      nameAt(stage.columns, column, width, "column"),
    ];
    return names.filter(Boolean).join(" ");
  }
  const [top, left] = originOf(flow, slice);
  if (stage.isGrid || (height > 1 && width > 1))
    return `(${row - top}, ${column - left})`.replaceAll("-", "−");
  return height * width === 1 ? "" : String(row + column);
}

const nameAt = (names, place, count, noun) =>
  names.length ? (names[place] ?? "") : count > 1 ? `${noun} ${place}` : "";

/** The cell that counts as (0, 0): padding has rows and columns below 0. */
export function originOf(flow, slice) {
  const [{ row, column }, ...others] = flow.slices[slice].blocks;
  return others.every(({ role }) => role === "padding") ? [row, column] : [0, 0];
}

function spanName(noun, first, count, names) {
  const [start, end] = [first, first + count - 1].map((place) => names[place] || place);
  if (count > 1) return `${names[first] ? "" : `${noun}s `}${start} to ${end}`;
  return names[first] || `${noun} ${start}`;
}

/** A slice's caption, without what the stage's name says; its number where nothing is left. */
function captionName(flow, slice) {
  const { name, title, slices } = flow.stageOf(slice);
  const { caption, index } = flow.slices[slice];
  const said = `${name} ${title}`.toLowerCase();
  const parts = caption.split(", ").filter((part) => !said.includes(part.toLowerCase()));
  return caption && !parts.length && slices.length > 1
    ? `number ${index.at(-1)}`
    : parts.join(", ");
}
