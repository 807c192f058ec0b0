/**
 * The state of a page as the fragment of a link: `f=1&at=3.1.1&e=0.2.1:5;0.2.2:-3`.
 *
 * A link can come from anybody: its length, its numbers and its places are bounded here, and
 * whoever applies it takes only what is an input of the page.
 */

const LONGEST_LINK = 32_000;
const MOST_EDITS = 4_096;
const LONGEST_TEXT = 200;
const CELL = /^(\d{1,7})\.(\d{1,7})\.(\d{1,7})$/;
const PLAIN_NUMBER = /^-?(\d{1,20}(\.\d{1,20})?)(e[+-]?\d{1,3})?$/;

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
  if (edits.length) {
    const written = edits.map(([cell, value]) => `${writeCell(cell)}:${writeValue(value)}`);
    parts.push(`e=${written.join(";")}`);
  }
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
  const lesson = /^([\w.%-]{1,200})\/(\d{1,7}(?:,\d{1,7}){0,2})$/.exec(text);
  if (lesson) return { layer: unescaped(lesson[1]), at: lesson[2].split(",").map(Number) };
  const fields = new Map(text.split("&").map((part) => splitOnce(part, "=")));
  if (![...fields.keys()].every((name) => ["f", "at", "e"].includes(name))) return null;
  const flow = fields.get("f") ?? "0";
  const selection = fields.has("at") ? readCell(fields.get("at")) : null;
  const edits = fields.has("e") ? readEdits(fields.get("e")) : [];
  const isUsable = /^\d{1,4}$/.test(flow) && edits && (selection || !fields.has("at"));
  return isUsable ? { flow: Number(flow), selection, edits } : null;
}

function readEdits(text) {
  const parts = text.split(";");
  if (parts.length > MOST_EDITS) return null;
  const edits = parts.map((part) => {
    const [cell, value] = splitOnce(part, ":");
    return [readCell(cell), readValue(value)];
  });
  return edits.every(([cell, value]) => cell && value !== null) ? edits : null;
}

function readCell(text) {
  const found = CELL.exec(text);
  if (!found) return null;
  const [slice, row, column] = found.slice(1).map(Number);
  return { slice, row, column };
}

function readValue(text) {
  if (text.startsWith("'")) {
    const name = unescaped(text.slice(1));
    return name !== null && name.length <= LONGEST_TEXT ? name : null;
  }
  const number = PLAIN_NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function splitOnce(text, sign) {
  const at = text.indexOf(sign);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + sign.length)];
}
