import { canvasOf } from "./draw.js";
import { make } from "./elements.js";
import { MOST_BYTES, MOST_PIXELS, croppedTo, fitPicture, pictureKind } from "./pictures.js";

/**
 * A picture dropped on the page, pasted or chosen becomes the input, brought to its size.
 */

/** A picture's middle is drawn at most so many times as fine as the grid, before it is averaged. */
const FINEST = 16;

/** An error whose message is for the reader. */
class Refusal extends Error {}

/** Read a file as a picture, or throw a Refusal. */
async function readPicture(file) {
  if (file.size > MOST_BYTES) {
    throw new Refusal(`a picture may have ${MOST_BYTES / 1e6} MB. This file has ${Math.ceil(file.size / 1e6)} MB`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = pictureKind(bytes);
  if (!kind) throw new Refusal("expected a picture: PNG, JPEG, GIF, BMP or WebP. This file is none of them");
  const picture = new Image();
  picture.src = await dataLink(new Blob([bytes], { type: `image/${kind}` }));
  try {
    await picture.decode();
  } catch {
    throw new Refusal("this picture is damaged, so that it can't be read");
  }
  if (picture.naturalWidth * picture.naturalHeight > MOST_PIXELS) {
    throw new Refusal(`a picture may have ${MOST_PIXELS / 1e6} million pixels. This one has ${picture.naturalWidth} × ${picture.naturalHeight}`);
  }
  return picture;
}

function dataLink(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Refusal("this file can't be read"));
    reader.readAsDataURL(blob);
  });
}

/** Return the pixels of a picture's middle, of the grid's aspect, not much finer than the grid. */
function pixelsOf(picture, grid) {
  const crop = croppedTo({ width: picture.naturalWidth, height: picture.naturalHeight }, grid);
  const width = Math.max(1, Math.min(Math.round(crop.width), grid.width * FINEST));
  const height = Math.max(1, Math.min(Math.round(crop.height), grid.height * FINEST));
  const canvas = make("canvas", { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, crop.left, crop.top, crop.width, crop.height, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** Let pictures be dropped, pasted and chosen. */
export function setupDrop(store, view, notices) {
  const field = make("input", {
    type: "file", accept: "image/png,image/jpeg,image/gif,image/bmp,image/webp", class: "visually-hidden",
    onchange: () => take(field.files[0]),
  });
  const button = make("label", { class: "button", title: "Choose a picture, drop one on the page, or paste one (Ctrl+V)" }, "Picture…", field);

  const take = async (file) => {
    const canvas = canvasOf(store);
    if (!file || !canvas) return;
    const { size, most } = canvas;
    const grid = { ...size, most, channels: canvas.slices.length };
    try {
      const picture = await readPicture(file);
      const levels = fitPicture(pixelsOf(picture, grid), grid);
      canvas.change((_, channel, row, column) => levels[channel][row * grid.width + column]);
      notices.say(`${picture.naturalWidth} × ${picture.naturalHeight} pixels, brought to ${grid.width} × ${grid.height}${grid.channels === 1 ? ", grey" : ""}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      notices.refuse(error.message);
    }
    field.value = "";
  };
  listen(view, take);
  const refresh = () => (button.hidden = !canvasOf(store));
  store.changes((change) => change.kind === "flow" && refresh());
  refresh();
  view.slot("tools").append(button);
}

function listen(view, take) {
  const mark = (isOver) => document.body.classList.toggle("is-dropping", isOver);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || mark(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) take(file);
  });
}
