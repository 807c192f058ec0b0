"""Max pooling of each channel by itself, where its maxima stand, and its gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cnncalc.geometry import Geometry
from cnncalc.ops.arrays import Array, Positions, require_images
from cnncalc.ops.maxima import least_maximum
from cnncalc.ops.padding import pad_gradient
from cnncalc.ops.pooling_windows import (
    output_shape,
    padded_zeros,
    pooling_tiles,
    reduced,
    require_gradient,
    require_pixels,
)
from cnncalc.ops.threads import in_threads
from cnncalc.ops.tiles import Tile, padded_input, tap, taps

__all__ = ["max_pool", "max_pool_gradient", "max_positions"]


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
    require_pixels(geometry)
    result = np.empty(output_shape(images, geometry), images.dtype)

    def pool(tiles: Iterator[Tile]) -> None:
        for tile in tiles:
            covered = padded_input(images, geometry, tile, value=-np.inf)
            result[tile] = reduced(np.maximum, covered, geometry)

    in_threads(pool, tuple(pooling_tiles(images, geometry)))
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
    require_pixels(geometry)
    positions = np.empty(output_shape(images, geometry), np.intp)
    for tile in pooling_tiles(images, geometry):
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
    require_pixels(geometry)
    require_gradient(gradient, output_shape(images, geometry))
    total = padded_zeros(gradient, geometry)
    for tile in pooling_tiles(images, geometry):
        covered = padded_input(images, geometry, tile, value=-np.inf)
        targets = total[tile.covered(geometry)]
        for cell, wins in _wins(covered, geometry, near):
            target = tap(targets, geometry, cell)
            target += np.where(wins, gradient[tile], 0)
    return pad_gradient(total, geometry.pads)


def _wins(
    covered: Array, geometry: Geometry, near: bool
) -> Iterator[tuple[tuple[int, int], NDArray[np.bool_]]]:
    """Yield each kernel cell, and in which windows it meets the first maximum."""
    maxima = reduced(np.maximum, covered, geometry)
    least = least_maximum(maxima) if near else maxima
    open_windows = np.ones(maxima.shape, np.bool_)
    for cell in taps(geometry):
        wins = open_windows & (tap(covered, geometry, cell) >= least)
        open_windows ^= wins
        yield cell, wins
