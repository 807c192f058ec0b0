"""Values as a picture file: grey for one channel, colour for three, a contact sheet for others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from math import ceil, sqrt
from typing import Any, Literal

import numpy as np
from PIL import ExifTags, Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from cnncalc.errors import OutputError
from cnncalc.network import Array
from cnncalc.provenance import Provenance
from cnncalc.views.numbers import format_number
from cnncalc.views.provenance import provenance_lines

__all__ = [
    "Form",
    "Levels",
    "Picture",
    "Scaling",
    "description_exif",
    "draw_picture",
    "encode_picture",
    "to_levels",
]

Form = Literal["png", "jpg", "gif", "webp"]
Scaling = Literal["clip", "minmax"]

_PILLOW_OPTIONS: dict[Form, dict[str, Any]] = {
    # Without loss at any level. Of a photo, level 4 takes a third of the time of Pillow's own, 6,
    # and makes no larger a file.
    "png": {"format": "PNG", "compress_level": 4},
    # The best that JPEG has, colour at full resolution.
    "jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    "gif": {"format": "GIF"},
    "webp": {"format": "WEBP", "lossless": True},
}
_LARGEST_SIDE = {"jpg": 65_500, "gif": 65_535, "webp": 16_383}
_LOSSES = {"jpg": "jpg changes levels a little", "gif": "gif keeps 256 colours"}
# So many values are turned into levels at a time: a photo needs no second copy in float64.
_VALUES_AT_ONCE = 1_000_000
# The tiles of a contact sheet are enlarged to about this many pixels, and leave room for a label.
_LEAST_TILE = 48
_LABEL_WIDTH = 24
_GAP = 4
_LABEL_HEIGHT = 16
_WHITE = 255
LONGEST_COMMENT = 60_000


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels of 0 to 255, (height, width, channels) as bytes, and a sentence on how they came."""

    values: Array
    sentence: str


@dataclass(frozen=True)
class Picture:
    """An encoded picture and a sentence on how values became what is seen."""

    data: bytes
    sentence: str


def encode_picture(
    values: Array, form: Form, scaling: Scaling = "clip", provenance: Provenance | None = None
) -> Picture:
    """Encode values as a picture, a pixel a value.

    Arguments: `values` (height, width) or (height, width, channels); the file's `form`; `scaling`
    as in `to_levels`; the `provenance` that the file tells of beside its pixels.
    Returns the picture: grey for one channel, red, green and blue for three, and a contact sheet
    of labelled grey tiles for any other number.
    Raises OutputError for values of another shape, and where the picture is larger than its form
    allows.

    >>> encode_picture(np.array([[0.0, 300.0]]), "png").sentence
    'values below 0 became 0, above 255 became 255: 50 % of them'
    """
    if values.ndim not in (2, 3):
        message = (
            "a picture shows (height, width) or (height, width, channels); .csv, .npy, .json and "
            f".html hold the rest. Received: a row of {values.size} numbers"
        )
        raise OutputError(message)
    levels = to_levels(values, scaling)
    image = draw_picture(levels)
    _require_size(image, form)
    sentences = [levels.sentence, _channels_sentence(levels.values.shape[2])]
    if form == "jpg" or image.mode != "L":
        sentences.append(_LOSSES.get(form, ""))
    buffer = BytesIO()
    told = _told(form, provenance) if provenance else {}
    image.save(buffer, **_PILLOW_OPTIONS[form], **told)
    return Picture(buffer.getvalue(), "; ".join(filter(None, sentences)))


def _told(form: Form, provenance: Provenance) -> dict[str, Any]:
    """Return a provenance as Pillow writes it.

    PNG has text chunks, JPEG and GIF have a comment, WebP has the description that EXIF knows.
    """
    lines = provenance_lines(provenance)
    if form == "png":
        chunks = PngInfo()
        for key, text in lines:
            chunks.add_text("Software" if key == "Version" else key, text)
        return {"pnginfo": chunks}
    text = "\n".join(f"{key}: {text}" for key, text in lines)
    if form == "webp":
        return {"exif": description_exif(text)}
    # A comment of JPEG's is shorter than 64 kB, and a GIF that Pillow closes has blocks of 255.
    return {"comment": text.encode()[:LONGEST_COMMENT]}


