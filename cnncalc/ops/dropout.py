"""Inverted dropout: what is kept grows in training, so that nothing changes afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnncalc.ops.arrays import Array

__all__ = ["Kept", "dropout", "dropout_gradient", "dropout_mask"]

Kept = NDArray[np.bool_]


def dropout_mask(shape: Sequence[int], rate: float, generator: np.random.Generator) -> Kept:
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
