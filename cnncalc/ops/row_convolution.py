"""Convolution of a few rows at once: one matrix times the input rows under them.

For one column w of a kernel of height 3, four rows of the output are

    [w₀ w₁ w₂ 0  0  0 ]   [input row 0]
    [0  w₀ w₁ w₂ 0  0 ] × [     …     ]
    [0  0  w₀ w₁ w₂ 0 ]   [     …     ]
    [0  0  0  w₀ w₁ w₂]   [input row 5]

and the sum over the kernel's columns is the convolution. (A matrix like this, with one number along
each diagonal, is called a Toeplitz matrix.) BLAS reads the image's rows as they lie in memory, once
a column of the kernel, where patches copy every pixel once a cell of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops import tiles as cache
from cnncalc.ops.arrays import Array
from cnncalc.ops.threads import in_threads
from cnncalc.ops.tiles import Tile, input_and_pads, parts
from cnncalc.shapes import Pads

__all__ = ["columns_of_phase", "convolve_rows", "toeplitz_matrix"]

# Output rows of one product. More have BLAS multiply by more zeros, fewer have it read each row
# more often: 2, 4, 5, 6, 8, 12 and 16 were measured, for kernels of 3×3 to 11×11.
ROWS_AT_ONCE = 4

# OpenBLAS shares products of more multiplications than this out among threads of its own, which
# would wait for ours, and whose number would show in the last bits.
MULTIPLICATIONS = 1 << 17

# Bytes. Numbers that lie across two lines are fetched twice. Measured: …
CACHE_LINE = 64


class Span(NamedTuple):
    """Which numbers of an output row meet which of a phase of the input, for a kernel's column."""

    numbers: slice
    phase: int
    met: slice


def convolve_rows(images: Array, kernel: Array, geometry: Geometry, result: Array) -> None:
    """Slide a kernel over a batch of images, and write the convolution into `result`.

    The zeros of the matrices meet numbers near a window: a NaN or an infinity spreads that far.
    Arguments: `images` (batch, height, width, channels); `kernel` (kernel height, kernel width,
    depth, filters), its depth all the channels, or 1 with one filter that each channel is convolved
    with by itself; the window's `geometry`; `result` (batch, output height, output width, filters
    or channels).

    >>> from cnncalc.geometry import geometry
    >>> image, result = np.arange(6.0).reshape(1, 2, 3, 1), np.empty((1, 1, 2, 1))
    >>> convolve_rows(image, np.ones((2, 2, 1, 1)), geometry((2, 3), 2), result)
    >>> result[0, :, :, 0]
    array([[ 8., 12.]])
    """
    kernel = kernel.astype(result.dtype, copy=False)
    work = partial(_convolve_tiles, images, kernel, geometry, result)
    in_threads(work, tuple(_tiles(images, kernel, geometry)))


