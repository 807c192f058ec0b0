"""Activation functions and their gradients, with Keras's definitions and default parameters.

Every gradient follows from the function's output, so that the input need not be kept.
Source: https://keras.io/api/layers/activations/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnncalc.ops.arrays import Array

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "elu",
    "elu_gradient",
    "leaky_relu",
    "leaky_relu_gradient",
    "linear",
    "linear_gradient",
    "relu",
    "relu6",
    "relu6_gradient",
    "relu_gradient",
    "sigmoid",
    "sigmoid_gradient",
    "softmax",
    "softmax_gradient",
    "softplus",
    "softplus_gradient",
    "tanh",
    "tanh_gradient",
]


@dataclass(frozen=True)
class Activation:
    """An activation function and its gradient.

    `forward(inputs)` returns the outputs; `backward(gradient, outputs)` turns a loss's gradient by
    the outputs into its gradient by the inputs. All have the same shape. `kinks` are the
    outputs right below which it has another slope than right above; elu has none, it is 1 on both
    sides of 0.
    """

    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array], Array]
    kinks: tuple[float, ...] = ()


def linear(inputs: Array) -> Array:
    """Return the inputs as they are."""
    return inputs


def linear_gradient(gradient: Array, outputs: Array) -> Array:
    """Return the gradient as it is."""
    return gradient


def relu(inputs: Array) -> Array:
    """Replace negative numbers by 0.

    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    return np.maximum(inputs, 0)


def relu_gradient(gradient: Array, outputs: Array) -> Array:
    """Let the gradient pass where the output is positive; the slope at 0 is 0.

    >>> relu_gradient(np.array([5.0, 5.0]), relu(np.array([0.0, 3.0])))
    array([0., 5.])
    """
    return np.where(outputs > 0, gradient, 0)


def relu6(inputs: Array) -> Array:
    """Replace negative numbers by 0, those above 6 by 6.

    >>> relu6(np.array([-2.0, 3.0, 9.0]))
    array([0., 3., 6.])
    """
    return np.minimum(np.maximum(inputs, 0), 6)


def relu6_gradient(gradient: Array, outputs: Array) -> Array:
    """Let the gradient pass where the output is between 0 and 6; the slope at both is 0.

    >>> relu6_gradient(np.array([5.0, 5.0, 5.0]), relu6(np.array([0.0, 3.0, 6.0])))
    array([0., 5., 0.])
    """
    return np.where((outputs > 0) & (outputs < 6), gradient, 0)


def leaky_relu(inputs: Array, negative_slope: float = 0.2) -> Array:
    """Multiply negative numbers by `negative_slope`, which is at least 0.

    The default is that of Keras's activation "leaky_relu"; its layer LeakyReLU has 0.3.

    >>> leaky_relu(np.array([-2.0, 3.0]))
    array([-0.4,  3. ])
    """
    return np.where(inputs > 0, inputs, inputs * negative_slope)


def leaky_relu_gradient(gradient: Array, outputs: Array, negative_slope: float = 0.2) -> Array:
    """Return a loss's gradient by the inputs; the slope at 0 is `negative_slope`."""
    return np.where(outputs > 0, gradient, gradient * negative_slope)


def sigmoid(inputs: Array) -> Array:
    """Return 1 / (1 + exp(−x)), without overflow and accurate at both ends.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    small = np.exp(-np.abs(inputs))
    result: Array = np.where(inputs >= 0, 1, small) / (1 + small)
    return result


def sigmoid_gradient(gradient: Array, outputs: Array) -> Array:
    """Return a loss's gradient by the inputs: the slope is s(1 − s)."""
    result: Array = gradient * outputs * (1 - outputs)
    return result


def tanh(inputs: Array) -> Array:
    """Return the hyperbolic tangent."""
    return np.tanh(inputs)


def tanh_gradient(gradient: Array, outputs: Array) -> Array:
    """Return a loss's gradient by the inputs: the slope is 1 − tanh²."""
    result: Array = gradient * (1 - outputs * outputs)
    return result


def softmax(inputs: Array) -> Array:
    """Turn the numbers along the last axis into shares of 1 that follow their exponentials.

    The largest number is subtracted first, which changes no share and avoids overflow.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    exponentials = np.exp(inputs - inputs.max(axis=-1, keepdims=True))
    shares: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return shares


def softmax_gradient(gradient: Array, outputs: Array) -> Array:
    """Return a loss's gradient by the inputs: s(g − Σ g s)."""
    result: Array = outputs * (gradient - (gradient * outputs).sum(axis=-1, keepdims=True))
    return result


def elu(inputs: Array) -> Array:
    """Replace negative numbers by exp(x) − 1.

    >>> elu(np.array([-1000.0, 3.0]))
    array([-1.,  3.])
    """
    return np.where(inputs > 0, inputs, np.expm1(np.minimum(inputs, 0)))


def elu_gradient(gradient: Array, outputs: Array) -> Array:
    """Return a loss's gradient by the inputs: the slope below 0 is exp(x), the output plus 1."""
    return np.where(outputs > 0, gradient, gradient * (outputs + 1))


def softplus(inputs: Array) -> Array:
    """Return log(1 + exp(x)), without overflow.

    >>> softplus(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """
    return np.logaddexp(inputs, 0)


def softplus_gradient(gradient: Array, outputs: Array) -> Array:
    """Return a loss's gradient by the inputs: the slope, the sigmoid of x, is 1 − exp(−output)."""
    return gradient * -np.expm1(-outputs)


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "elu": Activation(elu, elu_gradient),
        "leaky_relu": Activation(leaky_relu, leaky_relu_gradient, kinks=(0.0,)),
        "linear": Activation(linear, linear_gradient),
        "relu": Activation(relu, relu_gradient, kinks=(0.0,)),
        "relu6": Activation(relu6, relu6_gradient, kinks=(0.0, 6.0)),
        "sigmoid": Activation(sigmoid, sigmoid_gradient),
        "softmax": Activation(softmax, softmax_gradient),
        "softplus": Activation(softplus, softplus_gradient),
        "tanh": Activation(tanh, tanh_gradient),
    }
)
