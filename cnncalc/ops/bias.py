"""A bias for each filter or unit, and its gradient."""

from __future__ import annotations

from cnncalc.errors import ShapeError
from cnncalc.ops.arrays import Array
from cnncalc.ops.sums import channel_sum

__all__ = ["add_bias", "bias_gradient"]


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
