"""The backward pass: a loss's gradient by the output, worked back to every weight.

Layers without weights only hand the gradient on to their input; those with weights do both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import NamedTuple

import numpy as np

from cnncalc import layers as specifications
from cnncalc.layers import Layer
from cnncalc.network.forward_pass import normalization_scale
from cnncalc.network.saved_pass import Saved
from cnncalc.network.structure import Array, Weights
from cnncalc.ops import convolution, parametric_activations
from cnncalc.ops.activations import ACTIVATIONS, leaky_relu_gradient, softmax_gradient
from cnncalc.ops.dense import bias_gradient, dense_input_gradient, dense_kernel_gradient
from cnncalc.ops.dropout import dropout_gradient
from cnncalc.ops.global_pooling import GLOBAL_POOLINGS
from cnncalc.ops.maxima import maximum_gradient
from cnncalc.ops.normalization import (
    Statistics,
    batch_normalize_gradients,
    batch_normalize_input_gradient,
)
from cnncalc.ops.padding import pad_gradient
from cnncalc.ops.pooling import POOLINGS

__all__ = [
    "Gradients",
    "LayerGradients",
    "backward",
    "backward_layer",
    "backward_near",
    "first_to_learn",
]


class LayerGradients(NamedTuple):
    """A loss's gradients by one layer's input, None where not wanted, and by its weights."""

    input: Array | None
    weights: dict[str, Array]


class Gradients(NamedTuple):
    """A loss's gradients: one mapping a layer by weight name, and by the network's input."""

    weights: tuple[dict[str, Array], ...]
    input: Array | None


def backward(
    layers: Sequence[Layer],
    weights: Sequence[Weights],
    saved: Sequence[Saved],
    gradient: Array,
    to_input: bool = False,
) -> Gradients:
    """Work a loss's gradient by the output back to every trainable weight.

    Arguments: `layers`, `weights` and what `forward_saved` returned for them; the `gradient` by
    the last layer's output, of its shape; whether the gradient by the network's input is wanted
    too, which costs as much as a forward pass.
    Returns the gradients by weight, one mapping a layer in the weights' order (empty without
    trainable weights), each of its weight's shape, and the gradient by the input, or None.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.network.saved_pass import forward_saved
    >>> layers, weights = [Dense(1, use_bias=False)], [{"kernel": np.array([[3.0]])}]
    >>> saved = forward_saved(layers, weights, np.array([[5.0]]))
    >>> backward(layers, weights, saved, np.array([[1.0]])).weights
    ({'kernel': array([[5.]])},)
    """
    by_weight: list[dict[str, Array]] = [{} for _ in layers]
    first = 0 if to_input else first_to_learn(layers, weights)
    for index in reversed(range(first, len(layers))):
        layer, own = layers[index], weights[index]
        result = backward_layer(layer, own, saved[index], gradient, to_input or index > first)
        by_weight[index] = result.weights
        if result.input is not None:
            gradient = result.input
    return Gradients(tuple(by_weight), gradient if to_input else None)


def first_to_learn(layers: Sequence[Layer], weights: Sequence[Weights]) -> int:
    """Return the position of the first layer with a trainable weight: before it no gradient goes.

    Where there is none, it is the number of layers.

    >>> from cnncalc.layers import Dense
    >>> layers = [Dense(1, use_bias=False, trainable=False), Dense(1, use_bias=False)]
    >>> first_to_learn(layers, [{"kernel": np.ones((1, 1))}] * 2)
    1
    """
    pairs = enumerate(zip(layers, weights, strict=True))
    found = (index for index, (layer, own) in pairs if any(map(layer.learns, own)))
    return next(found, len(layers))


def backward_near(
    layer: Layer, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    """As `backward_layer`, but what only rounding sets apart from a maximum counts as it.

    For records, whose numbers near a kink `at_kinks` puts on it.

    >>> saved = Saved(np.array([[[[0.3, 0.1 + 0.2]]]]), np.array([[[[0.1 + 0.2]]]]))
    >>> combine, ones = specifications.Combine("max"), np.ones((1, 1, 1, 1))
    >>> backward_near(combine, {}, saved, ones, to_input=True).input
    array([[[[1., 0.]]]])
    """
    match layer:
        case specifications.PoolingLayer() | specifications.GlobalPoolingLayer():
            result = _pooling_gradient(layer, saved, gradient, near=True)
        case specifications.Combine(mode="max"):
            result = maximum_gradient(gradient, saved.input, -1, near=True)
        case _:
            return backward_layer(layer, weights, saved, gradient, to_input)
    return LayerGradients(result if to_input else None, {})


@singledispatch
def backward_layer(
    layer: Layer, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    """Return a loss's gradients by one layer's input and weights, given that by its output.

    Arguments: the `layer`, its `weights` and what its forward pass `saved`; the `gradient` by the
    output, of its shape; whether the gradient by the input is wanted. A frozen layer has none by
    its weights.
    """
    return LayerGradients(_input_gradient(layer, saved, gradient) if to_input else None, {})


@backward_layer.register(specifications.Conv2D)
def _(
    layer: specifications.Conv2D, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    gradient = ACTIVATIONS[layer.activation_name].backward(gradient, saved.output)
    geometry, groups = layer.geometry(saved.input.shape[1:]), layer.groups
    by_weight = {}
    if layer.trainable:
        by_kernel = convolution.convolve_kernel_gradient(gradient, saved.input, geometry, groups)
        by_weight = {"kernel": by_kernel, **_bias_gradient(layer, gradient)}
    if not to_input:
        return LayerGradients(None, by_weight)
    kernel = weights["kernel"]
    return LayerGradients(
        convolution.convolve_input_gradient(gradient, kernel, geometry, groups), by_weight
    )


@backward_layer.register(specifications.DepthwiseConv2D)
def _(
    layer: specifications.DepthwiseConv2D,
    weights: Weights,
    saved: Saved,
    gradient: Array,
    to_input: bool,
) -> LayerGradients:
    gradient = ACTIVATIONS[layer.activation_name].backward(gradient, saved.output)
    geometry = layer.geometry(saved.input.shape[1:])
    by_weight = {}
    if layer.trainable:
        by_kernel = convolution.depthwise_convolve_kernel_gradient(gradient, saved.input, geometry)
        by_weight = {"kernel": by_kernel, **_bias_gradient(layer, gradient)}
    if not to_input:
        return LayerGradients(None, by_weight)
    by_input = convolution.depthwise_convolve_input_gradient(gradient, weights["kernel"], geometry)
    return LayerGradients(by_input, by_weight)


@backward_layer.register(specifications.Dense)
def _(
    layer: specifications.Dense, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    gradient = ACTIVATIONS[layer.activation_name].backward(gradient, saved.output)
    by_weight = {}
    if layer.trainable:
        by_kernel = dense_kernel_gradient(gradient, saved.input)
        by_weight = {"kernel": by_kernel, **_bias_gradient(layer, gradient)}
    by_input = dense_input_gradient(gradient, weights["kernel"]) if to_input else None
    return LayerGradients(by_input, by_weight)


def _bias_gradient(
    layer: specifications.ConvolutionLayer | specifications.Dense, gradient: Array
) -> dict[str, Array]:
    return {"bias": bias_gradient(gradient)} if layer.use_bias else {}


@backward_layer.register(specifications.BatchNormalization)
def _(
    layer: specifications.BatchNormalization,
    weights: Weights,
    saved: Saved,
    gradient: Array,
    to_input: bool,
) -> LayerGradients:
    moving = Statistics(weights["moving_mean"], weights["moving_variance"])
    gamma = normalization_scale(weights)[0]
    if not layer.needs_batch:
        by_input = batch_normalize_input_gradient(gradient, moving.variance, gamma, layer.epsilon)
        return LayerGradients(by_input, {})
    by_input, by_gamma, by_beta = batch_normalize_gradients(
        gradient,
        saved.input,
        Statistics(*saved.extra) if saved.extra else moving,
        gamma,
        training=bool(saved.extra),
        epsilon=layer.epsilon,
    )
    by_weight = {"gamma": by_gamma} if layer.scale else {}
    by_weight |= {"beta": by_beta} if layer.center else {}
    return LayerGradients(by_input if to_input else None, by_weight)


@singledispatch
def _input_gradient(layer: Layer, saved: Saved, gradient: Array) -> Array:
    """Return a loss's gradient by the input of a layer without weights."""
    raise TypeError(type(layer).__name__)  # every layer without weights is registered below


