"""The forward pass, as in prediction: each layer's specification meets the arithmetic of `ops`."""

from __future__ import annotations

from functools import singledispatch
from math import prod

import numpy as np

from cnncalc import layers as specifications
from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import Layer, Shape
from cnncalc.network.structure import Array, Network, Weights
from cnncalc.ops import convolution, parametric_activations
from cnncalc.ops.activations import ACTIVATIONS, leaky_relu, softmax
from cnncalc.ops.dense import add_bias, dense
from cnncalc.ops.global_pooling import GLOBAL_POOLINGS
from cnncalc.ops.normalization import Statistics, batch_normalize
from cnncalc.ops.numbers import real_numbers
from cnncalc.ops.padding import pad
from cnncalc.ops.parametric_activations import on_kink
from cnncalc.ops.pooling import POOLINGS

__all__ = ["forward", "forward_layer", "forward_near", "normalization_scale"]


def forward(network: Network, images: Array) -> Array:
    """Return the network's output for a batch, as in prediction.

    Arguments: `images` (batch, *input_shape), floating point. Returns (batch, *output shape).
    Raises ShapeError for images of another shape, OptionError for another type.

    >>> from cnncalc.layers import Flatten
    >>> from cnncalc.network import assemble
    >>> forward(assemble([Flatten()], (1, 2, 1), [{}]), np.array([[[[3.0], [5.0]]]]))
    array([[3., 5.]])
    """
    images = _checked(images, network.input_shape)
    for layer, weights in zip(network.layers, network.weights, strict=True):
        images = forward_layer(layer, weights, images)
    return images


def _checked(images: Array, input_shape: Shape) -> Array:
    """Return the images, after they were found to be a floating-point batch of this shape."""
    images = real_numbers(images, "images")
    if images.shape[1:] != input_shape:
        message = (
            f"images must be a batch of the network's input shape, {input_shape}. "
            f"Received: images.shape={images.shape}"
        )
        raise ShapeError(message)
    if not np.issubdtype(images.dtype, np.floating):
        message = f"images must be floating point. Received: images.dtype={images.dtype}"
        raise OptionError(message)
    return images


def forward_near(layer: Layer, weights: Weights, images: Array) -> Array:
    """As `forward_layer`, but what only rounding sets above a jump counts as it: for records.

    The one layer that jumps, a rectifier with a threshold, drops what is no more than that.

    >>> forward_near(specifications.ReLU(threshold=3.3), {}, np.array([[3 * 1.1, 3.4]]))
    array([[0. , 3.4]])
    """
    if isinstance(layer, specifications.ReLU) and layer.threshold:
        images = on_kink(images, layer.threshold, only_above=True)
    return forward_layer(layer, weights, images)


# Wherever layers are told apart like this, `register` is given the class, which the annotation
# names as well: to find it there, it would evaluate every annotation at each start of the program.
@singledispatch
def forward_layer(layer: Layer, weights: Weights, images: Array) -> Array:
    """Return one layer's output for a batch: (batch, *input) to (batch, *output)."""
    raise TypeError(type(layer).__name__)  # every layer is registered below


@forward_layer.register(specifications.InputLayer)
@forward_layer.register(specifications.Dropout)
def _(layer: Layer, weights: Weights, images: Array) -> Array:
    return images


@forward_layer.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, weights: Weights, images: Array) -> Array:
    scale, offset = (np.asarray(value, images.dtype) for value in (layer.scale, layer.offset))
    result: Array = images * scale + offset
    return result


@forward_layer.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, weights: Weights, images: Array) -> Array:
    return pad(images, layer.pads)


@forward_layer.register(specifications.Conv2D)
def _(layer: specifications.Conv2D, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    result = convolution.convolve(images, weights["kernel"], geometry, layer.groups)
    return _finished(layer, weights, result)


@forward_layer.register(specifications.DepthwiseConv2D)
def _(layer: specifications.DepthwiseConv2D, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    result = convolution.depthwise_convolve(images, weights["kernel"], geometry)
    return _finished(layer, weights, result)


@forward_layer.register(specifications.Dense)
def _(layer: specifications.Dense, weights: Weights, images: Array) -> Array:
    return _finished(layer, weights, dense(images, weights["kernel"]))


def _finished(
    layer: specifications.ConvolutionLayer | specifications.Dense, weights: Weights, result: Array
) -> Array:
    if layer.use_bias:
        result = add_bias(result, weights["bias"])
    return ACTIVATIONS[layer.activation_name].forward(result)


@forward_layer.register(specifications.PoolingLayer)
def _(layer: specifications.PoolingLayer, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    return POOLINGS[layer.pool_mode].forward(images, geometry, layer.counts_padding)


@forward_layer.register(specifications.GlobalPoolingLayer)
def _(layer: specifications.GlobalPoolingLayer, weights: Weights, images: Array) -> Array:
    result = GLOBAL_POOLINGS[layer.pool_mode].forward(images)
    return result[:, np.newaxis, np.newaxis] if layer.keepdims else result


@forward_layer.register(specifications.Flatten)
def _(layer: specifications.Flatten, weights: Weights, images: Array) -> Array:
    return images.reshape(len(images), prod(images.shape[1:]))


@forward_layer.register(specifications.Activation)
def _(layer: specifications.Activation, weights: Weights, images: Array) -> Array:
    return ACTIVATIONS[layer.activation].forward(images)


@forward_layer.register(specifications.Softmax)
def _(layer: specifications.Softmax, weights: Weights, images: Array) -> Array:
    return softmax(images)


@forward_layer.register(specifications.LeakyReLU)
def _(layer: specifications.LeakyReLU, weights: Weights, images: Array) -> Array:
    return leaky_relu(images, layer.negative_slope)


@forward_layer.register(specifications.ELU)
def _(layer: specifications.ELU, weights: Weights, images: Array) -> Array:
    return parametric_activations.elu(images, layer.alpha)


@forward_layer.register(specifications.ReLU)
def _(layer: specifications.ReLU, weights: Weights, images: Array) -> Array:
    return parametric_activations.relu(
        images, layer.max_value, layer.negative_slope, layer.threshold
    )


@forward_layer.register(specifications.BatchNormalization)
def _(layer: specifications.BatchNormalization, weights: Weights, images: Array) -> Array:
    moving = Statistics(weights["moving_mean"], weights["moving_variance"])
    gamma, beta = normalization_scale(weights)
    return batch_normalize(images, moving, gamma, beta, layer.epsilon)


def normalization_scale(weights: Weights) -> tuple[Array, Array]:
    """Return a batch normalization's gamma and beta, ones and zeros where it has none."""
    like = weights["moving_mean"]
    return weights.get("gamma", np.ones_like(like)), weights.get("beta", np.zeros_like(like))


@forward_layer.register(specifications.Combine)
def _(layer: specifications.Combine, weights: Weights, images: Array) -> Array:
    match layer.mode:
        case "sum":
            return np.asarray(np.sum(images, axis=-1, keepdims=True))
        case "max":
            return np.asarray(np.max(images, axis=-1, keepdims=True))
