/** The text of a number, as the terminal writes it. */

import { abs } from "./geometry.js";

const HUGE = 2 ** 53;
const NOISE = 1e-12;

/**
 * Write a number in its shortest form, with a real minus sign and never "−0".
 *
 * @param {number} value
 * @param {{decimals?: number, isSignificant?: boolean}} form how many decimals it has at most, what
 *   they would hide is a power of ten; whether below 1 as many digits count from the first on, as
 *   gradients need, which are small
 * @returns {string}
 */
export function formatNumber(value, form) {
  return plainText(value, form).replaceAll("-", "−");
}

function plainText(value, { decimals = 4, isSignificant = false } = {}) {
  const size = abs(value);
  if (!Number.isFinite(value)) return String(value);
  if (isSignificant && size > 0 && size < 1) return significant(value, decimals);
  const text = size < HUGE ? withoutZeros(roundedText(value, decimals)) : "";
  const isHidden = decimals >= 4 && size >= NOISE && Number(text) === 0;
  if (!text || isHidden) return powerOfTen(value, decimals);
  return text === "-0" ? "0" : text;
}

/** A number with so many decimals; one that lies in the middle goes to the even digit. */
function roundedText(value, decimals) {
  const [text, longer] = [decimals, decimals + 1].map((digits) => value.toFixed(digits));
  // Only a number of few binary places can lie exactly in the middle of two decimal ones.
  const isTie = Number.isInteger(value * 2 ** (decimals + 1)) && longer.endsWith("5");
  const shorter = longer.replace(/\.?5$/, "");
  return isTie && !(Number(shorter.at(-1)) % 2) ? shorter : text;
}

function significant(value, digits) {
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]);
  return exponent < -4
    ? powerOfTen(value, digits - 1)
    : withoutZeros(value.toFixed(digits - 1 - exponent));
}

function powerOfTen(value, decimals) {
  const [mantissa, exponent] = value.toExponential(decimals).split("e");
  return `${withoutZeros(mantissa)}e${Number(exponent)}`;
}

const withoutZeros = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** Write what a cell holds: a number, a text, an error, or nothing. */
export const formatValue = (value, form) =>
  typeof value === "number" ? formatNumber(value, form) : String(value ?? "");

/** Write a number as it stands inside a formula: a negative one in parentheses. */
export function formatInside(value, form) {
  const text = formatValue(value, form);
  return text.startsWith("−") ? `(${text})` : text;
}
