// Numbers as texts that fit: in a cell as many decimals as there is room for, at most four.

import { formatNumber } from "./format.js";

const PLACES = 4;
const DIGITS = 15;

const withSigns = (text) => text.replace(/(\.0)?e\+?/, "e").replaceAll("-", "−");

/** How wide a text is, in digits: a minus, a capital and # are wider than one. */
export const widthOf = (text) => text.length + 0.35 * text.replace(/[^−#A-Z]/g, "").length;

/**
 * Return what stands in a cell.
 * @param {number|string|{error: string}|null} value
 * @param {number} room how many digits fit; a power of ten is never cut
 * @returns {string}
 */
export function cellText(value, room) {
  if (typeof value !== "number") return value?.error ?? value ?? "";
  if (Number.isNaN(value)) return "";
  for (let decimals = PLACES; decimals >= 0; decimals -= 1) {
    const text = formatNumber(value, { decimals });
    if (widthOf(text) <= room && (Number(text) !== 0 || value === 0)) return text;
  }
  const [longer, shorter] = [1, 0].map((digits) => withSigns(value.toExponential(digits)));
  return widthOf(longer) <= room ? longer : shorter;
}

/**
 * Return a value of any kind with all its digits, as a spreadsheet shows 15 of them.
 * @param {number|string|{error: string}|null} value
 * @returns {string}
 */
export function valueText(value) {
  if (!Number.isFinite(value)) return cellText(value, 0) || "empty";
  return withSigns(String(Number(value.toPrecision(DIGITS))));
}

/** Return sizes joined by ×, "4×4×2". */
export const sizeText = (...sizes) => sizes.join("×");
