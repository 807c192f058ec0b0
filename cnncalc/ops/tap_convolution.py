"""Convolution of each channel by one kernel: one product a tile, all the kernel's cells in it.

As in row_convolution.py a matrix gives a few rows of the output at once. Here the kernel's columns
stand in it side by side, and what each of them meets (its taps) is laid out in the cache: copying a
number there takes less time than adding it to a sum. With more channels in a window there would be
more to copy than to add.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops import tiles as cache
from cnncalc.ops.arrays import Array
from cnncalc.ops.row_convolution import ROWS_AT_ONCE, columns_by_phase
from cnncalc.ops.threads import in_threads
from cnncalc.ops.tiles import Tile, input_and_pads, row_tiles
from cnncalc.shapes import Pads

__all__ = ["convolve_taps"]

# A product has at most so many multiplications: OpenBLAS has kernels for small ones that pack
# nothing, and shares out none so small among threads of its own. Twice as many were slower.
MULTIPLICATIONS = 1 << 17

# Bytes. Numbers that lie across two lines are fetched twice: 11×11 took 1.2 times as long.
CACHE_LINE = 64


class _Span(NamedTuple):
    """Which numbers of an output row meet which of a phase of the input, for a kernel's column."""

    numbers: slice
    phase: int
    met: slice


def convolve_taps(images: Array, kernel: Array, geometry: Geometry, result: Array) -> None:
    """Slide a kernel over each channel by itself, and write the convolution into `result`.

    A NaN or an infinity spreads to windows near it, as by `convolve_rows`.
    Arguments: `images` (batch, height, width, channels); `kernel` (kernel height, kernel width);
    the window's `geometry`; `result` (batch, output height, output width, channels), in order.

    >>> from cnncalc.geometry import geometry
    >>> image, result = np.arange(6.0).reshape(1, 2, 3, 1), np.empty((1, 1, 2, 1))
    >>> convolve_taps(image, np.ones((2, 2)), geometry((2, 3), 2), result)
    >>> result[0, :, :, 0]
    array([[ 8., 12.]])
    """
    kernel = kernel.astype(result.dtype, copy=False)
    work = partial(_convolve_tiles, images, kernel, geometry, result)
    in_threads(work, tuple(_tiles(images, kernel, geometry)))


