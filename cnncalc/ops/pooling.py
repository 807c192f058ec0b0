"""Average and L2 pooling of each channel by itself, their gradients, and the table of all modes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from cnncalc.geometry import Geometry
from cnncalc.ops.arrays import Array, require_images
from cnncalc.ops.max_pooling import max_pool, max_pool_gradient
from cnncalc.ops.maxima import running_maximum, share_out
from cnncalc.ops.padding import pad_gradient
from cnncalc.ops.pooling_windows import (
    output_shape,
    padded_zeros,
    pixel_counts,
    pooling_tiles,
    reduced,
    require_gradient,
    require_pixels,
)
from cnncalc.ops.threads import in_threads
from cnncalc.ops.tiles import Tile, padded_input, tap, taps

__all__ = [
    "POOLINGS",
    "ByCell",
    "Pooling",
    "average_pool",
    "average_pool_gradient",
    "l2_pool",
    "l2_pool_gradient",
    "running_mean",
    "share_alike",
]


def average_pool(images: Array, geometry: Geometry, count_padding: bool = True) -> Array:
    """Take the mean of each window.

    Arguments: `images` (batch, height, width, channels); the window's `geometry`; whether padding
    counts: then the window's full size divides (PyTorch), else the number of its real pixels
    (Keras, with "same").
    Returns (batch, output height, output width, channels).
    Raises ShapeError where images and geometry don't fit, or a window has no pixel to count.
    Conventions: https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html and
    https://keras.io/api/layers/pooling_layers/average_pooling2d/

    >>> from cnncalc.geometry import geometry
    >>> across = geometry((1, 3), (1, 2), strides=2, padding="same")
    >>> average_pool(np.full((1, 1, 3, 1), 4.0), across, count_padding=False).ravel()
    array([4., 4.])
    >>> average_pool(np.full((1, 1, 3, 1), 4.0), across).ravel()
    array([4., 2.])
    """
    require_images(images, geometry)
    down, across = _counts(geometry, count_padding, images.dtype)
    # A count a channel: NumPy divides whole rows where both sides lie alike.
    across = across.repeat(images.shape[3], axis=1)
    result = np.empty(output_shape(images, geometry), images.dtype)

    def pool(tiles: Iterator[Tile]) -> None:
        for tile in tiles:
            sums = reduced(np.add, padded_input(images, geometry, tile), geometry)
            np.divide(sums, down[tile.rows] * across[tile.columns], out=result[tile])

    in_threads(pool, tuple(pooling_tiles(images, geometry)))
    return result


def average_pool_gradient(gradient: Array, geometry: Geometry, count_padding: bool = True) -> Array:
    """Return a loss's gradient by the images: each window's is shared out equally.

    Arguments: `gradient` by the output (batch, output height, output width, channels); the
    window's `geometry`; whether padding counts.
    Returns (batch, height, width, channels).
    Raises ShapeError where gradient and geometry don't fit, or a window has no pixel to count.
    """
    require_gradient(gradient, (len(gradient), *geometry.output, gradient.shape[-1]))
    down, across = _counts(geometry, count_padding, gradient.dtype)
    total = padded_zeros(gradient, geometry)
    for tile in pooling_tiles(gradient, geometry):
        share = gradient[tile] / (down[tile.rows] * across[tile.columns])
        targets = total[tile.covered(geometry)]
        for cell in taps(geometry):
            target = tap(targets, geometry, cell)
            target += share
    return pad_gradient(total, geometry.pads)


def running_mean(cells: Sequence[Array] | Array, mean: Array, winners: Array) -> None:
    """Take the mean of the cells at each place.

    Arguments: the `cells`, all of one shape; the `mean`, of that shape, which is overwritten; the
    `winners`, of which a mean has none.

    >>> mean = np.empty(2)
    >>> running_mean([np.array([1.0, 5]), np.array([2.0, 7])], mean, np.empty(0))
    >>> mean
    array([1.5, 6. ])
    """
    np.copyto(mean, cells[0])
    for cell in cells[1:]:
        mean += cell
    mean /= len(cells)


def share_alike(gradient: Array, winners: Array, shares: Sequence[Array] | Array) -> None:
    """Give each cell an equal share of its place's gradient.

    Arguments: the `gradient` by the mean; the `winners`, of which it has none; the `shares`, one a
    cell, which are overwritten.
    """
    np.divide(gradient, len(shares), out=shares[0])
    for share in shares[1:]:
        np.copyto(share, shares[0])


def l2_pool(images: Array, geometry: Geometry) -> Array:
    """Take the square root of the sum of each window's squares.

    Arguments: `images` (batch, height, width, channels); the window's `geometry`.
    Returns (batch, output height, output width, channels).
    Raises ShapeError where images and geometry don't fit.
    Convention: https://docs.pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html

    >>> from cnncalc.geometry import geometry
    >>> l2_pool(np.array([[3.0, -4.0]]).reshape(1, 1, 2, 1), geometry((1, 2), (1, 2))).ravel()
    array([5.])
    """
    require_images(images, geometry)
    result = np.empty(output_shape(images, geometry), images.dtype)

    def pool(tiles: Iterator[Tile]) -> None:
        for tile in tiles:
            result[tile] = _norms(padded_input(images, geometry, tile), geometry)

    in_threads(pool, tuple(pooling_tiles(images, geometry)))
    return result


def l2_pool_gradient(gradient: Array, images: Array, geometry: Geometry) -> Array:
    """Return a loss's gradient by the images: image / norm, and 0 where the norm is 0.

    Arguments: `gradient` by the output (batch, output height, output width, channels); the pooled
    `images` (batch, height, width, channels); the window's `geometry`.
    Returns (batch, height, width, channels).
    Raises ShapeError where the arrays don't fit the geometry.
    """
    require_images(images, geometry)
    require_gradient(gradient, output_shape(images, geometry))
    total = padded_zeros(gradient, geometry)
    for tile in pooling_tiles(images, geometry):
        covered = padded_input(images, geometry, tile)
        norms = _norms(covered, geometry)
        share = np.divide(gradient[tile], norms, out=np.zeros_like(norms), where=norms != 0)
        targets = total[tile.covered(geometry)]
        for cell in taps(geometry):
            target = tap(targets, geometry, cell)
            target += share * tap(covered, geometry, cell)
    return pad_gradient(total, geometry.pads)


class ByCell(NamedTuple):
    """A pooling that takes the first cell of all windows, then the second, and so on.

    `forward` takes these cells, the output, and what it notes of the winners; it writes the latter
    two. `backward` takes the gradient by the output, what was noted, and the gradients by the
    cells, which it writes. `picks` tells which of two numbers the result is, None where it is made
    of all: what keeps the order of numbers may as well come behind a pooling that picks.
    """

    forward: Callable[[Sequence[Array] | Array, Array, Array], None]
    backward: Callable[[Array, Array, Sequence[Array] | Array], None]
    picks: np.ufunc | None


class Pooling(NamedTuple):
    """A mode of pooling, with one list of arguments for all of them.

    `forward` takes the images, the geometry and whether padding counts, and returns the output;
    `backward` takes the gradient by that before these and whether what is near a maximum counts
    as it behind them, and returns the gradient by the images. `by_cell` is how training pools
    windows that lie side by side, None where that has no advantage.
    """

    forward: Callable[[Array, Geometry, bool], Array]
    backward: Callable[[Array, Array, Geometry, bool, bool], Array]
    by_cell: ByCell | None


POOLINGS: Mapping[str, Pooling] = {
    "max": Pooling(
        lambda images, geometry, counts: max_pool(images, geometry),
        lambda gradient, images, geometry, counts, near: max_pool_gradient(
            gradient, images, geometry, near=near
        ),
        ByCell(running_maximum, share_out, np.maximum),
    ),
    "average": Pooling(
        average_pool,
        lambda gradient, images, geometry, counts, near: average_pool_gradient(
            gradient, geometry, counts
        ),
        ByCell(running_mean, share_alike, None),
    ),
    "l2": Pooling(
        lambda images, geometry, counts: l2_pool(images, geometry),
        lambda gradient, images, geometry, counts, near: l2_pool_gradient(
            gradient, images, geometry
        ),
        None,
    ),
}
"""Each mode of pooling by the name that layers have for it."""


def _norms(covered: Array, geometry: Geometry) -> Array:
    return np.sqrt(reduced(np.add, covered * covered, geometry))


def _counts(geometry: Geometry, count_padding: bool, dtype: DTypeLike) -> tuple[Array, Array]:
    """Return how many cells the windows count, down (height, 1, 1) and across (width, 1)."""
    if not count_padding:
        require_pixels(geometry)
    down, across = (
        np.full(axis.output, axis.kernel, dtype)
        if count_padding
        else pixel_counts(axis).astype(dtype)
        for axis in (geometry.vertical, geometry.horizontal)
    )
    return down[:, None, None], across[:, None]
