/**
 * Where the lines, points and ticks of a chart lie. Sizes are in the units of its view box.
 *
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 */

/**
 * Return round numbers that divide a range, both of its ends among or within them.
 *
 * @param {number} least
 * @param {number} most
 * @param {number} count about how many steps
 * @returns {number[]}
 */
export function roundTicks(least, most, count = 4) {
  const span = most - least || Math.abs(most) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map((times) => times * power)
    .find((size) => size >= rough * 0.999);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/**
 * Return which of a chart's steps are named below it: about `count`, the first and the last.
 *
 * @param {number} steps
 * @param {number} count
 * @returns {number[]} counted from 0
 */
export function namedSteps(steps, count = 10) {
  const every = Math.max(1, Math.ceil((steps - 1) / count));
  const named = [];
  for (let step = 0; step < steps; step += every) named.push(step);
  if (named.at(-1) !== steps - 1) {
    if (steps - 1 - named.at(-1) < every / 2 && named.length > 1) named.pop();
    named.push(steps - 1);
  }
  return named;
}

/**
 * Return the range of a chart's numbers: from 0, or below where one is negative, to its largest
 * number, or to `most` where that is known.
 *
 * @param {number[]} values those that are no numbers are left out
 * @param {number | null} most
 * @returns {[number, number]}
 */
export function chartRange(values, most = null) {
  const finite = values.filter(Number.isFinite);
  const ticks = roundTicks(Math.min(0, ...finite), most ?? Math.max(0, ...finite));
  return [ticks[0], most ?? ticks.at(-1)];
}

/**
 * Return the place of each number in a box, null for what is none.
 *
 * @param {number[]} values
 * @param {[number, number]} range
 * @param {Box} box
 * @returns {({x: number, y: number} | null)[]}
 */
export function chartPoints(values, [least, most], box) {
  const apart = values.length > 1 ? box.width / (values.length - 1) : 0;
  return values.map((value, step) => {
    if (!Number.isFinite(value)) return null;
    const high = Math.min(1, Math.max(0, (value - least) / (most - least)));
    const round = (length) => Math.round(length * 100) / 100;
    return { x: round(box.left + apart * step), y: round(box.top + box.height * (1 - high)) };
  });
}

/**
 * Return a line through points as an SVG path; it is broken where one is missing.
 *
 * @param {({x: number, y: number} | null)[]} points
 */
export function linePath(points) {
  return points
    .map((point, i) => point && `${points[i - 1] ? "L" : "M"}${point.x} ${point.y}`)
    .filter(Boolean)
    .join("");
}
