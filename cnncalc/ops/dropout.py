"""Inverted dropout: what is kept grows in training, so that nothing changes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cnncalc.ops.arrays import Array

__all__ = ["DrawsByPiece", "Kept", "Random", "dropout", "dropout_gradient", "dropout_mask"]

Kept = NDArray[np.bool_]


class Random(Protocol):
    """What draws numbers from 0 to 1, such as a generator of NumPy."""

    def random(self, size: tuple[int, ...], /) -> Array:
        """Draw numbers, each below 1, of this shape."""


class DrawsByPiece:
    """Draws for a whole batch what is drawn for its pieces, one behind the other.

    Arguments: the `pieces` of the batch; what draws for each of them.

    >>> both = DrawsByPiece([slice(0, 1), slice(1, 2)], [np.random.default_rng(7)] * 2)
    >>> both.random((2,)).tolist() == np.random.default_rng(7).random(2).tolist()
    True
    """

    def __init__(self, pieces: Sequence[slice], generators: Sequence[Random]) -> None:
        self._pieces = tuple(zip(pieces, generators, strict=True))

    def random(self, size: tuple[int, ...], /) -> Array:
        """Draw numbers (batch, …)."""
        drawn = [
            generator.random((piece.stop - piece.start, *size[1:]))
            for piece, generator in self._pieces
        ]
        return np.concatenate(drawn)


def dropout_mask(shape: Sequence[int], rate: float, generator: Random) -> Kept:
    """Draw which numbers are kept, each with the probability 1 − rate.

    Arguments: the `shape` of the numbers; the `rate` that is dropped, 0 to 1; the `generator`
    that all randomness comes from.
    Returns booleans of that shape, True where a number is kept.

    >>> dropout_mask((2, 3), 0.0, np.random.default_rng(0)).all()
    np.True_
    """
    return generator.random(tuple(shape)) >= rate


def dropout(inputs: Array, kept: Kept, rate: float) -> Array:
    """Set what isn't kept to 0 and divide what is by 1 − rate.

    Arguments: `inputs`, and `kept` of the same shape from `dropout_mask`; its `rate`, 0 to 1.
    Returns the shape of `inputs`.
    Source: https://keras.io/api/layers/regularization_layers/dropout/

    >>> dropout(np.array([1.0, 2.0]), np.array([True, False]), rate=0.5)
    array([2., 0.])
    """
    # At a rate of 1 nothing is kept, and nothing divided.
    return np.where(kept, inputs / (1 - rate), 0) if rate < 1 else np.zeros_like(inputs)


def dropout_gradient(gradient: Array, kept: Kept, rate: float) -> Array:
    """Return a loss's gradient by the inputs: dropout is its own gradient.

    Arguments: `gradient` by the output, and `kept` of the same shape; the `rate`.
    Returns the shape of `gradient`.

    >>> dropout_gradient(np.array([1.0, 2.0]), np.array([True, False]), rate=0.5)
    array([2., 0.])
    """
    return dropout(gradient, kept, rate)
