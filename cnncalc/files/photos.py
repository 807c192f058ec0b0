"""One photo as training reads it: decoded, made to fit, and resized to a fixed size of bytes.

Resizing is that of Keras's `image_dataset_from_directory`: bilinear between the four nearest
pixels, without smoothing beforehand (TensorFlow's image.resize, OpenCV's INTER_LINEAR), and here
rounded to whole numbers. JPEG's faster decoding at a reduced size is not used: it would give
other numbers. TensorFlow itself decodes JPEG by a transform that is faster and less exact than
Pillow's: where Keras reads photos through it, they differ from these by about 1 on average.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray
from PIL import Image, ImageOps

from cnncalc.errors import InputError, OptionError
from cnncalc.files.drawn_figures import is_figure
from cnncalc.files.images import FORMATS, read_image
from cnncalc.files.paths import quoted
from cnncalc.ops.arrays import Array
from cnncalc.shapes import pair

__all__ = [
    "Fit",
    "PhotoShape",
    "Pixels",
    "decode_photo",
    "fit_photo",
    "fitted",
    "plain_photo",
    "read_photo",
    "resize",
]

Pixels = NDArray[np.uint8]
Fit = Literal["stretch", "crop", "pad"]

ROWS_AT_ONCE = 128
"""Of a resized photo: few enough that what lies between stays in the processor's cache."""

_PLAIN_MODES = ("1", "L", "RGB", "CMYK", "YCbCr")
"""The modes that Pillow's own conversion to grey or RGB serves; `read_image` knows the others."""


@dataclass(frozen=True)
class PhotoShape:
    """What every photo is made to be: (height, width) in pixels, its channels, and how it fits.

    `channels` is 3 for RGB, 1 for grey. `fit` is "stretch" to any aspect, "crop" the largest
    centred part of the right aspect, or "pad" with black to it. `negative` is 255 minus each value,
    before it is made to fit.
    """

    height: int = 300
    width: int = 300
    channels: int = 3
    fit: Fit = "stretch"
    negative: bool = False

    def __post_init__(self) -> None:
        pair((self.height, self.width), "image_size")
        if self.channels not in (1, 3):
            message = f"channels must be 1 or 3. Received: channels={self.channels!r}"
            raise OptionError(message)
        if self.fit not in get_args(Fit):
            message = f"fit must be stretch, crop or pad. Received: fit={self.fit!r}"
            raise OptionError(message)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The (height, width, channels) of every photo."""
        return self.height, self.width, self.channels


def read_photo(path: Path, shape: PhotoShape) -> Pixels:
    """Read a photo, upright as its EXIF data asks, in the given shape.

    Returns (height, width, channels) from 0 to 255.
    Raises InputError where the file can't be decoded.
    """
    pixels = decode_photo(path, shape.channels)
    return fit_photo(255 - pixels if shape.negative else pixels, shape)


def fit_photo(pixels: Pixels, shape: PhotoShape) -> Pixels:
    """Give a photo (any height, any width, channels) a shape, as its `fit` says."""
    return resize(fitted(pixels, shape), shape.height, shape.width)


def decode_photo(path: Path, channels: int) -> Pixels:
    """Decode as `read_image` does, but where the photo is of a usual kind in bytes throughout.

    Returns (height, width, channels) from 0 to 255.
    Raises InputError where the file can't be decoded.
    """
    plain = plain_photo(path, channels)
    if plain is not None:
        return plain
    values = read_image(path, "grey" if channels == 1 else "rgb")
    if not values.holds_levels:
        message = f"{quoted(path)} holds 32-bit numbers. Expected a photo of values from 0 to 255"
        raise InputError(message)
    return np.rint(values.values).astype(np.uint8)


def plain_photo(path: Path, channels: int) -> Pixels | None:
    """Decode a photo of a usual kind, in bytes throughout; return None for every other file.

    Returns (height, width, channels) from 0 to 255.
    """
    try:
        # A file, not a path, for the reason that `read_image` gives.
        with path.open("rb") as file, Image.open(file, formats=FORMATS) as image:
            if not _is_plain(image) or is_figure(image):
                return None
            # In place, and converted where it is something else: each copy of a photo takes as
            # long as half its decoding.
            ImageOps.exif_transpose(image, in_place=True)
            wanted = "L" if channels == 1 else "RGB"
            pixels = np.asarray(image if image.mode == wanted else image.convert(wanted))
            return pixels.reshape(*pixels.shape[:2], channels)
    except Exception:  # damaged images raise anything; who reads them otherwise is told what
        return None


def _is_plain(image: Image.Image) -> bool:
    limit = Image.MAX_IMAGE_PIXELS or 0
    return (
        image.mode in _PLAIN_MODES
        and not image.has_transparency_data
        and image.width * image.height <= limit
    )


def fitted(pixels: Pixels, shape: PhotoShape) -> Pixels:
    """Give an image the aspect of a shape, as its `fit` says.

    Arguments: `pixels` (height, width, channels).
    Returns (other height, other width, channels), for "stretch" the image itself.
    Convention: crop_to_aspect_ratio and pad_to_aspect_ratio of Keras's
    image_dataset_from_directory.

    >>> wide = np.ones((2, 6, 1), np.uint8)
    >>> [fitted(wide, PhotoShape(4, 4, 1, fit)).shape for fit in ("crop", "pad")]
    [(2, 2, 1), (6, 6, 1)]
    """
    height, width = pixels.shape[:2]
    tall = int(width * shape.height / shape.width)  # the height that goes with this width
    broad = int(height * shape.width / shape.height)
    if shape.fit == "crop":
        rows, columns = max(min(height, tall), 1), max(min(width, broad), 1)
        top, left = (height - rows) // 2, (width - columns) // 2
        return pixels[top : top + rows, left : left + columns]
    if shape.fit == "pad":
        # As much on either side, as in Keras: of an odd number of rows, one is not added.
        rows, columns = max(tall - height, 0) // 2, max(broad - width, 0) // 2
        return np.pad(pixels, ((rows, rows), (columns, columns), (0, 0)))
    return pixels


def resize(pixels: Pixels, height: int, width: int) -> Pixels:
    """Resize an image bilinearly, the centres of pixels in line, and round to whole numbers.

    Arguments: `pixels` (any height, any width, channels).
    Returns (height, width, channels).

    >>> resize(np.array([[[0], [100]]], np.uint8), 1, 4)[0, :, 0].tolist()
    [0, 25, 75, 100]
    """
    if pixels.shape[:2] == (height, width):
        return pixels
    channels = pixels.shape[2]
    lines = pixels.reshape(len(pixels), -1)
    rows = _Neighbours.of(pixels.shape[0], height)
    columns = _Neighbours.of(pixels.shape[1], width).of_each_channel(channels)
    result = np.empty((height, width * channels), np.uint8)
    for start in range(0, height, ROWS_AT_ONCE):
        piece = slice(start, start + ROWS_AT_ONCE)
        between = _mixed(lines, rows.part(piece), axis=0)
        result[piece] = np.rint(_mixed(between, columns, axis=1))
    return result.reshape(height, width, channels)


def _mixed(numbers: Array, neighbours: _Neighbours, axis: int) -> NDArray[np.float32]:
    """Return the neighbours' mean along an axis, each counted by its share, in scratch memory."""
    share = neighbours.share if axis else neighbours.share[:, np.newaxis]
    before = _weighted(numbers, neighbours.before, 1 - share, axis, "before")
    after = _weighted(numbers, neighbours.after, share, axis, "after")
    return np.add(before, after, out=before)


