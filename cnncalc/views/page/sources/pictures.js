// A picture brought to the size of an input.

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
  webp: /^RIFF[\s\S]{4}WEBP/,
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
 * @returns {Float64Array[]} a grid for each channel, row by row
 */
export function meanLevels(data, times, { width, height, channels, most }) {
  const parts = channels === 3 ? COLORS : [LUMA];
  const result = parts.map(() => new Float64Array(height * width));
  for (let pixel = 0; pixel < height * width * times ** 2; pixel += 1) {
    const row = Math.floor(pixel / (width * times) / times);
    const column = Math.floor((pixel % (width * times)) / times);
    parts.forEach(([red, green, blue], channel) => {
      const at = 4 * pixel;
      const level = red * data[at] + green * data[at + 1] + blue * data[at + 2];
      result[channel][row * width + column] += (level * most) / 255 / times ** 2;
    });
  }
  return result;
}

/** How much of grey red, green and blue are (ITU-R 601), and of each colour. */
const LUMA = [0.299, 0.587, 0.114];
const COLORS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
