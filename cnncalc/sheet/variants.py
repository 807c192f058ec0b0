"""Variants: calculations of the same kind, for each student one with numbers of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnncalc.network import Array, Network

__all__ = ["variant"]


def variant(network: Network, image: Array, seed: int, number: int) -> tuple[Network, Array]:
    """Return a calculation of the same kind with pixels and kernels of its own.

    The new numbers are of the same range as the old ones, and whole, or of as many decimals
    (two at most), where these are; biases stay.

    Arguments: the network and an `image` of its input shape; the `seed`; the `number` of the
    variant.

    >>> from cnncalc.calculator import Calculation
    >>> network = Calculation(np.array([[1.0, -1.0]]).reshape(1, 2, 1, 1)).network((1, 4, 1))
    >>> variant(network, np.array([[[0.0], [9.0], [3.0], [5.0]]]), 7, 1)[1].ravel().tolist()
    [8.0, 7.0, 8.0, 1.0]
    """
    rng = np.random.default_rng([seed, number])
    drawn = _like(rng, image)
    weights = tuple(
        {
            name: _like(rng, weight) if name == "kernel" else weight
            for name, weight in weights.items()
        }
        for weights in network.weights
    )
    return replace(network, weights=weights), drawn


def _like(rng: np.random.Generator, numbers: Array) -> Array:
    """Draw numbers of the same shape, range and decimals."""
    decimals = next((n for n in (0, 1) if np.array_equal(numbers, numbers.round(n))), 2)
    unit = 10**decimals
    low, high = np.floor(numbers.min() * unit), np.ceil(numbers.max() * unit)
    if low == high:
        # A single number, or the same everywhere, says nothing of its range.
        low, high = sorted((0.0, 2 * high or unit))
    drawn: Array = rng.integers(int(low), int(high), numbers.shape, endpoint=True) / unit
    return drawn
