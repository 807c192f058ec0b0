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
  const what = [stageName(flow, stage, beside), isPlace ? place : ""].filter(Boolean).join(" ");
  return [what, isPlace ? "" : place, captionName(flow, slice), elsewhere(stage, beside)]
    .filter(Boolean)
    .join(beside ? " · " : ", ");
}

/** The name of a range of cells: of a whole slice without its rows and columns. */
export function regionName(flow, region, beside = null) {
  const { slice, row, column, height, width } = region;
  if (height * width === 1) return cellName(flow, region, beside);
  const stage = flow.stageOf(slice);
  const { height: rows, width: columns } = flow.sliceOf(slice);
  const [top, left] = originOf(flow, slice);
  const parts = [stageName(flow, stage, beside), captionName(flow, slice)];
  if (height < rows) parts.push(spanName("row", row - top, height, stage.rows));
  if (width < columns) parts.push(spanName("column", column - left, width, stage.columns));
  return [...parts, elsewhere(stage, beside)].filter(Boolean).join(beside ? " · " : ", ");
}

/** What a stage is called: its layer where it is the layer's result, else its title as well. */
export function stageName(flow, stage, beside = null) {
  if (stage.isImage) return "image";
  const title = titleName(stage);
  if (!stage.layer || beside?.layer === stage.layer) return title;
  return isResult(flow, stage) ? stage.layer : `${stage.layer} ${title}`;
}

/** A stage's title; weights and what is drawn beside them have one title for all. */
function titleName({ isWeight, kind, name, title }) {
  const isBesideWeights = kind === "helper" && title === "Weights";
  return isWeight || isBesideWeights ? name.replaceAll("_", " ") : lowered(title);
}

/** Tell whether a stage is what its layer hands on: the last one that is not a smaller step. */
function isResult(flow, stage) {
  const alike = ({ kind, layer, lane }) =>
    kind === "stage" && layer === stage.layer && lane === stage.lane;
  return flow.stages.filter(alike).at(-1) === stage;
}

/** Of which step and sample a stage is, where it isn't that of the one beside it. */
function elsewhere(stage, beside) {
  if (!beside) return "";
  const isOther = (name) => stage[name] !== null && stage[name] !== beside[name];
  const parts = [];
  if (isOther("step")) parts.push(`step ${stage.step}`);
  if (isOther("sample")) parts.push(`sample ${stage.sample}`);
  return parts.join(" ");
}

/** Where in its slice a cell stands: `(1, 1)`, a vector's `1`, or the names of row and column. */
function placeName(flow, slice, row, column) {
  const stage = flow.stageOf(slice);
  const { height, width } = flow.sliceOf(slice);
  if (stage.rows.length || stage.columns.length) {
    return [nameAt(stage.rows, row, height, "row"), nameAt(stage.columns, column, width, "column")]
      .filter(Boolean)
      .join(" ");
  }
  const [top, left] = originOf(flow, slice);
  if (isGrid(stage) || (height > 1 && width > 1))
    return `(${row - top}, ${column - left})`.replaceAll("-", "−");
  return height * width === 1 ? "" : String(row + column);
}

/** Tell whether the slices are grids, even of a single row: what windows slide over and leave. */
const isGrid = ({ kind, layer, name, isImage }) =>
  isImage ||
  (kind === "stage" && layer !== "") ||
  (kind === "weight" && name === "kernel") ||
  isOfSample(kind, name);

const isOfSample = (kind, name) =>
  kind === "gradient" && ["output", "pre-activation", "input"].includes(name);

const nameAt = (names, place, count, noun) =>
  names.length ? (names[place] ?? "") : count > 1 ? `${noun} ${place}` : "";

/** The cell that counts as (0, 0): padding has rows and columns below 0. */
export function originOf(flow, slice) {
  const [{ row, column }, ...others] = flow.sliceOf(slice).blocks;
  return others.every(({ role }) => role === "padding") ? [row, column] : [0, 0];
}

function spanName(noun, first, count, names) {
  const [start, end] = [names[first] || first, names[first + count - 1] || first + count - 1];
  const isNamed = Boolean(names[first]);
  if (count === 1) return isNamed ? start : `${noun} ${start}`;
  return isNamed ? `${start} to ${end}` : `${noun}s ${start} to ${end}`;
}

/** A slice's caption, without what the stage's name says; its number where nothing is left. */
function captionName(flow, slice) {
  const stage = flow.stageOf(slice);
  const { caption, index } = flow.sliceOf(slice);
  const said = `${stage.name} ${stage.title}`.toLowerCase();
  const parts = caption.split(", ").filter((part) => !said.includes(part.toLowerCase()));
  const isNumbered = caption && !parts.length && stage.slices.length > 1;
  return isNumbered ? `number ${index.at(-1)}` : parts.join(", ");
}

const lowered = (text) => (/^[A-Z][^A-Z]*$/.test(text) ? text.toLowerCase() : text);
