"""Sums over a whole batch that stay accurate in float32."""

from __future__ import annotations

import numpy as np

from cnncalc.ops.arrays import Array

__all__ = ["channel_sum"]

PIECE = 4096


def channel_sum(values: Array) -> Array:
    """Sum over every axis but the last.

    A float32 total of millions of numbers drops what is small beside it; so pieces are summed,
    and collected in float64. As a product with ones a piece runs at BLAS's speed.
    Arguments: `values` (…, channels).
    Returns (channels,), of the same type.

    >>> channel_sum(np.arange(6.0).reshape(3, 1, 2))
    array([6., 9.])
    """
    flat = values.reshape(-1, values.shape[-1])
    collected = np.zeros(flat.shape[1], np.promote_types(values.dtype, np.float64))
    for start in range(0, len(flat), PIECE):
        piece = flat[start : start + PIECE]
        collected += np.ones(len(piece), values.dtype) @ piece
    return collected.astype(values.dtype)
