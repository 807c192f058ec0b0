// Numbers as texts: the minus is a minus sign, no zero has one, and a cell's text fits its room.

const PLACES = 4;

/**
 * Return a number at so many decimals at most, in the shortest form.
 * @param {number} value
 * @param {number} [places]
 * @returns {string} such as "−0.25", or "1.2e−7" for what would be 0 otherwise
 */
export function shortText(value, places = PLACES) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "" : value < 0 ? "−∞" : "∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.5 * 10 ** -places || size >= 1e9)) {
    return signed(value.toExponential(2).replace("e+", "e"));
  }
  return signed(trimmed(value.toFixed(places)));
}

/**
 * Return a number with all its digits, as a spreadsheet shows 15 of them.
 * @param {number} value
 * @returns {string}
 */
export function fullText(value) {
  if (!Number.isFinite(value)) return shortText(value);
  return signed(String(Number(value.toPrecision(15))).replace("e+", "e"));
}

/**
 * Return what stands in a cell: as many decimals as there is room for, at most four.
 * @param {number|string|{error: string}|null} value
 * @param {number} room how many characters fit
 * @returns {string}
 */
export function cellText(value, room) {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return value.error;
  for (let places = PLACES; places >= 0; places -= 1) {
    const text = shortText(value, places);
    if (text.length <= room && !(places < 2 && text.includes("e"))) return text;
  }
  return signed(value.toExponential(room < 7 ? 0 : 1).replace("e+", "e"));
}

/**
 * Return a value of any kind as it is read out, or shown alone.
 * @param {number|string|{error: string}|null} value
 * @returns {string}
 */
export function valueText(value) {
  if (typeof value === "number") return Number.isNaN(value) ? "empty" : fullText(value);
  return cellText(value, 0) || "empty";
}

/**
 * Return sizes joined by ×.
 * @param {...number} sizes
 * @returns {string} such as "4×4×2"
 */
export function sizeText(...sizes) {
  return sizes.join("×");
}

const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

const signed = (text) => text.replace(/^-0$/, "0").replaceAll("-", "−");
