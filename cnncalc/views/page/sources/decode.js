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
  let end = 0;
  const next = (size) => {
    end += size;
    return end - size;
  };
  const read = {
    f4: () => view.getFloat32(next(4), true),
    w4: () => Number(read.f4().toPrecision(16)),
    f8: () => view.getFloat64(next(8), true),
  };
  return parts.flatMap(([code, count]) => Array.from({ length: count }, read[code]));
}

/** Hand numbers and texts out to the cells of all flows, in the order in which they were written. */
function inputsOf(flows, numbers, texts) {
  const [number, text] = [numbers.values(), texts.values()];
  let first = null;
  return flows.map((flow) => {
    const inputs = flow.blocks.flatMap((block) => {
      if (block.tile) return [];
      const places = placesOf(flow, block);
      if (block.same) {
        const same = placesOf(flows[0], { ...block, ...block.same });
        return places.map((place, cell) => [place, first.get(same[cell])]);
      }
      const source = block.role === "name" ? text : number;
      return places.map((place) => [place, source.next().value]);
    });
    first ??= new Map(inputs);
    return inputs;
  });
}

const placesOf = (flow, block) => cellsOf(block).map((cell) => flow.place(block.slice, ...cell));
