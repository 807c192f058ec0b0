import { make, makeChooser } from "./elements.js";
import { inputImage } from "./input-image.js";
import { croppedTo, MOST_BYTES, MOST_PIXELS, meanLevels, pictureKind } from "./pictures.js";

/** An error whose message is for the reader. */
class Refusal extends Error {}

/** Read a file as a picture, or throw a Refusal. */
async function readPicture(file) {
  if (file.size > MOST_BYTES) throw new Refusal(`a picture may have ${MOST_BYTES / 1e6} MB`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = pictureKind(bytes);
  if (!kind) {
    throw new Refusal("expected a picture: PNG, JPEG, GIF, BMP or WebP. This file is none of them");
  }
  const picture = new Image();
  const link = await dataLink(new Blob([bytes], { type: `image/${kind}` }));
  await new Promise((resolve) => {
    Object.assign(picture, { onload: resolve, onerror: resolve, src: link });
  });
  // How large it is is known before its pixels are decoded.
  if (picture.naturalWidth * picture.naturalHeight > MOST_PIXELS) {
    throw new Refusal(`a picture may have ${MOST_PIXELS / 1e6} million pixels`);
  }
  await picture.decode().catch(() => {
    throw new Refusal("this picture can't be read: it is damaged");
  });
  return picture;
}

/** Return a file as a link, which is all that the page's policy lets a picture come from. */
const dataLink = (blob) =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(blob);
  });

/** Return the levels of a picture's middle in the size of a grid. */
function levelsOf(picture, grid) {
  const size = { width: picture.naturalWidth, height: picture.naturalHeight };
  const { left, top, width, height, times } = croppedTo(size, grid);
  const [across, down] = [grid.width * times, grid.height * times];
  const context = make("canvas", { width: across, height: down }).getContext("2d");
  // As cnncalc reads pictures: what is transparent is on white.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, across, down);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, top, width, height, 0, 0, across, down);
  return meanLevels(context.getImageData(0, 0, across, down).data, times, grid);
}

/** Let a picture that is dropped on the page, pasted or chosen become the input. */
export function setupDrop(store, view, notices) {
  if (store.document.worksheet) return;
  const take = async (file) => {
    const image = inputImage(store, view);
    if (image === null) return;
    const grid = { ...image.size, most: image.most, channels: image.slices.length };
    try {
      const picture = await readPicture(file);
      const levels = levelsOf(picture, grid);
      image.change((_, channel, pixel) => levels[channel][pixel]);
      const before = `${picture.naturalWidth} × ${picture.naturalHeight} pixels`;
      const grey = grid.channels === 3 ? "" : ", grey";
      notices.say(`${before}, brought to ${grid.width} × ${grid.height}${grey}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      notices.refuse(error.message);
    }
  };
  const how = "Choose a picture, drop one on the page, or paste one (Ctrl+V)";
  const button = makeChooser("Picture…", how, "image/*", take);
  const hasImage = () => inputImage(store, view) !== null;
  const refresh = () => {
    button.hidden = !hasImage();
  };
  view.on("choose", refresh);
  refresh();
  view.slot("tools").append(button);
  listenForFiles(take, hasImage);
}

function listenForFiles(take, isWanted) {
  const mark = (isOver) => document.body.classList.toggle("is-dropping", isOver);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    // Else a browser would leave the page for the file.
    event.preventDefault();
    mark(isWanted());
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || mark(false));
  document.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    mark(false);
    if (!file) return;
    event.preventDefault();
    take(file);
  });
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) take(file);
  });
}
