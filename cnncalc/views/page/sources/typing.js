/** What a user types into a cell, read as a number, or refused with a reason. */

const NUMBER_FORM = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const LONGEST_NAME = 200;

/**
 * Read a number as people write it: `1,5`, `−3`, `50%`, `1/3`, `2e-3`, `1 000`, `=5`.
 *
 * @param {string} text
 * @returns {{value: number} | {reason: string}}
 */
export function readTyped(text) {
  const plain = text.replace(/\s/g, "").replace(/[−–]/g, "-").replace(/^=/, "");
  // Spaces part thousands; 5 5 are two numbers.
  const isOne = !/[\d.,]\s+(?!\d{3}(?!\d))[\d.,]/.test(text);
  const parts = plain.replace(/%$/, "").split("/").map(readDecimal);
  const value = parts.reduce((left, right) => left / right) / (plain.endsWith("%") ? 100 : 1);
  if (!plain) return { reason: "expected a number; the cell was left empty" };
  // What is too small to be told from 0 is no 0.
  const isLost = value === 0 && /^[^e/]*[1-9]/i.test(plain);
  if (isOne && parts.length < 3 && Number.isFinite(value) && !isLost) return { value };
  return { reason: `expected a number, such as 1.5 or −3. Received: ${text.trim().slice(0, 40)}` };
}

function readDecimal(text) {
  // A number with both signs is none: nobody knows which of them is the decimal one.
  const decimal = text.replace(",", ".");
  return NUMBER_FORM.test(decimal) ? Number(decimal) : NaN;
}

/**
 * Read the name of a class: any text without control characters.
 *
 * @param {string} text
 * @returns {{value: string} | {reason: string}}
 */
export function readName(text) {
  const value = String(text)
    .replace(/\p{Cc}/gu, " ")
    .trim();
  if (value && value.length <= LONGEST_NAME) return { value };
  return {
    reason: `expected a name of 1 to ${LONGEST_NAME} characters. Received: ${value.length}`,
  };
}
