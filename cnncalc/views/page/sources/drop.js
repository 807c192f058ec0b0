// A picture that is dropped on the page, pasted or chosen becomes the input.

import { byId, listen, make, onFile } from "./elements.js";
import { inputImage } from "./input-image.js";
import { croppedTo, MOST_BYTES, MOST_PIXELS, meanLevels, pictureKind } from "./pictures.js";

/** An error whose message is for the reader. */
class Refusal extends Error {}

/** Read a file as a picture, or throw a Refusal. */
async function readPicture(file) {
  if (file.size > MOST_BYTES) throw new Refusal(`a picture may have ${MOST_BYTES / 1e6} MB`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!pictureKind(bytes)) {
    throw new Refusal("expected a picture: PNG, JPEG, GIF, BMP or WebP. This file is none of them");
  }
  const picture = await createImageBitmap(new Blob([bytes])).catch(() => {
    throw new Refusal("this picture can't be read: it is damaged");
  });
  if (picture.width * picture.height > MOST_PIXELS) {
    throw new Refusal(`a picture may have ${MOST_PIXELS / 1e6} million pixels`);
  }
  return picture;
}

/** Return the levels of a picture's middle in the size of a grid. */
function levelsOf(picture, grid) {
  const { left, top, width, height, times } = croppedTo(picture, grid);
  const [across, down] = [grid.width * times, grid.height * times];
  const context = make("canvas", { width: across, height: down }).getContext("2d");
  // As cnncalc reads pictures: what is transparent is on white.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, across, down);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, top, width, height, 0, 0, across, down);
  return meanLevels(context.getImageData(0, 0, across, down).data, times, grid);
}

/** Let a picture become the input. */
export function setupDrop(store, view) {
  const take = async (file) => {
    const image = inputImage(store, view);
    if (!file || !image) return;
    const { size, most, isColor } = image;
    try {
      const picture = await readPicture(file);
      const levels = levelsOf(picture, { ...size, most, channels: image.slices.length });
      image.change((_, channel, pixel) => levels[channel][pixel]);
      const after = `averaged to ${size.width} × ${size.height}${isColor ? "" : ", grey"}`;
      view.say(`${picture.width} × ${picture.height} pixels, cropped to its shape, ${after}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      view.say(error.message, true);
    }
  };
  const chooser = byId("picture");
  onFile(chooser.lastChild, take);
  const refresh = () => {
    chooser.hidden = !inputImage(store, view);
  };
  view.on("choose", refresh);
  refresh();
  listenForFiles(take, () => !chooser.hidden);
}

function listenForFiles(take, isWanted) {
  const mark = (isOver) => document.body.classList.toggle("is-dropping", isOver);
  listen(document, {
    dragover: (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      // Else a browser would leave the page for the file.
      event.preventDefault();
      mark(isWanted());
    },
    dragleave: (event) => event.relatedTarget || mark(false),
    drop: (event) => {
      const [file] = event.dataTransfer.files;
      mark(false);
      if (file) event.preventDefault();
      take(file);
    },
    paste: (event) => take(event.clipboardData.files[0]),
  });
}