def _weighted(
    numbers: Array,
    positions: NDArray[np.intp],
    share: NDArray[np.float32],
    axis: int,
    name: str,
) -> NDArray[np.float32]:
    shape = list(numbers.shape)
    shape[axis] = len(positions)
    taken = _SCRATCH.array(f"taken {axis}", shape, numbers.dtype)
    # No position is outside, so that "clip" changes none; it only spares a check of them.
    numbers.take(positions, axis, taken, "clip")
    result: NDArray[np.float32] = _SCRATCH.array(f"{name} {axis}", shape, np.float32)
    np.multiply(taken, share, out=result)
    return result


class _Scratch(threading.local):
    """Memory that a thread keeps from photo to photo.

    The system takes longer to hand out so much memory anew than the arithmetic takes, and lets
    one thread wait for the other.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def array(self, name: str, shape: Sequence[int], dtype: DTypeLike) -> Array:
        """Return an array whose numbers are whatever was left there by the last of this name."""
        size = math.prod(shape)
        if name not in self._arrays or self._arrays[name].size < size:
            self._arrays[name] = np.empty(size, dtype)
        return self._arrays[name][:size].reshape(shape)


_SCRATCH = _Scratch()


@dataclass(frozen=True, eq=False)
class _Neighbours:
    """For each output cell of one direction: the input cells around it, and the later's share."""

    before: NDArray[np.intp]
    after: NDArray[np.intp]
    share: NDArray[np.float32]

    @classmethod
    def of(cls, size: int, wanted: int) -> _Neighbours:
        # The edge's own pixel goes on beyond the outermost centres.
        centres = np.clip((np.arange(wanted) + 0.5) * (size / wanted) - 0.5, 0, size - 1)
        before = np.floor(centres).astype(np.intp)
        after = np.minimum(before + 1, size - 1)
        return cls(before, after, (centres - before).astype(np.float32))

    def part(self, piece: slice) -> _Neighbours:
        """Return some of the output's cells."""
        return _Neighbours(self.before[piece], self.after[piece], self.share[piece])

    def of_each_channel(self, channels: int) -> _Neighbours:
        """Return the same for pixels that lie in a line as numbers, their channels side by side."""
        channel = np.arange(channels)
        before, after = (
            (channels * positions[:, np.newaxis] + channel).ravel()
            for positions in (self.before, self.after)
        )
        return _Neighbours(before, after, np.repeat(self.share, channels))
