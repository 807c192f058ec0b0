"""What a fully connected layer does, a product and a bias for each unit, and the gradients."""

from __future__ import annotations

import numpy as np

from cnncalc.errors import ShapeError
from cnncalc.ops.arrays import Array

__all__ = [
    "PIECE",
    "add_bias",
    "bias_gradient",
    "channel_sum",
    "dense",
    "dense_input_gradient",
    "dense_kernel_gradient",
]


def dense(inputs: Array, kernel: Array) -> Array:
    """Multiply the last axis by a matrix of weights, without bias.

    Arguments: `inputs` (…, features); `kernel` (features, units).
    Returns (…, units).
    Raises ShapeError where the numbers of features differ.
    Convention: https://keras.io/api/layers/core_layers/dense/

    >>> import numpy as np
    >>> dense(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    # …d,du->…u
    if inputs.shape[-1] != kernel.shape[0]:
        message = (
            f"the kernel's {kernel.shape[0]} rows must be as many as the last axis is long. "
            f"Received: shapes {inputs.shape} and {kernel.shape}"
        )
        raise ShapeError(message)
    product: Array = _flat(inputs) @ kernel
    return product.reshape(*inputs.shape[:-1], kernel.shape[1])


def dense_kernel_gradient(gradient: Array, inputs: Array) -> Array:
    """Return a loss's gradient by the kernel, given its gradient by the output.

    Arguments: `gradient` (…, units); `inputs` (…, features).
    Returns (features, units).
    Raises ShapeError where the other axes differ.

    >>> import numpy as np
    >>> dense_kernel_gradient(np.array([[1.0]]), np.array([[3.0, 4.0]]))
    array([[3.],
           [4.]])
    """
    # …u,…d->du
    if gradient.shape[:-1] != inputs.shape[:-1]:
        message = (
            "gradient and inputs must differ in their last axis only. Received: "
            f"gradient.shape={gradient.shape}, inputs.shape={inputs.shape}"
        )
        raise ShapeError(message)
    result: Array = _flat(inputs).T @ _flat(gradient)
    return result


def dense_input_gradient(gradient: Array, kernel: Array) -> Array:
    """Return a loss's gradient by the inputs, given its gradient by the output.

    Arguments: `gradient` (…, units); `kernel` (features, units).
    Returns (…, features).
    Raises ShapeError where the numbers of units differ.

    >>> import numpy as np
    >>> dense_input_gradient(np.array([[2.0]]), np.array([[3.0], [4.0]]))
    array([[6., 8.]])
    """
    # …u,du->…d
    return dense(gradient, kernel.T)


def _flat(values: Array) -> Array:
    """Make one matrix of all but the last axis: a single product is faster than a stack of them."""
    return values.reshape(-1, values.shape[-1])


# So many rows are summed in float32 before they are collected in float64.
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
