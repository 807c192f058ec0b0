/** The state of a page as a file (.json), which cnncalc's commands read as well. */

import { cellsOf, inRows } from "./flow.js";
import { readName } from "./typing.js";

const INPUT_ROLES = ["pixels", "weights", "name", "choice"];

/**
 * Return what a calculation's inputs, or a worksheet's answers, hold.
 *
 * @param {import("./calculation.js").Calculation} calculation
 * @param {object | null} worksheet the document's
 * @returns {object} to be written as JSON
 */
export function writeState(calculation, worksheet) {
  const inputs = stateBlocks(calculation).map((block) => {
    const values = cellsOf(block).map((cell) => calculation.value(block.slice, ...cell));
    return inRows(values, block.width);
  });
  const whose = worksheet
    ? { cnncalc: "answers", version: 1, header: worksheet.header }
    : { cnncalc: "state", version: 1, calculation: calculation.flow.calculation ?? null };
  return { ...whose, inputs };
}

/** The blocks whose numbers are a state, in order. */
function stateBlocks({ flow, isWorksheet }) {
  const roles = isWorksheet ? ["answer"] : INPUT_ROLES;
  return flow.blocks.filter(
    ({ role, tile, slice }) => roles.includes(role) && !tile && !flow.stageOf(slice).hidden,
  );
}

/** Return a state, or the one that a text is the JSON of; null for anything else. */
export function readState(given) {
  try {
    const state = typeof given === "string" ? JSON.parse(given) : given;
    return ["state", "answers"].includes(state?.cnncalc) && state.version === 1 ? state : null;
  } catch {
    return null;
  }
}

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
  const isFit = (block, place) => isMatrix(inputs[place], block, calculation.isWorksheet);
  if (!isList(inputs, blocks.length) || !blocks.every(isFit)) return null;
  return blocks.flatMap((block, place) => {
    const { slice } = block;
    const values = inputs[place].flat();
    return cellsOf(block)
      .map(([row, column], cell) => ({ slice, row, column, value: values[cell] }))
      .filter(({ row, column }) => calculation.isInput(slice, row, column));
  });
}

const isList = (list, length) => Array.isArray(list) && list.length === length;

function isMatrix(matrix, { height, width, role }, isWorksheet) {
  const isFit = (value) => {
    if (value === null) return isWorksheet;
    if (role === "name") return typeof value === "string" && readName(value).value === value;
    return Number.isFinite(value);
  };
  return isList(matrix, height) && matrix.every((row) => isList(row, width) && row.every(isFit));
}

/** Tell whether two calculations, as files name them, are the same. */
export const isSameCalculation = (one, other) => JSON.stringify(one) === JSON.stringify(other);
