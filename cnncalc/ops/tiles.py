"""Working through a batch in tiles that fit the cache: the one home of that trick.

A 12-megapixel photo in float64 is 96 MB, and the windows over it many times that. A tile is so
many rows of the output, or whole small images, or a part of one long row, that the numbers worked
on stay in the processor's cache: memory stays bounded, and each number is fetched from the slow
main memory once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops.arrays import Array
from cnncalc.ops.padding import pad
from cnncalc.shapes import Pads, Size

__all__ = [
    "MANY_CHANNELS",
    "TILE_NUMBERS",
    "Tile",
    "input_and_pads",
    "met_by",
    "padded_input",
    "parts",
    "patch_matrix",
    "row_tiles",
    "tap",
    "taps",
    "tiles",
]

# 2 MB of float64 or 1 MB of float32. Measured: half of it loses time to Python's own work, twice as
# much to BLAS's threads, which wait for each other on a busy machine.
TILE_NUMBERS = 1 << 18


class Tile(NamedTuple):
    """Some images of a batch, and some rows and columns of their output: `output[tile]`."""

    images: slice
    rows: slice
    columns: slice

    def covered(self, geometry: Geometry) -> tuple[slice, slice, slice]:
        """Return the part of the padded input under the tile's windows, as an index."""
        down, across = geometry.vertical, geometry.horizontal
        return self.images, _covered(down, self.rows), _covered(across, self.columns)


