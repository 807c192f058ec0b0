"""Working through a batch in strips that fit the cache: the one home of that trick.

A 12-megapixel photo in float64 is 96 MB, and the windows over it many times that. A strip is so
many rows of the output, or whole small images, that the numbers worked on stay in the processor's
cache: memory stays bounded, and each number is fetched from the slow main memory once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.ops.arrays import Array
from cnncalc.ops.padding import pad
from cnncalc.shapes import Axis, Geometry, Pads

__all__ = ["Strip", "met_by", "padded_rows", "strips", "tap", "taps"]

# 2 MB of float64 or 1 MB of float32. Measured: a quarter or four times as much is slower.
STRIP_NUMBERS = 1 << 18


class Strip(NamedTuple):
    """Some of the batch's images, and of their output rows: `output[strip]` is their part."""

    images: slice
    rows: slice

    def input_rows(self, vertical: Axis) -> slice:
        """Return the rows of the padded input that the strip's windows cover."""
        last = (self.rows.stop - 1) * vertical.stride + vertical.window
        return slice(self.rows.start * vertical.stride, last)


def strips(batch: int, geometry: Geometry, numbers: int) -> Iterator[Strip]:
    """Divide the output of a batch into strips, in order: whole images while they are small.

    Arguments: the number of images in the `batch`; the window's `geometry`; how many `numbers`
    the work on one output cell holds at a time.

    >>> from cnncalc.shapes import geometry
    >>> [strip.rows for strip in strips(1, geometry((4, 1), 1), numbers=STRIP_NUMBERS // 3)]
    [slice(0, 3, None), slice(3, 4, None)]
    """
    height, width = geometry.output
    rows = max(1, STRIP_NUMBERS // (numbers * width))
    images = max(1, rows // height)
    for image in range(0, batch, images):
        for row in range(0, height, rows):
            chosen = slice(image, min(image + images, batch))
            yield Strip(chosen, slice(row, min(row + rows, height)))


def padded_rows(images: Array, geometry: Geometry, strip: Strip, value: float = 0.0) -> Array:
    """Return the padded input under a strip: a view where no padding falls into it.

    Arguments: `images` (batch, height, width, channels), not padded; the window's `geometry`; the
    `strip`; the `value` of padding cells.
    Returns (images of the strip, its input rows, padded width, channels).
    """
    wanted = strip.input_rows(geometry.vertical)
    pads, height = geometry.pads, geometry.input.height
    first = min(max(wanted.start - pads.top, 0), height)
    last = min(max(wanted.stop - pads.top, 0), height)
    # A strip may lie in the padding altogether: it has no more rows above than it has rows.
    above = min(max(pads.top - wanted.start, 0), wanted.stop - wanted.start)
    below = wanted.stop - wanted.start - above - (last - first)
    return pad(images[strip.images, first:last], Pads(above, below, pads.left, pads.right), value)


def taps(geometry: Geometry) -> Iterator[tuple[int, int]]:
    """Walk the kernel's cells (i, j) in row-major order.

    >>> from cnncalc.shapes import geometry
    >>> list(taps(geometry((4, 4), (1, 2))))
    [(0, 0), (0, 1)]
    """
    for i in range(geometry.kernel.height):
        for j in range(geometry.kernel.width):
            yield i, j


def tap(rows: Array, geometry: Geometry, cell: tuple[int, int]) -> Array:
    """Return what one kernel cell meets in every window: a view, one number an output cell.

    Arguments: padded `rows` (n, rows, padded width, channels); the window's `geometry`; the
    kernel's `cell` (i, j).
    Returns (n, output rows, output width, channels).
    """
    down, across = geometry.vertical, geometry.horizontal
    return rows[:, met_by(cell[0], down, rows.shape[1]), met_by(cell[1], across, rows.shape[2])]


def met_by(index: int, axis: Axis, size: int) -> slice:
    """Return the cells that the kernel's cell `index` meets among `size` cells of the input.

    >>> met_by(1, Axis(size=7, kernel=2, stride=2, dilation=3, before=0, after=0), size=7)
    slice(3, 7, 2)
    """
    first = index * axis.dilation
    return slice(first, first + size - axis.window + 1, axis.stride)
