/**
 * A picture brought to the size of an input, as cnncalc reads one: alpha on white, grey by ITU-R 601.
 *
 * @typedef {{width: number, height: number, data: Uint8ClampedArray}} Picture red, green, blue and
 *   alpha of each pixel, as a canvas gives them
 */

/** Pictures of more bytes, or of more pixels, are refused before they are decoded. */
export const MOST_BYTES = 30_000_000;
export const MOST_PIXELS = 50_000_000;

/** How the files begin that a browser decodes, and what they are called. */
const SIGNATURES = [
  ["png", [0x89, 0x50, 0x4e, 0x47]],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["gif", [0x47, 0x49, 0x46, 0x38]],
  ["bmp", [0x42, 0x4d]],
  ["webp", [0x52, 0x49, 0x46, 0x46]],
];

/**
 * Return which kind of picture a file is by its first bytes, "" for none that is read. A name or
 * a declared type is not asked: an SVG, which can hold more than a picture, is none.
 *
 * @param {Uint8Array} bytes
 */
export function pictureKind(bytes) {
  const found = SIGNATURES.find(([, start]) => start.every((byte, i) => bytes[i] === byte));
  if (!found) return "";
  const isWebp = String.fromCharCode(...bytes.slice(8, 12)) === "WEBP";
  return found[0] === "webp" && !isWebp ? "" : found[0];
}

/**
 * Return which rectangle of a picture fills a grid: as large as fits, from its middle.
 *
 * @param {{width: number, height: number}} picture
 * @param {{width: number, height: number}} grid
 */
export function croppedTo(picture, grid) {
  const scale = Math.min(picture.width / grid.width, picture.height / grid.height);
  const [width, height] = [grid.width * scale, grid.height * scale];
  return { left: (picture.width - width) / 2, top: (picture.height - height) / 2, width, height };
}

/**
 * Return the levels of a picture's middle in the size of a grid, each the mean of what it covers.
 *
 * @param {Picture} picture
 * @param {{width: number, height: number, channels: number, most: number}} grid
 * @param {boolean} isInverted dark becomes bright
 * @returns {Float64Array[]} a grid for each channel, row by row
 */
export function fitPicture(picture, grid, isInverted = false) {
  const crop = croppedTo(picture, grid);
  const rows = shares(crop.top, crop.height, grid.height, picture.height);
  const columns = shares(crop.left, crop.width, grid.width, picture.width);
  const result = Array.from({ length: grid.channels }, () => new Float64Array(rows.length * columns.length));
  rows.forEach((down, row) => {
    columns.forEach((across, column) => {
      const colour = meanColour(picture, down, across);
      channelLevels(colour, grid.channels).forEach((level, channel) => {
        const bright = isInverted ? 255 - level : level;
        result[channel][row * columns.length + column] = inRange(bright, grid.most);
      });
    });
  });
  return result;
}

/** Return which pixels, and which share of each, a row or column of the grid covers. */
function shares(start, length, count, pixels) {
  return Array.from({ length: count }, (_, place) => {
    const from = start + (length * place) / count;
    const to = start + (length * (place + 1)) / count;
    const covered = [];
    for (let pixel = Math.max(0, Math.floor(from)); pixel < Math.min(pixels, to); pixel++) {
      const share = Math.min(to, pixel + 1) - Math.max(from, pixel);
      if (share > 1e-9) covered.push([pixel, share]);
    }
    return covered;
  });
}

/** Return red, green and blue of the pixels covered, on white where they are transparent. */
function meanColour(picture, down, across) {
  const sum = [0, 0, 0];
  let area = 0;
  for (const [row, high] of down) {
    for (const [column, wide] of across) {
      const at = (row * picture.width + column) * 4;
      const alpha = picture.data[at + 3] / 255;
      const share = high * wide;
      for (let channel = 0; channel < 3; channel++) {
        sum[channel] += share * (picture.data[at + channel] * alpha + 255 * (1 - alpha));
      }
      area += share;
    }
  }
  return sum.map((level) => level / area);
}

function channelLevels([red, green, blue], channels) {
  if (channels === 3) return [red, green, blue];
  const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
  return Array.from({ length: channels }, () => grey);
}

function inRange(level, most) {
  return most > 1 ? Math.round(level) : Math.round((level / 255) * 1000) / 1000;
}
