"""Images as pixel values from 0 to 255, through Pillow."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from cnncalc.errors import CnncalcError, InputError
from cnncalc.files.drawn_figures import refuse_figure
from cnncalc.files.paths import check_readable, printable, quoted
from cnncalc.files.pixels import (
    Channels,
    PixelHeader,
    PixelInput,
    Requirement,
    Values,
    are_levels,
    pixel_values,
)
from cnncalc.files.silence import silenced_standard_error
from cnncalc.shapes import Size

__all__ = ["FORMATS", "convert_image", "holds_numbers", "image_size", "read_image"]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
"""Pillow's names of the formats that are tried, whatever the file's ending says."""

_GREY_MODES = {"1", "L", "LA", "La"}
_NUMBER_MODES = {"I", "F"}
_WIDE_MODES = _NUMBER_MODES | {"I;16", "I;16B", "I;16L", "I;16N"}
# The EXIF orientations of an image that is stored lying on its side.
_LYING = (5, 6, 7, 8)
_COLOURS = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with alpha",
    "La": "grey with alpha",
    "P": "palette",
    "PA": "palette with alpha",
    "RGBA": "RGB with alpha",
    "RGBa": "RGB with alpha",
    "I": "32-bit whole numbers",
    "F": "32-bit fractions",
}


# Pillow logs what is odd in a file; without a handler, logging prints that.
logging.getLogger("PIL").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class _Stored:
    """What a file says of its image before anything is converted."""

    format: str
    mode: str
    bit_depth: int
    animated: bool


def read_image(
    path: Path, channels: Channels = "as-is", require: Requirement | None = None
) -> PixelInput:
    """Read an image, its first frame where it has several, turned upright as its EXIF data asks.

    Arguments: `path`; `channels`, "grey" (ITU-R 601 luma, as Pillow's mode L), "rgb", or "as-is"
    for one channel where the image is grey and three where it is in colour; `require`, which may
    refuse the image by its header, before a large one is decoded.
    Returns values from 0 to 255: 16-bit grey is divided by 257, alpha is composited on white.
    Images of 32-bit numbers keep their values.
    Raises InputError where the file can't be read, is no image, or is damaged, and what `require`
    raises.
    """
    check_readable(path)
    # A file, as Pillow 13 maps a path into memory and then scrambles TIFFs that lie on their side.
    with (
        _pillow_errors(path),
        path.open("rb") as file,
        Image.open(file, formats=FORMATS) as image,
    ):
        refuse_figure(image, path)
        stored = _stored(image)
        with silenced_standard_error() if stored.format == "TIFF" else nullcontext():
            if require is not None:
                require(_header(image, printable(path.name), channels))
            upright = ImageOps.exif_transpose(image)
    return _converted(path, stored, upright, channels)


def convert_image(
    image: Image.Image, channels: Channels = "as-is", require: Requirement | None = None
) -> PixelInput:
    """Convert an image of Pillow's as `read_image` does that of a file.

    Arguments: the `image`; its `channels` and `require` as there.
    Raises InputError where its file turns out to be damaged, or it holds what is no number.

    >>> convert_image(Image.new("L", (3, 2))).description
    'image: Pillow image, 3 wide × 2 high, grey'
    """
    path = Path(getattr(image, "filename", "") or "image")
    if not all(image.size):
        width, height = image.size
        message = f"{quoted(path)} must have pixels. Received: {width} wide × {height} high"
        raise InputError(message)
    refuse_figure(image, path)
    stored = _stored(image)
    with _pillow_errors(path):
        if require is not None:
            require(_header(image, printable(path.name), channels))
        upright = ImageOps.exif_transpose(image)
    return _converted(path, stored, upright, channels)


def _converted(path: Path, stored: _Stored, upright: Image.Image, channels: Channels) -> PixelInput:
    with _pillow_errors(path):
        notes, values = _values(upright, channels)
    if stored.mode in _WIDE_MODES:
        _check_finite(values, path)
    said = (*_conversion(stored, values), *notes)
    name, description = printable(path.name), _description(path, stored, upright.size, said)
    return PixelInput(values, name, description, "image", stored.bit_depth, notes=said)


def holds_numbers(source: Path | Image.Image) -> bool:
    """Say whether an image, or its file, holds 32-bit numbers, no levels from 0 to 255.

    Returns False where a file can't be opened, too: who reads it says why.
    """
    if isinstance(source, Image.Image):
        return not are_levels(_bit_depth(source))
    try:
        with _opened(source) as image:
            return not are_levels(_bit_depth(image))
    except InputError:
        return False


def image_size(path: Path) -> Size | None:
    """Return an image's upright (height, width) by its header, None where it can't be opened.

    Of a TIFF that lies on its side it may be the lying one: see `_header`, which decodes it.
    """
    try:
        with _opened(path) as image:
            if image.format == "TIFF":
                return Size(image.height, image.width)
            return Size(*_header(image, path.name, "as-is").shape[:2])
    except InputError:
        return None


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with (
        _pillow_errors(path),
        path.open("rb") as file,
        Image.open(file, formats=FORMATS) as image,
        silenced_standard_error() if image.format == "TIFF" else nullcontext(),
    ):
        yield image


@contextmanager
def _pillow_errors(path: Path) -> Iterator[None]:
    """Turn what Pillow raises into an InputError, and keep its warnings from the user."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except CnncalcError:
        raise
    except UnidentifiedImageError as error:
        message = f"{quoted(path)} is not an image, or is damaged. Expected {', '.join(FORMATS)}"
        raise InputError(message) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        message = f"{quoted(path)} has too many pixels: at most {Image.MAX_IMAGE_PIXELS:,} are read"
        raise InputError(message) from error
    except MemoryError as error:
        message = f"{quoted(path)} needs more memory than there is"
        raise InputError(message) from error
    # A damaged image may raise OSError, SyntaxError, ValueError, struct.error, EOFError and others.
    except Exception as error:
        message = f"{quoted(path)} can't be read as an image: {printable(str(error))}"
        raise InputError(message) from error


def _stored(image: Image.Image) -> _Stored:
    """Describe an image that is not decoded yet."""
    return _Stored(
        format="JPEG" if image.format == "MPO" else image.format or "Pillow image",
        mode=image.mode,
        bit_depth=_bit_depth(image),
        animated=bool(getattr(image, "is_animated", False)),
    )


def _header(image: Image.Image, name: str, channels: Channels) -> PixelHeader:
    """Return the shape that `read_image` will give an image, as a rule without decoding it.

    Pillow decodes a PNG to find EXIF data that stand behind the pixels; of a TIFF, it depends on
    Pillow's version whether the size is that of the upright image until it is decoded.
    """
    if image.format == "TIFF":
        image.load()
    width, height = image.size
    if image.getexif().get(ExifTags.Base.Orientation) in _LYING:
        width, height = height, width
    is_grey = image.mode in _GREY_MODES | _WIDE_MODES
    depth = {"grey": 1, "rgb": 3, "as-is": 1 if is_grey else 3}[channels]
    return PixelHeader(name, "image", (height, width, depth))


def _bit_depth(image: Image.Image) -> int:
    """Return the bits of one channel as stored; Pillow names them in the first tile's raw mode."""
    if image.mode in _NUMBER_MODES:
        return 32
    if image.mode == "1":
        return 1
    return 16 if ";16" in f"{image.mode}{getattr(image, 'tile', [])[:1]}" else 8


def _values(image: Image.Image, channels: Channels) -> tuple[list[str], Values]:
    """Convert a decoded image; also say what had to be done beside choosing the channels."""
    if image.mode in _WIDE_MODES:
        return _wide_values(image, channels)
    notes = []
    is_grey = image.mode in _GREY_MODES
    if image.has_transparency_data:
        notes.append("alpha composited on white")
        image = _on_white(image)
    wanted = {"grey": "L", "rgb": "RGB", "as-is": "L" if is_grey else "RGB"}[channels]
    return notes, pixel_values(np.asarray(image.convert(wanted)))


def _on_white(image: Image.Image) -> Image.Image:
    """Lay an image with any form of transparency on white."""
    layered = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(layered, mask=layered.getchannel("A"))
    return white


def _wide_values(image: Image.Image, channels: Channels) -> tuple[list[str], Values]:
    """Read grey values of more than 8 bits, which Pillow's own conversions would cut off."""
    values = np.asarray(image).astype(np.float64)
    notes = ["values kept as stored"]
    if image.mode not in _NUMBER_MODES:
        if "transparency" in image.info:
            values[values == image.info["transparency"]] = 65535
        values /= 257
        notes = ["values divided by 257"]
    if channels == "rgb":
        values = np.repeat(values[:, :, np.newaxis], 3, axis=2)
    return notes, pixel_values(values)


def _check_finite(values: Values, path: Path) -> None:
    """Raise InputError naming the first pixel that is NaN or infinite, as 32-bit floats may be."""
    finite = np.isfinite(values)
    if not finite.all():
        row, column, channel = (int(i) for i in np.argwhere(~finite)[0])
        message = (
            f"{quoted(path)} must hold finite values. Received: {values[row, column, channel]} in "
            f"row {row}, column {column}, counted from 0"
        )
        raise InputError(message)


def _conversion(stored: _Stored, values: Values) -> list[str]:
    """Say how the channels came about, where that is not plain from the stored colours."""
    notes = ["first frame"] if stored.animated else []
    grey = values.shape[2] == 1
    plain = _GREY_MODES | _WIDE_MODES if grey else {"RGB", "RGBA", "RGBa"}
    if stored.mode not in plain:
        notes.append("read as grey" if grey else "read as RGB")
    if stored.bit_depth == 16 and stored.mode not in _WIDE_MODES:
        notes.append("the upper 8 of 16 bits")
    return notes


def _description(path: Path, stored: _Stored, size: tuple[int, int], notes: Sequence[str]) -> str:
    width, height = size
    colour = _COLOURS.get(stored.mode, "16-bit grey" if ";16" in stored.mode else stored.mode)
    if stored.bit_depth == 16 and ";16" not in stored.mode:
        colour = f"16-bit {colour}"
    parts = [stored.format, f"{width} wide × {height} high", colour, *notes]
    return f"{printable(path.name)}: {', '.join(parts)}"
