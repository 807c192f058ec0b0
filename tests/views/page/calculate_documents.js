// Calculates documents as a page does: node calculate_documents.js DOCUMENTS.json RESULTS.json
//
// Of each document, {document, edits: [[slice, row, column, value]…], scenes}, the results are
// {before, after, scenes}: of each block with formulas its values in a row, before and after the
// edits (an error is {error}); and the scenes where they are asked for.

import { readFileSync, writeFileSync } from "node:fs";
import { Calculation } from "../../../cnncalc/views/page/sources/calculation.js";
import { decodeDocument } from "../../../cnncalc/views/page/sources/decode.js";
import { expandRuns } from "../../../cnncalc/views/page/sources/scenes.js";

const [, , source, target] = process.argv;
const results = [];
for (const given of JSON.parse(readFileSync(source, "utf8"))) results.push(await calculated(given));
writeFileSync(target, JSON.stringify(results));

async function calculated({ document, edits, scenes }) {
  const { flows, inputs, worksheet } = await decodeDocument(document);
  const calculation = new Calculation(flows[0], inputs[0], Boolean(worksheet));
  const before = valuesOf(calculation);
  for (const edit of edits) calculation.set(...edit);
  calculation.recalculate();
  return { before, after: valuesOf(calculation), scenes: scenes ? scenesOf(flows[0]) : null };
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
  const asList = ({ stage, slices, row, column, isCell }) => [stage, slices, row, column, isCell];
  return Array.from(expandRuns(flow), asList);
}
