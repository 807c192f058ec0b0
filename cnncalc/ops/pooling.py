"""Max, average and L2 pooling of each channel by itself, and their gradients.

The maximum and a sum over a window are the maximum and the sum of its columns' results: reducing
along the rows first leaves fewer and longer runs of memory to go through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cnncalc.errors import ShapeError
from cnncalc.geometry import Axis, Geometry
from cnncalc.ops.arrays import Array, Positions, require_images
from cnncalc.ops.maxima import least_maximum, running_maximum, share_out
from cnncalc.ops.padding import pad_gradient
from cnncalc.ops.threads import in_threads
from cnncalc.ops.tiles import Tile, met_by, padded_input, tap, taps, tiles

__all__ = [
    "POOLINGS",
    "ByCell",
    "Pooling",
    "average_pool",
    "average_pool_gradient",
    "l2_pool",
    "l2_pool_gradient",
    "max_pool",
    "max_pool_gradient",
    "max_positions",
    "running_mean",
    "share_alike",
]


def max_pool(images: Array, geometry: Geometry) -> Array:
    """Take the largest number of each window; padding never wins.

    Arguments: `images` (batch, height, width, channels); the window's `geometry`.
    Returns (batch, output height, output width, channels).
    Raises ShapeError where images and geometry don't fit, or a window holds padding alone.
    Convention: https://keras.io/api/layers/pooling_layers/max_pooling2d/

    >>> from cnncalc.geometry import geometry
    >>> max_pool(np.arange(8.0).reshape(1, 2, 4, 1), geometry((2, 4), 2, strides=2))[0, :, :, 0]
    array([[5., 7.]])
    """
    require_images(images, geometry)
    _require_pixels(geometry)
    result = np.empty(_output_shape(images, geometry), images.dtype)

    def pool(tiles: Iterator[Tile]) -> None:
        for tile in tiles:
            covered = padded_input(images, geometry, tile, value=-np.inf)
            result[tile] = _reduce(np.maximum, covered, geometry)

    in_threads(pool, tuple(_tiles(images, geometry)))
    return result


def max_positions(images: Array, geometry: Geometry, *, near: bool = False) -> Positions:
    """Say which cell of each window is its maximum: the first one in row-major order.

    Arguments: `images` (batch, height, width, channels); the window's `geometry`; whether what is
    `near`, equal but for rounding, counts as the maximum.
    Returns (batch, output height, output width, channels), each i × kernel width + j for the
    kernel's cell (i, j).
    Raises ShapeError where images and geometry don't fit, or a window holds padding alone.

    >>> from cnncalc.geometry import geometry
    >>> image = np.array([[1.0, 7.0], [7.0, 2.0]]).reshape(1, 2, 2, 1)
    >>> max_positions(image, geometry((2, 2), 2))[0, :, :, 0]
    array([[1]])
    """
    require_images(images, geometry)
    _require_pixels(geometry)
    positions = np.empty(_output_shape(images, geometry), np.intp)
    for tile in _tiles(images, geometry):
        covered = padded_input(images, geometry, tile, value=-np.inf)
        positions[tile] = sum(
            index * wins for index, (_, wins) in enumerate(_wins(covered, geometry, near))
        )
    return positions


def max_pool_gradient(
    gradient: Array, images: Array, geometry: Geometry, *, near: bool = False
) -> Array:
    """Return a loss's gradient by the images: each window's goes to its first maximum.

    Arguments: `gradient` by the output (batch, output height, output width, channels); the pooled
    `images` (batch, height, width, channels); the window's `geometry`; whether what is `near`,
    equal but for rounding, counts as the maximum.
    Returns (batch, height, width, channels).
    Raises ShapeError where the arrays don't fit the geometry.
    """
    require_images(images, geometry)
    _require_pixels(geometry)
    _require_gradient(gradient, _output_shape(images, geometry))
    total = _zeros(gradient, geometry)
    for tile in _tiles(images, geometry):
        covered = padded_input(images, geometry, tile, value=-np.inf)
        targets = total[tile.covered(geometry)]
        for cell, wins in _wins(covered, geometry, near):
            target = tap(targets, geometry, cell)
            target += np.where(wins, gradient[tile], 0)
    return pad_gradient(total, geometry.pads)


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
    result = np.empty(_output_shape(images, geometry), images.dtype)

    def pool(tiles: Iterator[Tile]) -> None:
        for tile in tiles:
            sums = _reduce(np.add, padded_input(images, geometry, tile), geometry)
            np.divide(sums, down[tile.rows] * across[tile.columns], out=result[tile])

    in_threads(pool, tuple(_tiles(images, geometry)))
    return result


def average_pool_gradient(gradient: Array, geometry: Geometry, count_padding: bool = True) -> Array:
    """Return a loss's gradient by the images: each window's is shared out equally.

    Arguments: `gradient` by the output (batch, output height, output width, channels); the
    window's `geometry`; whether padding counts.
    Returns (batch, height, width, channels).
    Raises ShapeError where gradient and geometry don't fit, or a window has no pixel to count.
    """
    _require_gradient(gradient, (len(gradient), *geometry.output, gradient.shape[-1]))
    down, across = _counts(geometry, count_padding, gradient.dtype)
    total = _zeros(gradient, geometry)
    for tile in _tiles(gradient, geometry):
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
    result = np.empty(_output_shape(images, geometry), images.dtype)

    def pool(tiles: Iterator[Tile]) -> None:
        for tile in tiles:
            result[tile] = _norms(padded_input(images, geometry, tile), geometry)

    in_threads(pool, tuple(_tiles(images, geometry)))
    return result


def l2_pool_gradient(gradient: Array, images: Array, geometry: Geometry) -> Array:
    """Return a loss's gradient by the images: image / norm, and 0 where the norm is 0.

    Arguments: `gradient` by the output (batch, output height, output width, channels); the pooled
    `images` (batch, height, width, channels); the window's `geometry`.
    Returns (batch, height, width, channels).
    Raises ShapeError where the arrays don't fit the geometry.
    """
    require_images(images, geometry)
    _require_gradient(gradient, _output_shape(images, geometry))
    total = _zeros(gradient, geometry)
    for tile in _tiles(images, geometry):
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


def _tiles(images: Array, geometry: Geometry) -> Iterator[Tile]:
    """Divide the work so that a tile's input stays in the cache."""
    cells = geometry.strides.height * geometry.strides.width
    return tiles(len(images), geometry, cells * images.shape[3])


