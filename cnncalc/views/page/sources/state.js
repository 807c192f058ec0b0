/** The state of a page as a file (.json), which cnncalc's commands read as well. */

import { cellsOf, inRows } from "./flow.js";
import { readName } from "./typing.js";

const STATE_VERSION = 1;
const INPUT_ROLES = ["pixels", "weights", "name", "choice"];

/**
 * Return what a calculation's inputs, or a worksheet's answers, hold.
 *
 * @param {import("./calculation.js").Calculation} calculation
 * @param {object | null} worksheet the document's
 * @returns {object} to be written as JSON
 */
export function writeState(calculation, worksheet) {
  const inputs = stateBlocks(calculation).map((block) => matrixOf(calculation, block));
  return worksheet
    ? { cnncalc: "answers", version: STATE_VERSION, header: worksheet.header, inputs }
    : {
        cnncalc: "state",
        version: STATE_VERSION,
        calculation: calculation.flow.calculation ?? null,
        inputs,
      };
}

/** The blocks whose numbers are a state, in order. */
function stateBlocks({ flow, isWorksheet }) {
  const roles = isWorksheet ? ["answer"] : INPUT_ROLES;
  const isSeen = ({ slice }) => !flow.stageOf(slice).hidden;
  return flow.blocks.filter((block) => roles.includes(block.role) && !block.tile && isSeen(block));
}

const matrixOf = (calculation, block) =>
  inRows(
    cellsOf(block).map((cell) => calculation.value(block.slice, ...cell)),
    block.width,
  );

/**
 * Read the inputs of a state.
 *
 * @param {import("./calculation.js").Calculation} calculation the one that it belongs to
 * @param {unknown} inputs its matrices
 * @returns {{slice: number, row: number, column: number, value: number | string | null}[] | null}
 *   the changes; null where they don't fit
 */
export function readInputs(calculation, inputs) {
  const blocks = stateBlocks(calculation);
  if (!Array.isArray(inputs) || inputs.length !== blocks.length) return null;
  const isFit = blocks.every((block, place) =>
    isMatrix(inputs[place], block, calculation.isWorksheet),
  );
  return isFit
    ? blocks.flatMap((block, place) => changesOf(calculation, block, inputs[place]))
    : null;
}

/** What a matrix puts into the cells of a block that can be typed over. */
function changesOf(calculation, { slice, ...box }, matrix) {
  const values = matrix.flat();
  return cellsOf(box)
    .map(([row, column], cell) => ({ slice, row, column, value: values[cell] }))
    .filter((change) => calculation.isInput(change.slice, change.row, change.column));
}

const isMatrix = (matrix, { height, width, role }, isWorksheet) =>
  Array.isArray(matrix) &&
  matrix.length === height &&
  matrix.every(
    (row) =>
      Array.isArray(row) &&
      row.length === width &&
      row.every((value) => isStateValue(value, role, isWorksheet)),
  );

function isStateValue(value, role, isWorksheet) {
  if (value === null) return isWorksheet;
  if (role === "name") return typeof value === "string" && readName(value).value === value;
  return Number.isFinite(value);
}

/** Tell whether two calculations, as files name them, are the same. */
export const isSameCalculation = (one, other) => JSON.stringify(one) === JSON.stringify(other);
