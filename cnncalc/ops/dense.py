"""A fully connected layer's product, and its gradients."""

from __future__ import annotations

from cnncalc.errors import ShapeError
from cnncalc.ops.arrays import Array

__all__ = ["dense", "dense_input_gradient", "dense_kernel_gradient"]


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