def _tiles(images: Array, kernel: Array, geometry: Geometry) -> Iterator[Tile]:
    """Divide the output into rows for whole products, then what is left; all in equal columns."""
    channels = images.shape[3]
    height, width = geometry.output
    at_once = min(ROWS_AT_ONCE, height)
    reach = (at_once - 1) * geometry.strides.height + geometry.vertical.window
    taps = geometry.kernel.width
    most = max(1, MULTIPLICATIONS // (at_once * reach * taps * channels))
    line = min(CACHE_LINE // kernel.itemsize, most)
    most = most // line * line
    across = -(-width // -(-width // most))
    across = -(-across // line) * line
    # What a core's own cache holds are bytes: half as many numbers of float64 as of float32.
    numbers = cache.TILE_NUMBERS * 4 // kernel.itemsize
    held = across * channels * (1 + taps * geometry.strides.height)
    rows = max(1, numbers // (held * at_once)) * at_once
    return row_tiles(len(images), geometry.output, rows, at_once, across)


def _convolve_tiles(
    images: Array, kernel: Array, geometry: Geometry, result: Array, tiles: Iterator[Tile]
) -> None:
    # Memory is fresh once a thread, not once a tile: a page's first use costs as much as its work.
    space = lru_cache(partial(_space_of_taps, geometry, kernel.dtype))
    matrices = lru_cache(partial(_matrix, kernel, geometry))
    spans = lru_cache(partial(_spans, geometry.horizontal, images.shape[3]))
    stride = geometry.strides.width
    for tile in tiles:
        block = result[tile][0]
        rows, columns, channels = block.shape
        at_once = min(ROWS_AT_ONCE, rows)
        taps, windows = space(rows, columns * channels)
        taken, pads = input_and_pads(images, geometry, tile)
        reached = spans(pads.left, taken.shape[2], columns * channels)
        phases = columns_by_phase(taken[0].astype(kernel.dtype, copy=False), stride, depth=1)
        _lay_out_taps(phases, pads, reached, taps)
        out = block.reshape(rows // at_once, at_once, columns * channels)
        np.matmul(matrices(at_once), windows, out=out)


def _matrix(kernel: Array, geometry: Geometry, at_once: int) -> Array:
    """Return the matrix of a product: (rows at once, input rows under them × kernel width)."""
    down = geometry.vertical
    reach = (at_once - 1) * down.stride + down.window
    matrix = np.zeros((at_once, reach, kernel.shape[1]), kernel.dtype)
    for row in range(at_once):
        first = row * down.stride
        matrix[row, first : first + down.window : down.dilation] = kernel
    return matrix.reshape(at_once, -1)


def _space_of_taps(
    geometry: Geometry, dtype: np.dtype[Any], rows: int, numbers: int
) -> tuple[Array, Array]:
    """Return space for a tile's taps, and the windows of each product on it, a view.

    Arguments: the window's `geometry`; the numbers' `dtype`; the `rows` of the tile's output, and
    the `numbers` of one of them.
    Returns (covered rows, kernel width, numbers) and
    (products, rows under it × kernel width, numbers).
    """
    at_once = min(ROWS_AT_ONCE, rows)
    down = geometry.vertical
    covered, reach = ((count - 1) * down.stride + down.window for count in (rows, at_once))
    taps = _aligned((covered, geometry.kernel.width, numbers), dtype)
    under = sliding_window_view(taps, reach, axis=0)[:: at_once * down.stride]
    return taps, np.moveaxis(under, -1, 1).reshape(rows // at_once, -1, numbers)


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return memory for an array whose rows begin with a cache line."""
    *rest, numbers = shape
    line = CACHE_LINE // dtype.itemsize
    wide = -(-numbers // line) * line
    memory = np.empty(prod(rest) * wide + line, dtype)
    first = -memory.ctypes.data % CACHE_LINE // dtype.itemsize
    return memory[first : first + prod(rest) * wide].reshape(*rest, wide)[..., :numbers]


def _spans(across: Axis, channels: int, left: int, columns: int, numbers: int) -> list[_Span]:
    """Return, for each column of the kernel, which numbers of an output row meet the input, where.

    Arguments: the axis `across` the columns; the `channels`, side by side; the cells of padding to
    the `left` of the input's `columns`; the `numbers` of an output row.
    """
    spans = []
    for j in range(across.kernel):
        shift, phase = divmod(j * across.dilation - left, across.stride)
        inside = len(range(phase, columns, across.stride)) - shift
        first = min(max(-shift * channels, 0), numbers)
        last = max(min(inside * channels, numbers), first)
        met = slice(first + shift * channels, last + shift * channels)
        spans.append(_Span(slice(first, last), phase, met))
    return spans


def _lay_out_taps(phases: Array, pads: Pads, spans: list[_Span], taps: Array) -> None:
    """Write what each column of the kernel meets in the input or its padding into `taps`.

    `phases` are (rows, phases, numbers of one), as by `columns_by_phase`; `taps` is
    (covered rows, kernel width, numbers of an output row).
    """
    bottom = len(taps) - pads.bottom
    if any(pads):
        # The kernel's first column meets most of the padding on the left, its last on the right.
        taps[: pads.top] = 0
        taps[bottom:] = 0
        taps[:, :, : spans[0].numbers.start] = 0
        taps[:, :, spans[-1].numbers.stop :] = 0
    for j, (numbers, phase, met) in enumerate(spans):
        taps[pads.top : bottom, j, numbers] = phases[:, phase, met]
