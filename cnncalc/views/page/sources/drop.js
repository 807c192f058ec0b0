import { inputImage } from "./input-image.js";
import { make, makeChooser } from "./elements.js";
import { MOST_BYTES, MOST_PIXELS, croppedTo, meanLevels, pictureKind } from "./pictures.js";

/**
 * A picture dropped on the page, pasted or chosen becomes the input, brought to its size.
 */

const CHOOSE = "Choose a picture, drop one on the page, or paste one (Ctrl+V)";

/** An error whose message is for the reader. */
class Refusal extends Error {}

/** Read a file as a picture, or throw a Refusal. */
async function readPicture(file) {
  if (file.size > MOST_BYTES) {
    throw new Refusal(
      `a picture may have ${MOST_BYTES / 1e6} MB. This file has ${Math.ceil(file.size / 1e6)} MB`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = pictureKind(bytes);
  if (!kind)
    throw new Refusal("expected a picture: PNG, JPEG, GIF, BMP or WebP. This file is none of them");
  const picture = new Image();
  picture.src = await dataLink(new Blob([bytes], { type: `image/${kind}` }));
  try {
    await picture.decode();
  } catch {
    throw new Refusal("this picture is damaged, so that it can't be read");
  }
  if (picture.naturalWidth * picture.naturalHeight > MOST_PIXELS) {
    throw new Refusal(
      `a picture may have ${MOST_PIXELS / 1e6} million pixels. This one has ${picture.naturalWidth} × ${picture.naturalHeight}`,
    );
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

/** Return the levels of a picture's middle in the size of a grid. */
function levelsOf(picture, grid) {
  const size = { width: picture.naturalWidth, height: picture.naturalHeight };
  const { left, top, width, height, times } = croppedTo(size, grid);
  const [across, down] = [grid.width * times, grid.height * times];
  const context = make("canvas", { width: across, height: down }).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, top, width, height, 0, 0, across, down);
  return meanLevels(context.getImageData(0, 0, across, down).data, times, grid);
}

/** Let pictures be dropped, pasted and chosen. */
export function setupDrop(store, view, notices) {
  if (store.document.worksheet) return;
  const take = async (file) => {
    const image = inputImage(store, view);
    if (image === null) return;
    const { size, most, slices } = image;
    const grid = { ...size, most, channels: slices.length };
    try {
      const picture = await readPicture(file);
      const levels = levelsOf(picture, grid);
      image.change((_, channel, pixel) => levels[channel][pixel]);
      notices.say(
        `${picture.naturalWidth} × ${picture.naturalHeight} pixels, brought to ${grid.width} × ${grid.height}${grid.channels === 1 ? ", grey" : ""}`,
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      notices.refuse(error.message);
    }
  };
  const button = makeChooser("Picture…", CHOOSE, "image/*", take);
  listen(take, () => inputImage(store, view) !== null);
  const refresh = () => (button.hidden = inputImage(store, view) === null);
  view.on("rebuild", refresh);
  view.on("choose", refresh);
  refresh();
  view.slot("tools").append(button);
}

function listen(take, isWanted) {
  const mark = (isOver) => document.body.classList.toggle("is-dropping", isOver);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    // A page that a file is dropped on would be left for it.
    event.preventDefault();
    mark(isWanted());
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || mark(false));
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    mark(false);
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData.files[0];
    if (file) take(file);
  });
}