def tiles(batch: int, geometry: Geometry, numbers: int, least: int = 1) -> Iterator[Tile]:
    """Divide the output of a batch into tiles, in order, as large as the cache allows.

    Arguments: the number of images in the `batch`; the window's `geometry`; how many `numbers`
    the work on one output cell holds at a time; how many cells a tile has at `least`, if there are
    so many.

    >>> from cnncalc.geometry import geometry
    >>> [tile.rows for tile in tiles(1, geometry((4, 1), 1), numbers=TILE_NUMBERS // 3)]
    [slice(0, 3, None), slice(3, 4, None)]
    """
    height, width = geometry.output
    cells = max(least, TILE_NUMBERS // numbers)
    for images in parts(batch, cells // (height * width)):
        for rows in parts(height, cells // width):
            for columns in parts(width, cells):
                yield Tile(images, rows, columns)


def row_tiles(batch: int, output: Size, rows: int, at_once: int, across: int) -> Iterator[Tile]:
    """Divide the output of a batch into rows for whole products, then what is left.

    Arguments: the number of images in the `batch`; the `output`'s size; how many `rows` a tile has,
    a multiple of those that a product gives `at_once`; how many columns it has `across`.

    >>> [tile.rows for tile in row_tiles(1, Size(7, 1), rows=4, at_once=2, across=1)]
    [slice(0, 4, None), slice(4, 6, None), slice(6, 7, None)]
    """
    height, width = output
    whole = height - height % at_once
    for image in range(batch):
        for down in (*parts(whole, rows), *parts(height, at_once, first=whole)):
            for columns in parts(width, across):
                yield Tile(slice(image, image + 1), down, columns)


def padded_input(images: Array, geometry: Geometry, tile: Tile, value: float = 0.0) -> Array:
    """Return the padded input under a tile: a view where no padding falls into it.

    Arguments: `images` (batch, height, width, channels), not padded; the window's `geometry`; the
    `tile`; the `value` of padding cells.
    Returns (images of the tile, covered rows, covered columns, channels).
    """
    return pad(*input_and_pads(images, geometry, tile), value)


def input_and_pads(images: Array, geometry: Geometry, tile: Tile) -> tuple[Array, Pads]:
    """Return the input under a tile, a view, and how many cells of padding surround it there.

    Arguments: `images` (batch, height, width, channels), not padded; the window's `geometry`; the
    `tile`.

    >>> from cnncalc.geometry import geometry
    >>> tile = Tile(slice(0, 1), slice(0, 2), slice(0, 9))
    >>> taken, pads = input_and_pads(np.ones((1, 9, 9, 1)), geometry((9, 9), 3, padding=1), tile)
    >>> taken.shape, pads
    ((1, 3, 9, 1), Pads(top=1, bottom=0, left=1, right=1))
    """
    _, rows, columns = tile.covered(geometry)
    taken_rows, above, below = _without_padding(geometry.vertical, rows)
    taken_columns, left, right = _without_padding(geometry.horizontal, columns)
    return images[tile.images, taken_rows, taken_columns], Pads(above, below, left, right)


def taps(geometry: Geometry) -> Iterator[tuple[int, int]]:
    """Walk the kernel's cells (i, j) in row-major order.

    >>> from cnncalc.geometry import geometry
    >>> list(taps(geometry((4, 4), (1, 2))))
    [(0, 0), (0, 1)]
    """
    for i in range(geometry.kernel.height):
        for j in range(geometry.kernel.width):
            yield i, j


def tap(covered: Array, geometry: Geometry, cell: tuple[int, int]) -> Array:
    """Return what one kernel cell meets in every window: a view, one number an output cell.

    Arguments: the `covered` input of a tile (n, rows, columns, channels); the window's
    `geometry`; the kernel's `cell` (i, j).
    Returns (n, output rows, output columns, channels).
    """
    rows = met_by(cell[0], geometry.vertical, covered.shape[1])
    columns = met_by(cell[1], geometry.horizontal, covered.shape[2])
    return covered[:, rows, columns]


def met_by(index: int, axis: Axis, size: int) -> slice:
    """Return the cells that the kernel's cell `index` meets among `size` cells of the input.

    >>> met_by(1, Axis(size=7, kernel=2, stride=2, dilation=3, before=0, after=0), size=7)
    slice(3, 7, 2)
    """
    first = index * axis.dilation
    return slice(first, first + size - axis.window + 1, axis.stride)


def parts(size: int, part: int, first: int = 0) -> Iterator[slice]:
    """Divide a range from `first` up to `size` into parts, of one at least.

    >>> list(parts(5, 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    part = max(1, part)
    for start in range(first, size, part):
        yield slice(start, min(start + part, size))


def _covered(axis: Axis, outputs: slice) -> slice:
    return slice(outputs.start * axis.stride, (outputs.stop - 1) * axis.stride + axis.window)


def _without_padding(axis: Axis, covered: slice) -> tuple[slice, int, int]:
    """Return which of the covered cells are the input's, and how many before and after aren't."""
    first = min(max(covered.start - axis.before, 0), axis.size)
    last = min(max(covered.stop - axis.before, 0), axis.size)
    # All of it may lie before or after the input: then no more is padding than is covered.
    before = min(max(axis.before - covered.start, 0), covered.stop - covered.start)
    return slice(first, last), before, covered.stop - covered.start - before - (last - first)


# From so many channels on, a copy that runs along the channels is the faster one. Measured.
MANY_CHANNELS = 6


def patch_matrix(covered: Array, geometry: Geometry) -> Array:
    """Lay each window out as a row: its cells in row-major order, each with its channels.

    The order in memory follows the longest runs of the copy: where channels are few, the matrix
    lies column by column, since a column walks along the image's rows. BLAS takes either.
    Arguments: the `covered` input of a tile (n, rows, columns, channels); the window's `geometry`.
    Returns (n × output rows × output width, kernel height × kernel width × channels).

    >>> from cnncalc.geometry import geometry
    >>> patch_matrix(np.arange(6.0).reshape(1, 2, 3, 1), geometry((2, 3), 2))
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.]])
    """
    down, across = geometry.vertical, geometry.horizontal
    channels = covered.shape[3]
    if geometry.kernel == (1, 1):
        # Each pixel is a window: where none is passed over, they lie as they should.
        return tap(covered, geometry, (0, 0)).reshape(-1, channels)
    by_channel = covered.transpose(3, 0, 1, 2)
    if channels < MANY_CHANNELS:
        by_channel = np.ascontiguousarray(by_channel)
    windows = sliding_window_view(by_channel, (down.window, across.window), axis=(2, 3))
    windows = windows[
        :, :, :: down.stride, :: across.stride, :: down.dilation, :: across.dilation
    ]  # cnyxij
    size = down.kernel * across.kernel * channels
    if channels < MANY_CHANNELS:
        return windows.transpose(4, 5, 0, 1, 2, 3).reshape(size, -1).T
    return windows.transpose(1, 2, 3, 4, 5, 0).reshape(-1, size)