def description_exif(text: str) -> Image.Exif:
    """Return a text as the description of an image in EXIF data."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = text.encode()[:LONGEST_COMMENT]
    return exif


def to_levels(values: Array, scaling: Scaling = "clip") -> Levels:
    """Turn values into levels of 0 to 255.

    Arguments: `values` (height, width) or (height, width, channels); `scaling`, "clip" (rounded,
    and cut off at 0 and 255) or "minmax" (the lowest becomes 0, the highest 255). Empty cells
    become 0.

    >>> to_levels(np.array([[-1.0, 0.0, 1.0]]), "minmax").values[:, :, 0].tolist()
    [[0, 128, 255]]
    """
    volume = values if values.ndim == 3 else values[:, :, np.newaxis]
    return _clipped(volume) if scaling == "clip" else _stretched(volume)


def _clipped(volume: Array) -> Levels:
    levels = np.empty(volume.shape, np.uint8)
    outside, is_whole = 0, True
    for rows in _pieces(volume):
        rounded = np.rint(volume[rows])
        is_whole = is_whole and np.array_equal(rounded, volume[rows], equal_nan=True)
        outside += int(np.count_nonzero((rounded < 0) | (rounded > 255)))
        # Of NaN, an empty cell, and 0, fmax takes 0.
        levels[rows] = np.fmin(np.fmax(rounded, 0, out=rounded), 255, out=rounded)
    if not outside:
        what = "values are" if is_whole else "values were rounded to"
        return Levels(levels, f"{what} whole levels of 0 to 255")
    share = _percent(outside / volume.size)
    what = "values" if is_whole else "values were rounded; those"
    text = f"{what} below 0 became 0, above 255 became 255: {share} of them"
    return Levels(levels, text)


def _stretched(volume: Array) -> Levels:
    low = float(np.fmin.reduce(volume, axis=None))
    high = float(np.fmax.reduce(volume, axis=None))
    levels = np.zeros(volume.shape, np.uint8)
    if low == high:
        return Levels(levels, f"every value is {format_number(low)} and became 0")
    for rows in _pieces(volume):
        # Halves, because high − low of two huge numbers would overflow.
        place = (volume[rows] / 2 - low / 2) / (high / 2 - low / 2)
        levels[rows] = np.fmax(np.rint(place * 255), 0)
    ends = f"the lowest value, {format_number(low)}, became 0"
    return Levels(levels, f"{ends} and the highest, {format_number(high)}, became 255")


def _pieces(volume: Array) -> Iterator[slice]:
    """Yield the rows in pieces of about `_VALUES_AT_ONCE` values."""
    count = max(1, _VALUES_AT_ONCE // volume[0].size)
    for first in range(0, len(volume), count):
        yield slice(first, first + count)


def _percent(share: float) -> str:
    percent = format_number(100 * share, 1)
    return f"{percent} %" if percent != "0" else "less than 0.1 %"


def draw_picture(levels: Levels) -> Image.Image:
    """Return levels as a Pillow image, so that they can be drawn upon or made frames."""
    values = levels.values
    if values.shape[2] == 1:
        return Image.fromarray(values[:, :, 0])
    if values.shape[2] == 3:
        return Image.fromarray(values)
    return _contact_sheet(values)


def _contact_sheet(values: Array) -> Image.Image:
    """Return the channels as labelled tiles, row by row, as many across as down."""
    height, width, channels = values.shape
    times = ceil(_LEAST_TILE / max(height, width))
    across = ceil(sqrt(channels))
    down = ceil(channels / across)
    tile = (max(width * times, _LABEL_WIDTH) + _GAP, height * times + _GAP + _LABEL_HEIGHT)
    sheet = Image.new("L", (across * tile[0] + _GAP, down * tile[1] + _GAP), _WHITE)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default()
    for channel in range(channels):
        row, column = divmod(channel, across)
        corner = (column * tile[0] + _GAP, row * tile[1] + _GAP)
        pen.text(corner, str(channel), fill=0, font=font)
        image = Image.fromarray(np.ascontiguousarray(values[:, :, channel]))
        enlarged = image.resize((width * times, height * times), Image.Resampling.NEAREST)
        sheet.paste(enlarged, (corner[0], corner[1] + _LABEL_HEIGHT))
    return sheet


def _channels_sentence(channels: int) -> str:
    if channels == 1:
        return ""
    if channels == 3:
        return "the three channels became red, green and blue"
    return f"the {channels} channels are tiles of one picture"


def _require_size(image: Image.Image, form: Form) -> None:
    largest = _LARGEST_SIDE.get(form)
    if largest and max(image.size) > largest:
        message = (
            f"a {form} must be at most {largest} pixels high and wide; a png has no such limit. "
            f"Received: {image.height}×{image.width}"
        )
        raise OutputError(message)
