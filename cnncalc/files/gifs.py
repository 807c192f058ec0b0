"""A GIF of many frames: one palette for all, and of each frame only what changed.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from struct import pack
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.GifImagePlugin import getdata

__all__ = ["write_gif"]

Pixels = NDArray[np.uint8]

# The last index is that of pixels that stay as they are.
_COLORS = _UNCHANGED = 255
# So many of the most frequent colours are kept as they are; the others share what is left.
_MOST_EXACT = 96
# The colours are those of so many frames, evenly spread.
_SAMPLES = 12
_LONGEST_BLOCK, _LONGEST_COMMENT = 255, 60_000


class _Palette(NamedTuple):
    """Colours (at most 255, 3), and for each of 2²⁴ codes the nearest one's number, or -1."""

    colors: Pixels
    numbers: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class _Part:
    """What is drawn of a frame: indices (height, width), and its place from the left and top."""

    indices: Pixels
    place: tuple[int, int] = (0, 0)


def write_gif(
    file: BinaryIO, draw: Callable[[int], Pixels], milliseconds: Sequence[int], comment: str
) -> None:
    """Write frames as a GIF that plays for ever.

    Arguments: the `file`; what can `draw` a frame, (height, width, 3) of red, green and blue, by
    its number from 0; for each frame its `milliseconds`, of which a GIF counts tens; a `comment`.
    """
    count = len(milliseconds)
    samples = sorted({round(place) for place in np.linspace(0, count - 1, min(_SAMPLES, count))})
    palette = _make_palette([draw(number) for number in samples])
    shown = draw(0)
    file.write(_header(shown, palette, comment))
    part, duration = _Part(_indices(shown, palette)), milliseconds[0]
    for number in range(1, count):
        pixels = draw(number)
        change = _changed(shown, pixels, palette)
        if change is None:
            duration += milliseconds[number]
            continue
        _write_part(file, part, duration)
        part, duration, shown = change, milliseconds[number], pixels
    _write_part(file, part, duration)
    file.write(b";")


def _make_palette(samples: Sequence[Pixels]) -> _Palette:
    """Return the colours of some frames, those of few pixels joined where there are too many."""
    drawn = np.concatenate([_codes(sample).ravel() for sample in samples])
    codes, counts = np.unique(drawn, return_counts=True)
    order = codes[np.argsort(-counts, kind="stable")]
    chosen = order if len(order) <= _COLORS else order[:_MOST_EXACT]
    colors = _colors(chosen)
    if len(order) > _COLORS:
        rest = Image.fromarray(_colors(order[_MOST_EXACT:])[np.newaxis])
        # Of Pillow's ways the one that leaves no color far from all others.
        way = Image.Quantize.MAXCOVERAGE
        joined = rest.quantize(_COLORS - _MOST_EXACT, way, kmeans=1)
        spread = np.array(joined.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
        colors = np.concatenate([colors, spread[: _COLORS - _MOST_EXACT]])
    numbers = np.full(2**24, -1, np.int16)
    numbers[chosen] = np.arange(len(chosen))
    return _Palette(colors, numbers)


def _codes(pixels: Pixels) -> NDArray[np.int32]:
    parts = pixels.astype(np.int32)
    codes: NDArray[np.int32] = parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    return codes


def _colors(codes: NDArray[np.int32]) -> Pixels:
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)


def _indices(pixels: Pixels, palette: _Palette) -> Pixels:
    """Return the number of the nearest colour of each of (height, width, 3) pixels."""
    codes = _codes(pixels)
    found = palette.numbers[codes]
    unknown = np.unique(codes[found < 0])
    if unknown.size:
        palette.numbers[unknown] = _nearest(_colors(unknown), palette.colors)
        found = palette.numbers[codes]
    return found.astype(np.uint8)


def _nearest(wanted: Pixels, colors: Pixels) -> NDArray[np.int16]:
    """Return the number of the colour nearest to each of those that are wanted."""
    have = colors.astype(np.int32)
    found = [np.argmin(((have - color) ** 2).sum(axis=1)) for color in wanted.astype(np.int32)]
    return np.array(found, dtype=np.int16)


def _changed(shown: Pixels, pixels: Pixels, palette: _Palette) -> _Part | None:
    """Return the rectangle around all that changed, None where nothing did."""
    differs = (shown != pixels).any(axis=2)
    if not differs.any():
        return None
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    indices = np.where(differs[place], _indices(pixels[place], palette), np.uint8(_UNCHANGED))
    return _Part(indices, (int(columns[0]), int(rows[0])))


def _header(first: Pixels, palette: _Palette, comment: str) -> bytes:
    """Return what stands before the frames: size, palette, that it plays for ever, a comment."""
    height, width, _ = first.shape
    table = bytes(palette.colors).ljust(3 * 256, b"\0")
    forever = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    told = comment.encode()[:_LONGEST_COMMENT]
    blocks = [told[i : i + _LONGEST_BLOCK] for i in range(0, len(told), _LONGEST_BLOCK)]
    written = b"".join(bytes([len(block)]) + block for block in blocks)
    size = pack("<6sHHBBB", b"GIF89a", width, height, 0xF7, 0, 0)
    return size + table + forever + (b"!\xfe" + written + b"\0" if told else b"")


def _write_part(file: BinaryIO, part: _Part, milliseconds: int) -> None:
    """Write what changed, on top of what is there."""
    picture = Image.fromarray(part.indices)  # indices are written as they are, whatever they mean
    file.writelines(
        getdata(picture, part.place, duration=milliseconds, transparency=_UNCHANGED, disposal=1)
    )
