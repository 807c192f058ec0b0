// Calculates documents as a page does: node calculate_documents.js DOCUMENTS.json RESULTS.json
//
// Of each document, {document, edits: [[slice, row, column, value]…]}, the results are {before,
// after, scenes}, a list each with an entry a flow: of each block with formulas its values in a row,
// before and after the edits of the first flow (an error is {error}); the scenes.

import { readFileSync, writeFileSync } from "node:fs";
import { decodeDocument } from "../../../cnncalc/views/page/sources/decode.js";
import { expandRuns } from "../../../cnncalc/views/page/sources/scenes.js";
import { Store } from "../../../cnncalc/views/page/sources/store.js";

const [, , source, target] = process.argv;
const results = [];
for (const given of JSON.parse(readFileSync(source, "utf8"))) results.push(await calculated(given));
writeFileSync(target, JSON.stringify(results));

async function calculated({ document, edits }) {
  const store = new Store(await decodeDocument(document));
  const before = allValues(store);
  const refusal = store.put(
    edits.map(([slice, row, column, value]) => ({ slice, row, column, value })),
  );
  if (refusal) throw new Error(refusal);
  return { before, after: allValues(store), scenes: store.flows.map(scenesOf) };
}

/** The values of all flows; then the first is shown again. */
function allValues(store) {
  const values = store.flows.map((_, number) => {
    store.switchTo(number);
    return valuesOf(store.calculation);
  });
  store.switchTo(0);
  return values;
}

function valuesOf(calculation) {
  return calculation.flow.blocks
    .filter((block) => block.tile)
    .map(({ slice, row, column, height, width }) =>
      Array.from({ length: height * width }, (_, cell) =>
        calculation.value(slice, row + Math.floor(cell / width), column + (cell % width)),
      ),
    );
}

function scenesOf(flow) {
  const asList = ({ stage, slices, first, row, column, isCell }) => {
    return [stage, slices, first, row, column, isCell];
  };
  return Array.from(expandRuns(flow), asList);
}
