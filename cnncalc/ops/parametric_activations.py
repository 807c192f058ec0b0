"""The activations that Keras's layers ReLU and ELU give parameters to, and their gradients.

Unlike those of `activations`, these gradients follow from the input: with some parameters two
inputs share one output.
Definitions: https://keras.io/api/layers/activation_layers/
"""

from __future__ import annotations

import numpy as np

from cnncalc.ops.arrays import Array

__all__ = ["elu", "elu_gradient", "relu", "relu_gradient"]


def relu(
    inputs: Array,
    max_value: float | None = None,
    negative_slope: float = 0.0,
    threshold: float = 0.0,
) -> Array:
    """Keep what reaches the threshold, up to a maximum, and leak or drop what doesn't.

    Arguments: `inputs`; the `max_value`, None for none; below the `threshold` t, an x becomes
    `negative_slope` × (x − t).
    Returns the shape of `inputs`.

    >>> relu(np.array([-1.0, 1.0, 3.0, 9.0]), max_value=6, negative_slope=0.5, threshold=2)
    array([-1.5, -0.5,  3. ,  6. ])
    """
    capped = inputs if max_value is None else np.minimum(inputs, max_value)
    # Without a slope no product is taken, which would be −0, or not a number for −∞.
    below = (inputs - threshold) * negative_slope if negative_slope else 0
    return np.where(inputs > threshold, capped, below)


def relu_gradient(
    gradient: Array,
    inputs: Array,
    max_value: float | None = None,
    negative_slope: float = 0.0,
    threshold: float = 0.0,
) -> Array:
    """Return a loss's gradient by the inputs: `negative_slope` at the threshold, 0 at the maximum.

    Arguments: the `gradient` by the output and the `inputs`, of one shape; the parameters.
    """
    result = np.where(inputs > threshold, gradient, gradient * negative_slope)
    if max_value is None:
        return result
    return np.where((inputs >= max_value) & (inputs > threshold), 0, result)


def elu(inputs: Array, alpha: float = 1.0) -> Array:
    """Replace a negative x by `alpha` × (exp(x) − 1).

    >>> elu(np.array([-1000.0, 3.0]), alpha=0.5)
    array([-0.5,  3. ])
    """
    return np.where(inputs > 0, inputs, alpha * np.expm1(np.minimum(inputs, 0)))


def elu_gradient(gradient: Array, inputs: Array, alpha: float = 1.0) -> Array:
    """Return a loss's gradient by the inputs: the slope below 0 is `alpha` × exp(x)."""
    return np.where(inputs > 0, gradient, gradient * (alpha * np.exp(np.minimum(inputs, 0))))