@_input_gradient.register(specifications.InputLayer)
def _(layer: specifications.InputLayer, saved: Saved, gradient: Array) -> Array:
    return gradient


@_input_gradient.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, saved: Saved, gradient: Array) -> Array:
    result: Array = gradient * np.asarray(layer.scale, gradient.dtype)
    return result


@_input_gradient.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, saved: Saved, gradient: Array) -> Array:
    return pad_gradient(gradient, layer.pads)


@_input_gradient.register(specifications.PoolingLayer)
def _(layer: specifications.PoolingLayer, saved: Saved, gradient: Array) -> Array:
    return _pooling_gradient(layer, saved, gradient, near=False)


@_input_gradient.register(specifications.GlobalPoolingLayer)
def _(layer: specifications.GlobalPoolingLayer, saved: Saved, gradient: Array) -> Array:
    return _pooling_gradient(layer, saved, gradient, near=False)


def _pooling_gradient(
    layer: specifications.PoolingLayer | specifications.GlobalPoolingLayer,
    saved: Saved,
    gradient: Array,
    *,
    near: bool,
) -> Array:
    if isinstance(layer, specifications.GlobalPoolingLayer):
        by_channel = gradient.reshape(len(gradient), -1)
        return GLOBAL_POOLINGS[layer.pool_mode].backward(by_channel, saved.input, near)
    geometry, counts = layer.geometry(saved.input.shape[1:]), layer.counts_padding
    return POOLINGS[layer.pool_mode].backward(gradient, saved.input, geometry, counts, near)


