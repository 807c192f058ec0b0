// Numbers as texts that fit: in a cell as many decimals as there is room for, at most four.

import { formatNumber } from "./format.js";

const PLACES = 4;
const DIGITS = 15;

/**
 * Return what stands in a cell.
 * @param {number|string|{error: string}|null} value
 * @param {number} room how many characters fit
 * @returns {string}
 */
export function cellText(value, room) {
  if (typeof value !== "number") return value?.error ?? value ?? "";
  if (Number.isNaN(value)) return "";
  for (let decimals = PLACES; decimals >= 0; decimals -= 1) {
    const text = formatNumber(value, { decimals });
    if (text.length <= room && (Number(text) !== 0 || value === 0)) return text;
  }
  return value
    .toExponential(room < 7 ? 0 : 1)
    .replace("e+", "e")
    .replaceAll("-", "−");
}

/**
 * Return a value of any kind with all its digits, as a spreadsheet shows 15 of them.
 * @param {number|string|{error: string}|null} value
 * @returns {string}
 */
export function valueText(value) {
  if (typeof value !== "number") return cellText(value, 0) || "empty";
  if (Number.isNaN(value)) return "empty";
  const text = Number.isFinite(value) ? String(Number(value.toPrecision(DIGITS))) : String(value);
  return text.replace("e+", "e").replaceAll("-", "−");
}

/**
 * Return sizes joined by ×.
 * @param {...number} sizes
 * @returns {string} such as "4×4×2"
 */
export const sizeText = (...sizes) => sizes.join("×");