def _tiles(images: Array, kernel: Array, geometry: Geometry) -> Iterator[Tile]:
    """Divide the output into rows for whole products, then what is left; all in equal columns."""
    depth, filters = kernel.shape[2:]
    groups = images.shape[3] // depth
    height, width = geometry.output
    at_once = min(ROWS_AT_ONCE, height)
    reach = (at_once - 1) * geometry.strides.height + geometry.vertical.window
    taps = geometry.kernel.width * depth
    most = max(1, MULTIPLICATIONS // (at_once * filters * reach * taps * groups))
    # Whole cache lines, where it can be: see _aligned.
    line = min(CACHE_LINE // kernel.itemsize, most)
    most = most // line * line
    across = -(-width // -(-width // most))
    across = -(-across // line) * line
    # What a core's own cache holds are bytes: half as many numbers of float64 as of float32.
    numbers = cache.TILE_NUMBERS * 4 // kernel.itemsize
    held = across * groups * (filters + taps * geometry.strides.height)
    rows = max(1, numbers // (held * at_once)) * at_once
    whole = height - height % at_once
    for image in range(len(images)):
        for down in (*parts(whole, rows), *parts(height, at_once, first=whole)):
            for columns in parts(width, across):
                yield Tile(slice(image, image + 1), down, columns)


def _convolve_tiles(
    images: Array, kernel: Array, geometry: Geometry, result: Array, tiles: Iterator[Tile]
) -> None:
    depth, filters = kernel.shape[2:]
    stride = geometry.strides.width
    spans = lru_cache(partial(_spans, geometry.horizontal))
    matrices = lru_cache(partial(toeplitz_matrix, kernel, geometry))
    # Memory is fresh once a thread, not once a tile: a page's first use costs as much as its work.
    space = lru_cache(partial(np.empty, dtype=kernel.dtype))
    space_of_taps = lru_cache(partial(_space_of_taps, kernel, geometry))
    for tile in tiles:
        block = result[tile][0]
        rows, columns, channels = block.shape
        groups = channels // filters
        at_once = min(ROWS_AT_ONCE, rows)
        taps, windows = space_of_taps(rows, columns * groups)
        taken, pads = input_and_pads(images, geometry, tile)
        taken = taken[0].astype(kernel.dtype, copy=False)
        phases = [columns_of_phase(taken, stride, depth, phase) for phase in range(stride)]
        reached = spans(groups, pads.left, taken.shape[1], columns * groups)
        _lay_out_taps(phases, pads, reached, taps)
        shape = (rows // at_once, at_once * filters, columns * groups)
        if filters == 1 and block[0].flags.c_contiguous:
            # Rows of the products lie as rows of the output do.
            np.matmul(matrices(at_once), windows, out=block.reshape(shape))
            continue
        sums = space((rows, filters, columns, groups))
        np.matmul(matrices(at_once), windows, out=sums.reshape(shape))
        # A filter at a time: across the filters of one cell, NumPy would copy few numbers a go.
        for index in range(filters):
            block[:, :, index * groups : (index + 1) * groups] = sums[:, index]


def _space_of_taps(
    kernel: Array, geometry: Geometry, rows: int, numbers: int
) -> tuple[Array, Array]:
    """Return space for what a tile's taps meet, and the windows of each product on it, a view.

    Arguments: the `kernel` and the window's `geometry`; the `rows` of the tile's output, and the
    `numbers` of one of them.
    Returns (covered rows, kernel width, depth, numbers) and
    (products, rows under it × kernel width × depth, numbers).
    """
    at_once = min(ROWS_AT_ONCE, rows)
    down = geometry.vertical
    covered = (rows - 1) * down.stride + down.window
    taps = _aligned((covered, *kernel.shape[1:3], numbers), kernel.dtype)
    reach = (at_once - 1) * down.stride + down.window
    under = sliding_window_view(taps, reach, axis=0)[:: at_once * down.stride]
    return taps, np.moveaxis(under, -1, 1).reshape(rows // at_once, -1, numbers)


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return memory for an array whose rows begin at multiples of CACHE_LINE bytes."""
    *rest, numbers = shape
    line = CACHE_LINE // dtype.itemsize
    wide = -(-numbers // line) * line
    memory = np.empty(prod(rest) * wide + line, dtype)
    first = -memory.ctypes.data % CACHE_LINE // dtype.itemsize
    return memory[first : first + prod(rest) * wide].reshape(*rest, wide)[..., :numbers]


def _spans(across: Axis, groups: int, left: int, columns: int, numbers: int) -> list[Span]:
    """Return, for each column of the kernel, which numbers of an output row meet the input, where.

    Arguments: the axis `across` the columns; the `groups` of channels side by side; the cells of
    padding to the `left` of the input's `columns`; the `numbers` of an output row.
    """
    spans = []
    for j in range(across.kernel):
        shift, phase = divmod(j * across.dilation - left, across.stride)
        inside = len(range(phase, columns, across.stride)) - shift
        first = min(max(-shift * groups, 0), numbers)
        last = max(min(inside * groups, numbers), first)
        met = slice(first + shift * groups, last + shift * groups)
        spans.append(Span(slice(first, last), phase, met))
    return spans


def _lay_out_taps(phases: Sequence[Array], pads: Pads, spans: Sequence[Span], taps: Array) -> None:
    """Write what each column of the kernel meets in the input or its padding into `taps`.

    It is laid out row by row: (covered rows, kernel width, depth, numbers of an output row).
    """
    bottom = len(taps) - pads.bottom
    if any(pads):
        # The kernel's first column meets most of the padding on the left, its last on the right.
        taps[: pads.top] = 0
        taps[bottom:] = 0
        taps[..., : spans[0].numbers.start] = 0
        taps[..., spans[-1].numbers.stop :] = 0
    for j, (numbers, phase, met) in enumerate(spans):
        taps[pads.top : bottom, j, :, numbers] = phases[phase][:, :, met]


def toeplitz_matrix(kernel: Array, geometry: Geometry, at_once: int) -> Array:
    """Return the matrix of a product.

    Arguments: `kernel` (kernel height, kernel width, depth, filters); the window's `geometry`;
    how many rows of the output it gives `at_once`.
    Returns (rows at once × filters, input rows under them × kernel width × depth).

    >>> from cnncalc.geometry import geometry
    >>> kernel = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1, 1)
    >>> toeplitz_matrix(kernel, geometry((9, 9), 2), 2)
    array([[1., 2., 3., 4., 0., 0.],
           [0., 0., 1., 2., 3., 4.]])
    """
    width, depth, filters = kernel.shape[1:]
    down = geometry.vertical
    reach = (at_once - 1) * down.stride + down.window
    matrix = np.zeros((at_once, filters, reach, width, depth), kernel.dtype)
    for row in range(at_once):
        under = slice(row * down.stride, row * down.stride + down.window, down.dilation)
        matrix[row, :, under] = np.moveaxis(kernel, -1, 0)
    return matrix.reshape(at_once * filters, -1)


def columns_of_phase(covered: Array, stride: int, depth: int, phase: int) -> Array:
    """Return every so many columns of an image, side by side.

    Arguments: the `covered` input (rows, columns, channels); the horizontal `stride`; the `depth`
    of the kernel: of the channels, that many lie apart, and the rest side by side; the `phase`,
    which is the first column.
    Returns (rows, depth, columns of the phase × channels / depth), a view where possible.

    >>> columns_of_phase(np.arange(5.0).reshape(1, 5, 1), stride=2, depth=1, phase=1)
    array([[[1., 3.]]])
    """
    part = covered[:, phase::stride]
    rows, columns, channels = part.shape
    groups = channels // depth
    if stride * depth == 1 and part[0].flags.c_contiguous:
        return part.reshape(rows, 1, columns * groups)
    apart = part.reshape(rows, columns, depth, groups).transpose(0, 2, 1, 3)
    copied = np.empty(apart.shape, covered.dtype)
    # A group at a time: NumPy would copy no more numbers a go than there are groups.
    for group in range(groups):
        copied[..., group] = apart[..., group]
    return copied.reshape(rows, depth, columns * groups)
