"""The activations that Keras's layers ReLU and ELU give parameters to, and their gradients.

Unlike those of `activations`, these gradients follow from the input: with some parameters two
inputs share one output.
Definitions: https://keras.io/api/layers/activation_layers/
"""

from __future__ import annotations

import numpy as np

from cnncalc.nearness import kink_bounds
from cnncalc.ops.arrays import Array

__all__ = ["elu", "elu_gradient", "on_kink", "relu", "relu_gradient", "relu_kink_slopes"]


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


def relu_kink_slopes(
    max_value: float | None, negative_slope: float, threshold: float
) -> tuple[float, float]:
    """Return a rectifier's slope exactly at its threshold, and exactly at its maximum.

    They follow from the functions that Keras composes it of. A leaky rectifier without other
    parameters leaks at 0, any other has a slope of 0 at its threshold; a maximum of 6 alone is
    `relu6`, which lets nothing pass there, any other clips, and lets pass what is no larger.
    Source: `ReLU` in keras/src/activations/activations.py of Keras 3.15, as TensorFlow and PyTorch
    have its parts (on JAX the slopes are 1 where it leaks at 0, and 1/2 at a maximum).

    >>> relu_kink_slopes(None, 0.5, 0.0), relu_kink_slopes(6.0, 0.5, 0.0)
    ((0.5, 1.0), (0.0, 0.0))
    """
    is_leaky = max_value is None and threshold == 0
    is_relu6 = max_value == 6 and threshold == 0
    return negative_slope if is_leaky else 0.0, 0.0 if is_relu6 else 1.0


def relu_gradient(
    gradient: Array,
    inputs: Array,
    max_value: float | None = None,
    negative_slope: float = 0.0,
    threshold: float = 0.0,
) -> Array:
    """Return a loss's gradient by the inputs.

    Arguments: the `gradient` by the output and the `inputs`, of one shape; the parameters.
    What passes exactly at the threshold and at the maximum is said in `relu_kink_slopes`.
    """
    at_threshold, at_maximum = relu_kink_slopes(max_value, negative_slope, threshold)
    result = np.where(inputs > threshold, gradient, gradient * negative_slope)
    if at_threshold != negative_slope:
        result = np.where(inputs == threshold, 0, result)
    if max_value is None:
        return result
    is_capped = inputs > max_value if at_maximum else inputs >= max_value
    return np.where(is_capped & (inputs > threshold), 0, result)


def elu(inputs: Array, alpha: float = 1.0) -> Array:
    """Replace a negative x by `alpha` × (exp(x) − 1).

    >>> elu(np.array([-1000.0, 3.0]), alpha=0.5)
    array([-0.5,  3. ])
    """
    return np.where(inputs > 0, inputs, alpha * np.expm1(np.minimum(inputs, 0)))


def elu_gradient(gradient: Array, inputs: Array, alpha: float = 1.0) -> Array:
    """Return a loss's gradient by the inputs: the slope below 0 is `alpha` × exp(x)."""
    return np.where(inputs > 0, gradient, gradient * (alpha * np.exp(np.minimum(inputs, 0))))


def on_kink(numbers: Array, kink: float, *, only_above: bool = False) -> Array:
    """Return numbers with those put on a kink that are equal to it but for rounding.

    Arguments: the `numbers`; the `kink`; whether `only_above` it they are, since what lies below
    is treated as the kink anyway.

    >>> on_kink(np.array([3 * 1.1, 3.4, 3.2999]), 3.3).tolist()
    [3.3, 3.4, 3.2999]
    """
    low, high = kink_bounds(kink)
    near = (numbers >= (kink if only_above else low)) & (numbers <= high)
    result: Array = np.where(near, kink, numbers)
    return result
