/** Reads the document of a page: what it is called, its flows, and the numbers that are entered. */

import { Flow } from "./flow.js";

/**
 * Read a document.
 *
 * @param {string} text its JSON
 * @returns {Promise<object>} its fields; `flows` are `Flow`s, and `inputs` are, for each of them,
 *   `[place, number or text]` pairs of the cells that hold no formula
 */
export async function decodeDocument(text) {
  const { data, numbers, ...said } = JSON.parse(text);
  const [described, bytes] = await Promise.all([data, numbers].map(inflated));
  const { flows, templates, texts, parts, exact, ...shown } = JSON.parse(
    new TextDecoder().decode(described),
  );
  const read = flows.map((flow, number) => new Flow(flow, number, templates));
  const entered = readNumbers(bytes, parts);
  for (const [place, number] of exact ?? []) entered[place] = number;
  return { ...said, ...shown, flows: read, inputs: inputsOf(read, entered, texts) };
}

async function inflated(base64) {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Numbers as they were coded: as float32, as float32 written with 16 digits, as float64. */
function readNumbers(bytes, parts) {
  const view = new DataView(bytes);
  const numbers = new Float64Array(parts.reduce((sum, [, count]) => sum + count, 0));
  let [place, at] = [0, 0];
  for (const [code, count] of parts) {
    const size = code === "f8" ? 8 : 4;
    for (const end = place + count; place < end; place += 1, at += size) {
      const number = size === 8 ? view.getFloat64(at, true) : view.getFloat32(at, true);
      numbers[place] = code === "w4" ? Number(number.toPrecision(16)) : number;
    }
  }
  return numbers;
}

/** Hand numbers and texts out to the cells of all flows, in the order in which they were written. */
function inputsOf(flows, numbers, texts) {
  const [number, text] = [numbers.values(), texts.values()];
  let first = null;
  return flows.map((flow) => {
    const inputs = [];
    const take = (block) => {
      const source = block.role === "name" ? text : number;
      const same = block.same && placesOf(flows[0], { ...block, ...block.same });
      for (const [cell, place] of placesOf(flow, block).entries()) {
        inputs.push([place, same ? first.get(same[cell]) : source.next().value]);
      }
    };
    flow.blocks.filter(({ tile }) => !tile).forEach(take);
    if (flows.length > 1) first ??= new Map(inputs);
    return inputs;
  });
}

function placesOf(flow, { slice, row, column, height, width }) {
  const places = [];
  for (let down = 0; down < height; down += 1) {
    const start = flow.place(slice, row + down, column);
    for (let across = 0; across < width; across += 1) places.push(start + across);
  }
  return places;
}
