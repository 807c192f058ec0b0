/**
 * The state of a page as the fragment of a link: `f=1&at=3.1.1&e=0.2.1:5;0.2.2:-3`.
 *
 * A link can come from anybody: its length, its numbers and its places are bounded here, and
 * whoever applies it takes only what is an input of the page.
 */

import { abs } from "./geometry.js";

const LONGEST_LINK = 32_000;
const MOST_EDITS = 4_096;
const LESSON = /^([\w.%-]{1,200})\/(\d{1,7}(?:,\d{1,7}){0,2})$/;
const FIELDS = /^(?:f=(\d{1,4})(?:&|$))?(?:at=([\d.]+)(?:&|$))?(?:e=(.+))?$/;
const CELL = /^(\d{1,7})\.(\d{1,7})\.(\d{1,7})$/;
const EDIT = /^([\d.]+):(?:(-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?)|'(.*))$/;

/**
 * Write a state.
 *
 * @param {{flow: number, selection: object | null, edits: [object, number | string][]}} state
 * @returns {string | null} null where there are too many changes for a link
 */
export function writeFragment({ flow, selection, edits }) {
  const parts = [];
  if (flow) parts.push(`f=${flow}`);
  if (selection) parts.push(`at=${writeCell(selection)}`);
  const written = edits.map(([cell, value]) => `${writeCell(cell)}:${writeValue(value)}`);
  if (edits.length) parts.push(`e=${written.join(";")}`);
  const text = parts.join("&");
  return edits.length > MOST_EDITS || text.length > LONGEST_LINK ? null : text;
}

const writeCell = ({ slice, row, column }) => `${slice}.${row}.${column}`;

const writeValue = (value) =>
  typeof value === "number" ? String(value) : `'${encodeURIComponent(value)}`;

/**
 * Read a state, or the place of a number, such as `conv2d/1,1,0`.
 *
 * @param {string} text a fragment without its `#`
 * @returns {object | null} `{flow, selection, edits}` or `{layer, at}`; null for anything else
 */
export function readFragment(text) {
  if (text.length > LONGEST_LINK) return null;
  const [, layer, at] = LESSON.exec(text) ?? [];
  if (layer) return { layer: unescaped(layer), at: at.split(",").map(Number) };
  const [isState, flow = 0, cell, written] = FIELDS.exec(text) ?? [];
  const selection = readCell(cell ?? "");
  const edits = written?.split(";").map(readEdit) ?? [];
  const isFit = edits.length <= MOST_EDITS && edits.every(Boolean) && (selection || !cell);
  return isState && isFit ? { flow: Number(flow), selection, edits } : null;
}

function readCell(text) {
  const [, slice, row, column] = CELL.exec(text)?.map(Number) ?? [];
  return slice === undefined ? null : { slice, row, column };
}

function readEdit(text) {
  const [, place, number, name] = EDIT.exec(text) ?? [];
  const cell = place && readCell(place);
  const value = number === undefined ? unescaped(name ?? "%") : Number(number);
  return cell && value !== null && abs(value) !== Infinity ? [cell, value] : null;
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
