/** Where the lines, points and ticks of a chart lie, in the units of its view box. */

import { abs, ceil, floor, max, min, round } from "./geometry.js";

/**
 * Return round numbers that divide a range, whose ends lie among or between them.
 * @param {number} least
 * @param {number} most
 */
export function roundTicks(least, most) {
  const rough = (most - least || abs(most) || 1) / 4;
  const power = 10 ** floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map((times) => times * power)
    .find((size) => size >= rough * 0.999);
  const first = floor(least / step + 1e-9);
  const last = max(first + 1, ceil(most / step - 1e-9));
  const tick = (_, place) => Number(((first + place) * step).toPrecision(12));
  return Array.from({ length: last - first + 1 }, tick);
}

/**
 * Return which steps are named, counted from 0: about ten, the first and the last.
 * @param {number} count
 */
export function namedSteps(count) {
  const last = count - 1;
  const apart = max(1, ceil(last / 10));
  const isNamed = (step) => step === last || (step % apart === 0 && last - step >= apart / 2);
  return [...Array(count).keys()].filter(isNamed);
}

/**
 * Return the range of a chart's numbers, which 0 belongs to; it ends at `most` where that is known.
 * @param {number[]} values those that are no numbers don't count
 * @param {number | null} most
 * @returns {[number, number]}
 */
export function chartRange(values, most) {
  const finite = values.filter(Number.isFinite);
  const ticks = roundTicks(min(0, ...finite), most ?? max(0, ...finite));
  return [ticks[0], most ?? ticks.at(-1)];
}

/**
 * Return the place of each number in a box, null for what is none.
 * @param {number[]} values
 * @param {[number, number]} range
 * @param {{left: number, top: number, width: number, height: number}} box
 */
export function chartPoints(values, [least, most], { left, top, width, height }) {
  const rounded = (length) => round(length * 100) / 100;
  const apart = width / max(1, values.length - 1);
  return values.map((value, step) => {
    if (!Number.isFinite(value)) return null;
    const high = min(1, max(0, (value - least) / (most - least)));
    return { x: rounded(left + apart * step), y: rounded(top + height * (1 - high)) };
  });
}

/**
 * Return a line through points as an SVG path; it is broken where one is missing.
 * @param {({x: number, y: number} | null)[]} points
 */
export const linePath = (points) =>
  points
    .map((point, place) => point && `${points[place - 1] ? "L" : "M"}${point.x} ${point.y}`)
    .filter(Boolean)
    .join("");
