"""A bias for each filter or unit, and its gradient."""

from __future__ import annotations

import numpy as np

from cnncalc.errors import ShapeError
from cnncalc.ops.arrays import Array

__all__ = ["add_bias", "bias_gradient", "channel_sum"]

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


def add_bias(values: Array, bias: Array) -> Array:
    """Add one number to each channel.

    Arguments: `values` (…, channels); `bias` (channels,).
    Returns the shape of `values`.
    Raises ShapeError for another number of biases than channels.

    >>> import numpy as np
    >>> add_bias(np.zeros((1, 2)), np.array([1.0, -1.0]))
    array([[ 1., -1.]])
    """
    # …c,c->…c
    if bias.shape != values.shape[-1:]:
        message = (
            f"bias must hold one number for each of the {values.shape[-1]} channels. "
            f"Received: bias.shape={bias.shape}"
        )
        raise ShapeError(message)
    return values + bias


def bias_gradient(gradient: Array) -> Array:
    """Return a loss's gradient by the bias, given its gradient by the sum.

    Arguments: `gradient` (…, channels).
    Returns (channels,).

    >>> import numpy as np
    >>> bias_gradient(np.ones((4, 3, 2)))
    array([12., 12.])
    """
    # …c->c
    return channel_sum(gradient)
