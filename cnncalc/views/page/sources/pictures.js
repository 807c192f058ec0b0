/**
 * A picture brought to the size of an input, as cnncalc reads one: alpha on white, grey by ITU-R 601.
 */

/** Files of more bytes, and pictures of more pixels, are refused. */
export const MOST_BYTES = 30_000_000;
export const MOST_PIXELS = 50_000_000;

/** A picture is scaled to at most so many times the grid's size, then averaged. */
const FINEST = 16;

/** How the files begin that a browser decodes. */
const SIGNATURES = {
  png: /^\x89PNG/,
  jpeg: /^\xff\xd8\xff/,
  gif: /^GIF8/,
  bmp: /^BM/,
  webp: /^RIFF[^]{4}WEBP/,
};

/**
 * Return which kind of picture a file is by its first bytes, "" for none that is read. Its name and
 * type are not asked: an SVG, which can hold more than a picture, is none.
 *
 * @param {Uint8Array} bytes
 */
export function pictureKind(bytes) {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return Object.keys(SIGNATURES).find((kind) => SIGNATURES[kind].test(start)) ?? "";
}

/**
 * Return which part of a picture fills a grid, as large as fits, from its middle; and how many of
 * its pixels a cell has across and down.
 *
 * @param {{width: number, height: number}} picture
 * @param {{width: number, height: number}} grid
 */
export function croppedTo(picture, grid) {
  const scale = Math.min(picture.width / grid.width, picture.height / grid.height);
  const [width, height] = [grid.width * scale, grid.height * scale];
  const times = Math.min(FINEST, Math.max(1, Math.round(scale)));
  const [left, top] = [(picture.width - width) / 2, (picture.height - height) / 2];
  return { left, top, width, height, times };
}

/**
 * Return the levels of a picture, each the mean of `times` × `times` pixels.
 *
 * @param {Uint8ClampedArray} data red, green, blue and alpha of each pixel
 * @param {number} times
 * @param {{width: number, height: number, channels: number, most: number}} grid
 * @returns {number[][]} a grid for each channel, row by row
 */
export function meanLevels(data, times, grid) {
  const result = Array.from({ length: grid.channels }, () => []);
  for (let row = 0; row < grid.height; row += 1) {
    for (let column = 0; column < grid.width; column += 1) {
      const color = meanColor(data, times, grid.width, row, column);
      const levels = grid.channels === 3 ? color : [grey(color)];
      levels.forEach((level, channel) => result[channel].push((level * grid.most) / 255));
    }
  }
  return result;
}

/** Return red, green and blue of a cell, on white where it is transparent. */
function meanColor(data, times, width, row, column) {
  const sum = [0, 0, 0];
  for (let down = row * times; down < (row + 1) * times; down += 1) {
    for (let across = column * times; across < (column + 1) * times; across += 1) {
      const at = (down * width * times + across) * 4;
      const missing = 255 - data[at + 3];
      for (let part = 0; part < 3; part += 1) {
        sum[part] += (data[at + part] * data[at + 3]) / 255 + missing;
      }
    }
  }
  return sum.map((level) => level / times ** 2);
}

const grey = ([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue;
