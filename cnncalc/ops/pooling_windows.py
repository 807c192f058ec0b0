"""What poolings share: their tiles, and the cells of each window combined.

The maximum and a sum over a window are the maximum and the sum of its columns' results: reducing
along the rows first leaves fewer and longer runs of memory to go through.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnncalc.errors import ShapeError
from cnncalc.geometry import Axis, Geometry
from cnncalc.ops.arrays import Array, Positions
from cnncalc.ops.tiles import Tile, met_by, tiles

__all__ = [
    "output_shape",
    "padded_zeros",
    "pixel_counts",
    "pooling_tiles",
    "reduced",
    "require_gradient",
    "require_pixels",
]


def pooling_tiles(images: Array, geometry: Geometry) -> Iterator[Tile]:
    """Divide the work so that a tile's input stays in the cache."""
    cells = geometry.strides.height * geometry.strides.width
    return tiles(len(images), geometry, cells * images.shape[3])


def output_shape(images: Array, geometry: Geometry) -> tuple[int, ...]:
    """Return the shape of a pooling of images: (batch, output height, output width, channels)."""
    return (len(images), *geometry.output, images.shape[3])


def padded_zeros(gradient: Array, geometry: Geometry) -> Array:
    """Return zeros for the gradient by the padded images, given that by the output."""
    return np.zeros((len(gradient), *geometry.padded, gradient.shape[3]), gradient.dtype)


def reduced(combine: np.ufunc, covered: Array, geometry: Geometry) -> Array:
    """Combine each window's cells: down the columns first, then across."""
    down, across = geometry.vertical, geometry.horizontal
    cells = [met_by(i, down, covered.shape[1]) for i in range(down.kernel)]
    columns = _combine(combine, [covered[:, rows] for rows in cells])
    cells = [met_by(j, across, covered.shape[2]) for j in range(across.kernel)]
    return _combine(combine, [columns[:, :, column] for column in cells])


def _combine(combine: np.ufunc, arrays: list[Array]) -> Array:
    result = arrays[0]
    for index, array in enumerate(arrays[1:]):
        # The first array is a view of the input, which must stay as it is.
        result = combine(result, array, out=result if index else None)
    return result


def pixel_counts(axis: Axis) -> Positions:
    """Count the cells of the input, without padding, under the window at each position."""
    starts = np.arange(axis.output) * axis.stride - axis.before
    cells = starts[:, None] + np.arange(axis.kernel) * axis.dilation
    counts: Positions = ((cells >= 0) & (cells < axis.size)).sum(axis=1, dtype=np.intp)
    return counts


def require_pixels(geometry: Geometry) -> None:
    """Raise ShapeError where a window holds padding alone."""
    down, across = geometry.vertical, geometry.horizontal
    if not (pixel_counts(down).all() and pixel_counts(across).all()):
        message = (
            "padding must leave each pooling window at least one cell of the input. Received: "
            f"padding={tuple(geometry.pads)}, pool_size={tuple(geometry.kernel)}"
        )
        raise ShapeError(message)


def require_gradient(gradient: Array, shape: tuple[int, ...]) -> None:
    """Raise ShapeError for a gradient of another shape than the pooling's output."""
    if gradient.shape != shape:
        message = (
            f"gradient must have the shape of the pooling's output, {shape}. "
            f"Received: gradient.shape={gradient.shape}"
        )
        raise ShapeError(message)
