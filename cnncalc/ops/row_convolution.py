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

from collections.abc import Iterator
from functools import lru_cache, partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncalc.geometry import Axis, Geometry
from cnncalc.ops import tiles as cache
from cnncalc.ops.arrays import Array
from cnncalc.ops.threads import in_threads
from cnncalc.ops.tiles import Tile, padded_input, row_tiles

__all__ = ["ROWS_AT_ONCE", "columns_by_phase", "convolve_rows", "toeplitz_matrices"]

# Output rows of one product. More have BLAS multiply by more zeros, fewer have it read each row
# more often: 2, 4, 5, 6, 8, 12 and 16 were measured, for kernels of 3×3 to 11×11.
ROWS_AT_ONCE = 4

# OpenBLAS shares products of more multiplications than this out among threads of its own, which
# would wait for ours, and whose number would show in the last bits.
MULTIPLICATIONS = 1 << 18


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
    height, width = geometry.output
    at_once = min(ROWS_AT_ONCE, height)
    reach = (at_once - 1) * geometry.strides.height + geometry.vertical.window
    phases = geometry.strides.width * images.shape[3]
    most = max(1, MULTIPLICATIONS // (at_once * filters * reach * phases))
    across = -(-width // -(-width // most))
    held = max(filters * images.shape[3] // depth, geometry.strides.height * phases)
    # What a core's own cache holds are bytes: half as many numbers of float64 as of float32.
    numbers = cache.TILE_NUMBERS * 4 // kernel.itemsize
    rows = max(1, numbers // (across * held * at_once)) * at_once
    return row_tiles(len(images), geometry.output, rows, at_once, across)


def _convolve_tiles(
    images: Array, kernel: Array, geometry: Geometry, result: Array, tiles: Iterator[Tile]
) -> None:
    depth, filters = kernel.shape[2:]
    matrices = lru_cache(partial(toeplitz_matrices, kernel, geometry))
    # Memory is fresh once a thread, not once a tile: a page's first use costs as much as its work.
    space = lru_cache(partial(np.empty, dtype=kernel.dtype))
    for tile in tiles:
        block = result[tile][0]
        rows, columns, channels = block.shape
        groups = channels // filters
        at_once = min(ROWS_AT_ONCE, rows)
        covered = padded_input(images, geometry, tile)[0].astype(kernel.dtype, copy=False)
        phases = columns_by_phase(covered, geometry.strides.width, depth)
        windows = _windows(phases, geometry.vertical, at_once)
        shape = (rows // at_once, at_once * filters, columns * groups)
        if filters == 1 and block[0].flags.c_contiguous:
            # Rows of the products lie as rows of the output do.
            _sum_products(matrices(at_once), windows, groups, block.reshape(shape), space(shape))
            continue
        sums = space((rows, filters, columns, groups))
        _sum_products(matrices(at_once), windows, groups, sums.reshape(shape), space(shape))
        # A filter at a time: across the filters of one cell, NumPy would copy few numbers a go.
        for index in range(filters):
            block[:, :, index * groups : (index + 1) * groups] = sums[:, index]


def _sum_products(
    matrices: dict[int, Array], windows: Array, groups: int, total: Array, product: Array
) -> None:
    """Write the sum over the kernel's columns into `total`; `product` is space for one of them.

    Both are (products, rows at once × filters, columns × groups).
    """
    first, *later = (
        (matrix, windows[:, :, shift * groups : shift * groups + total.shape[2]])
        for shift, matrix in matrices.items()
    )
    np.matmul(*first, out=total)
    for matrix, under in later:
        np.matmul(matrix, under, out=product)
        total += product


def toeplitz_matrices(kernel: Array, geometry: Geometry, at_once: int) -> dict[int, Array]:
    """Return the matrices of a product, by how many columns of a phase they are shifted.

    Arguments: `kernel` (kernel height, kernel width, depth, filters); the window's `geometry`;
    how many rows of the output they give `at_once`.
    Returns matrices (rows at once × filters, input rows under them × phases).

    >>> from cnncalc.geometry import geometry
    >>> kernel = np.array([[1.0], [2.0]]).reshape(2, 1, 1, 1)
    >>> toeplitz_matrices(kernel, geometry((9, 9), (2, 1)), 2)
    {0: array([[1., 2., 0.],
           [0., 1., 2.]])}
    """
    width, depth, filters = kernel.shape[1:]
    down, across = geometry.vertical, geometry.horizontal
    phases = across.stride * depth
    shape = (at_once, filters, (at_once - 1) * down.stride + down.window, phases)
    matrices: dict[int, Array] = {}
    for j in range(width):
        for channel in range(depth):
            shift, phase = divmod(j * across.dilation * depth + channel, phases)
            matrix = matrices.setdefault(shift, np.zeros(shape, kernel.dtype))
            for row in range(at_once):
                under = slice(row * down.stride, row * down.stride + down.window, down.dilation)
                matrix[row, :, under, phase] = kernel[:, j, channel].T
    return {shift: matrix.reshape(at_once * filters, -1) for shift, matrix in matrices.items()}


def columns_by_phase(covered: Array, stride: int, depth: int) -> Array:
    """Part an image's columns by phase, so that what a kernel's cell meets lies side by side.

    Arguments: the `covered` input (rows, columns, channels); the horizontal `stride`; the `depth`
    of the kernel: of the channels, that many lie apart, and the rest side by side.
    Returns (rows, stride × depth, columns of a phase × channels / depth), a view where possible.

    >>> columns_by_phase(np.arange(5.0).reshape(1, 5, 1), stride=2, depth=1)
    array([[[0., 2., 4.],
            [1., 3., 0.]]])
    """
    rows, columns, channels = covered.shape
    groups = channels // depth
    wide = -(-columns // stride)
    if stride * depth == 1 and covered[:1].flags.c_contiguous:
        return covered.reshape(rows, 1, columns * groups)
    phases = np.empty((rows, stride, depth, wide, groups), covered.dtype)
    # A zero of a matrix times what memory happens to hold could be NaN.
    phases[:, :, :, -1:] = 0
    for phase in range(stride):
        part = covered[:, phase::stride]
        part = part.reshape(*part.shape[:2], depth, groups).transpose(0, 2, 1, 3)
        # A group at a time: NumPy would copy no more numbers a go than there are groups.
        for group in range(groups):
            phases[:, phase, :, : part.shape[2], group] = part[..., group]
    return phases.reshape(rows, stride * depth, wide * groups)


def _windows(phases: Array, axis: Axis, at_once: int) -> Array:
    """Return the rows under each product: (products, rows under it × phases, columns), a view."""
    reach = (at_once - 1) * axis.stride + axis.window
    under = sliding_window_view(phases, reach, axis=0)[:: at_once * axis.stride]
    return under.transpose(0, 3, 1, 2).reshape(len(under), -1, phases.shape[2])
