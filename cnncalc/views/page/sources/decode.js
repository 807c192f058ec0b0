/** Reads the document of a page: what it is called, its flows, and the numbers that are entered. */

import { cellsOf, Flow } from "./flow.js";

/**
 * Read a document.
 *
 * @param {string} text its JSON
 * @returns {Promise<object>} its fields; `flows` are `Flow`s, and `inputs` are, for each of them,
 *   `[place, number or text]` pairs of the cells that hold no formula
 */
export async function decodeDocument(text) {
  const { data, numbers, ...said } = JSON.parse(text);
  const { flows, templates, texts, parts, exact, ...shown } = JSON.parse(
    new TextDecoder().decode(await inflated(data)),
  );
  const read = flows.map((flow, number) => new Flow(flow, number, templates));
  const entered = readNumbers(await inflated(numbers), parts);
  for (const [place, number] of exact ?? []) entered[place] = number;
  return { ...said, ...shown, flows: read, inputs: inputsOf(read, entered, texts) };
}

async function inflated(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers as they were coded: as float32, as float32 written with 16 digits, as float64. */
function readNumbers(bytes, parts) {
  const view = new DataView(bytes.buffer);
  const numbers = [];
  let at = 0;
  for (const [code, count] of parts) {
    for (let place = 0; place < count; place += 1) {
      numbers.push(readNumber(view, at, code));
      at += code === "f8" ? 8 : 4;
    }
  }
  return numbers;
}

function readNumber(view, at, code) {
  if (code === "f8") return view.getFloat64(at, true);
  const number = view.getFloat32(at, true);
  return code === "w4" ? Number(number.toPrecision(16)) : number;
}

/** Hand numbers and texts out to the cells of all flows, in the order in which they were written. */
function inputsOf(flows, numbers, texts) {
  const sources = { numbers: numbers.values(), texts: texts.values() };
  const first = new Map();
  return flows.map((flow) => {
    const entered = flow.blocks.filter((block) => !block.tile);
    const inputs = entered.flatMap((block) => filled(flow, block, sources, flows[0], first));
    if (flow.number === 0) for (const [place, value] of inputs) first.set(place, value);
    return inputs;
  });
}

/** The cells of a block with their values: the next ones, or those of the same block before. */
function filled(flow, block, sources, firstFlow, first) {
  const placesIn = (cells, owner, slice) => cells.map((cell) => owner.place(slice, ...cell));
  const places = placesIn(cellsOf(block), flow, block.slice);
  if (block.same) {
    const [slice, row, column] = block.same;
    const same = placesIn(cellsOf({ ...block, row, column }), firstFlow, slice);
    return places.map((place, cell) => [place, first.get(same[cell])]);
  }
  const source = block.role === "name" ? sources.texts : sources.numbers;
  return places.map((place) => [place, source.next().value]);
}