def _output_shape(images: Array, geometry: Geometry) -> tuple[int, ...]:
    return (len(images), *geometry.output, images.shape[3])


def _zeros(gradient: Array, geometry: Geometry) -> Array:
    return np.zeros((len(gradient), *geometry.padded, gradient.shape[3]), gradient.dtype)


def _reduce(combine: np.ufunc, covered: Array, geometry: Geometry) -> Array:
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


def _norms(covered: Array, geometry: Geometry) -> Array:
    return np.sqrt(_reduce(np.add, covered * covered, geometry))


def _wins(
    covered: Array, geometry: Geometry, near: bool
) -> Iterator[tuple[tuple[int, int], NDArray[np.bool_]]]:
    """Yield each kernel cell, and in which windows it meets the first maximum."""
    maxima = _reduce(np.maximum, covered, geometry)
    least = least_maximum(maxima) if near else maxima
    open_windows = np.ones(maxima.shape, np.bool_)
    for cell in taps(geometry):
        wins = open_windows & (tap(covered, geometry, cell) >= least)
        open_windows ^= wins
        yield cell, wins


def _counts(geometry: Geometry, count_padding: bool, dtype: DTypeLike) -> tuple[Array, Array]:
    """Return how many cells the windows count, down (height, 1, 1) and across (width, 1)."""
    if not count_padding:
        _require_pixels(geometry)
    down, across = (
        np.full(axis.output, axis.kernel, dtype) if count_padding else _pixels(axis).astype(dtype)
        for axis in (geometry.vertical, geometry.horizontal)
    )
    return down[:, None, None], across[:, None]


def _pixels(axis: Axis) -> Positions:
    """Count the cells of the input, without padding, under the window at each position."""
    starts = np.arange(axis.output) * axis.stride - axis.before
    cells = starts[:, None] + np.arange(axis.kernel) * axis.dilation
    counts: Positions = ((cells >= 0) & (cells < axis.size)).sum(axis=1, dtype=np.intp)
    return counts


def _require_pixels(geometry: Geometry) -> None:
    down, across = geometry.vertical, geometry.horizontal
    if not (_pixels(down).all() and _pixels(across).all()):
        message = (
            "padding must leave each pooling window at least one cell of the input. Received: "
            f"padding={tuple(geometry.pads)}, pool_size={tuple(geometry.kernel)}"
        )
        raise ShapeError(message)


def _require_gradient(gradient: Array, shape: tuple[int, ...]) -> None:
    if gradient.shape != shape:
        message = (
            f"gradient must have the shape of the pooling's output, {shape}. "
            f"Received: gradient.shape={gradient.shape}"
        )
        raise ShapeError(message)
