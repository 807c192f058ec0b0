"""One photo as training reads it: decoded, made to fit, and resized to a fixed size of bytes.

Resizing is that of Keras's `image_dataset_from_directory`: bilinear between the four nearest
pixels, without smoothing beforehand (TensorFlow's image.resize, OpenCV's INTER_LINEAR), and here
rounded to whole numbers. JPEG's faster decoding at a reduced size is not used: it would give
other numbers. TensorFlow itself decodes JPEG by a transform that is faster and less exact than
Pillow's: where Keras reads photos through it, they differ from these by about 1 on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cnncalc.errors import InputError, OptionError
from cnncalc.files.images import FORMATS, read_image
from cnncalc.files.paths import quoted
from cnncalc.shapes import pair

__all__ = ["Fit", "PhotoShape", "fitted", "read_photo", "resize"]

Pixels = NDArray[np.uint8]
Fit = Literal["stretch", "crop", "pad"]

_PLAIN_MODES = ("1", "L", "RGB", "CMYK", "YCbCr")
"""The modes that Pillow's own conversion to grey or RGB serves; `read_image` knows the others."""


@dataclass(frozen=True)
class PhotoShape:
    """What every photo is made to be: (height, width) in pixels, its channels, and how it fits.

    `channels` is 3 for RGB, 1 for grey. `fit` is "stretch" to any aspect, "crop" the largest
    centred part of the right aspect, or "pad" with black to it.
    """

    height: int = 300
    width: int = 300
    channels: int = 3
    fit: Fit = "stretch"

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
    return resize(fitted(_decoded(path, shape.channels), shape), shape.height, shape.width)


def _decoded(path: Path, channels: int) -> Pixels:
    """Decode as `read_image` does, but where the photo is of a usual kind in bytes throughout."""
    try:
        # A file, not a path, for the reason that `read_image` gives.
        with path.open("rb") as file, Image.open(file, formats=FORMATS) as image:
            if _is_plain(image):
                upright = ImageOps.exif_transpose(image)
                pixels = np.asarray(upright.convert("L" if channels == 1 else "RGB"))
                return pixels.reshape(*pixels.shape[:2], channels)
    except Exception:  # noqa: S110 (damaged images raise anything; below it is said what)
        pass
    values = read_image(path, "grey" if channels == 1 else "rgb")
    if values.bit_depth == 32:
        message = f"{quoted(path)} holds 32-bit numbers. Expected a photo of values from 0 to 255"
        raise InputError(message)
    return np.rint(values.values).astype(np.uint8)


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
    rows, columns = _Neighbours.of(pixels.shape[0], height), _Neighbours.of(pixels.shape[1], width)
    share = rows.share[:, np.newaxis, np.newaxis]
    between = pixels[rows.before] * (1 - share) + pixels[rows.after] * share
    share = columns.share[:, np.newaxis]
    result = between[:, columns.before] * (1 - share) + between[:, columns.after] * share
    return np.rint(result).astype(np.uint8)


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