@_input_gradient.register(specifications.Flatten)
def _(layer: specifications.Flatten, saved: Saved, gradient: Array) -> Array:
    return gradient.reshape(saved.input.shape)


@_input_gradient.register(specifications.Activation)
def _(layer: specifications.Activation, saved: Saved, gradient: Array) -> Array:
    return ACTIVATIONS[layer.activation].backward(gradient, saved.output)


@_input_gradient.register(specifications.Softmax)
def _(layer: specifications.Softmax, saved: Saved, gradient: Array) -> Array:
    return softmax_gradient(gradient, saved.output)


@_input_gradient.register(specifications.LeakyReLU)
def _(layer: specifications.LeakyReLU, saved: Saved, gradient: Array) -> Array:
    # By the input, since a slope of 0 or of more than 1 leaves the output's sign as it is.
    return leaky_relu_gradient(gradient, saved.input, layer.negative_slope)


@_input_gradient.register(specifications.ELU)
def _(layer: specifications.ELU, saved: Saved, gradient: Array) -> Array:
    return parametric_activations.elu_gradient(gradient, saved.input, layer.alpha)


@_input_gradient.register(specifications.ReLU)
def _(layer: specifications.ReLU, saved: Saved, gradient: Array) -> Array:
    return parametric_activations.relu_gradient(
        gradient, saved.input, layer.max_value, layer.negative_slope, layer.threshold
    )


@_input_gradient.register(specifications.Dropout)
def _(layer: specifications.Dropout, saved: Saved, gradient: Array) -> Array:
    return dropout_gradient(gradient, saved.extra[0], layer.rate) if saved.extra else gradient


@_input_gradient.register(specifications.Combine)
def _(layer: specifications.Combine, saved: Saved, gradient: Array) -> Array:
    if layer.mode == "sum":
        return np.broadcast_to(gradient, saved.input.shape).copy()
    return maximum_gradient(gradient, saved.input, -1)
