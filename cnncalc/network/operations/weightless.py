"""Layers without weights: forward, and backward by their input beside it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from cnncalc import layers as specifications
from cnncalc.layers import Layer
from cnncalc.layers.merging import of_merge_mode
from cnncalc.layers.pooling import of_mode
from cnncalc.network.operations.dispatch import forward_layer, input_gradient
from cnncalc.network.structure import Array, Saved, Weights
from cnncalc.ops import parametric_activations
from cnncalc.ops.activations import (
    ACTIVATIONS,
    leaky_relu,
    leaky_relu_gradient,
    softmax,
    softmax_gradient,
)
from cnncalc.ops.dropout import dropout_gradient
from cnncalc.ops.global_pooling import GLOBAL_POOLINGS
from cnncalc.ops.maxima import maximum_gradient
from cnncalc.ops.merging import MERGINGS, apart
from cnncalc.ops.padding import pad, pad_gradient
from cnncalc.ops.pooling import POOLINGS

__all__ = ["global_pooling_gradient", "merge_gradient", "merged", "pooling_gradient"]


@forward_layer.register(specifications.InputLayer)
@forward_layer.register(specifications.Dropout)
@forward_layer.register(specifications.PassingLayer)
@forward_layer.register(specifications.Concatenate)  # what it joins stands side by side already
def _(layer: Layer, weights: Weights, images: Array) -> Array:
    return images


@input_gradient.register(specifications.InputLayer)
@input_gradient.register(specifications.PassingLayer)
@input_gradient.register(specifications.Concatenate)
def _(layer: Layer, saved: Saved, gradient: Array) -> Array:
    return gradient


@input_gradient.register(specifications.Dropout)
def _(layer: specifications.Dropout, saved: Saved, gradient: Array) -> Array:
    return dropout_gradient(gradient, saved.extra[0], layer.rate) if saved.extra else gradient


@forward_layer.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, weights: Weights, images: Array) -> Array:
    scale, offset = (np.asarray(value, images.dtype) for value in (layer.scale, layer.offset))
    result: Array = images * scale + offset
    return result


@input_gradient.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, saved: Saved, gradient: Array) -> Array:
    result: Array = gradient * np.asarray(layer.scale, gradient.dtype)
    return result


@forward_layer.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, weights: Weights, images: Array) -> Array:
    return pad(images, layer.pads)


@input_gradient.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, saved: Saved, gradient: Array) -> Array:
    return pad_gradient(gradient, layer.pads)


@forward_layer.register(specifications.Cropping2D)
def _(layer: specifications.Cropping2D, weights: Weights, images: Array) -> Array:
    inside = pad_gradient(images, layer.sides) if images.ndim > 2 else images
    return inside if layer.channels is None else inside[..., list(layer.channels)]


@input_gradient.register(specifications.Cropping2D)
def _(layer: specifications.Cropping2D, saved: Saved, gradient: Array) -> Array:
    if layer.channels is not None:
        kept = gradient
        gradient = np.zeros((*kept.shape[:-1], saved.input.shape[-1]), kept.dtype)
        gradient[..., list(layer.channels)] = kept
    return pad(gradient, layer.sides) if gradient.ndim > 2 else gradient


@forward_layer.register(specifications.Flatten)
def _(layer: specifications.Flatten, weights: Weights, images: Array) -> Array:
    return images.reshape(len(images), prod(images.shape[1:]))


@input_gradient.register(specifications.Flatten)
def _(layer: specifications.Flatten, saved: Saved, gradient: Array) -> Array:
    return gradient.reshape(saved.input.shape)


@forward_layer.register(specifications.PoolingLayer)
def _(layer: specifications.PoolingLayer, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    return of_mode(POOLINGS, layer).forward(images, geometry, layer.counts_padding)


@input_gradient.register(specifications.PoolingLayer)
def pooling_gradient(
    layer: specifications.PoolingLayer, saved: Saved, gradient: Array, near: bool = False
) -> Array:
    """Return a pooling's gradient; `near` is for records."""
    geometry, counts = layer.geometry(saved.input.shape[1:]), layer.counts_padding
    return of_mode(POOLINGS, layer).backward(gradient, saved.input, geometry, counts, near)


@forward_layer.register(specifications.GlobalPoolingLayer)
def _(layer: specifications.GlobalPoolingLayer, weights: Weights, images: Array) -> Array:
    result = of_mode(GLOBAL_POOLINGS, layer).forward(images)
    return result[:, np.newaxis, np.newaxis] if layer.keepdims else result


@input_gradient.register(specifications.GlobalPoolingLayer)
def global_pooling_gradient(
    layer: specifications.GlobalPoolingLayer, saved: Saved, gradient: Array, near: bool = False
) -> Array:
    """Return a global pooling's gradient; `near` is for records."""
    by_channel = gradient.reshape(len(gradient), -1)
    return of_mode(GLOBAL_POOLINGS, layer).backward(by_channel, saved.input, near)


@forward_layer.register(specifications.Activation)
def _(layer: specifications.Activation, weights: Weights, images: Array) -> Array:
    return ACTIVATIONS[layer.activation].forward(images)


@input_gradient.register(specifications.Activation)
def _(layer: specifications.Activation, saved: Saved, gradient: Array) -> Array:
    return ACTIVATIONS[layer.activation].backward(gradient, saved.output)


@forward_layer.register(specifications.Softmax)
def _(layer: specifications.Softmax, weights: Weights, images: Array) -> Array:
    return softmax(images)


@input_gradient.register(specifications.Softmax)
def _(layer: specifications.Softmax, saved: Saved, gradient: Array) -> Array:
    return softmax_gradient(gradient, saved.output)


@forward_layer.register(specifications.LeakyReLU)
def _(layer: specifications.LeakyReLU, weights: Weights, images: Array) -> Array:
    return leaky_relu(images, layer.negative_slope)


@input_gradient.register(specifications.LeakyReLU)
def _(layer: specifications.LeakyReLU, saved: Saved, gradient: Array) -> Array:
    # By the input, since a slope of 0 or of more than 1 leaves the output's sign as it is.
    return leaky_relu_gradient(gradient, saved.input, layer.negative_slope)


@forward_layer.register(specifications.ELU)
def _(layer: specifications.ELU, weights: Weights, images: Array) -> Array:
    return parametric_activations.elu(images, layer.alpha)


@input_gradient.register(specifications.ELU)
def _(layer: specifications.ELU, saved: Saved, gradient: Array) -> Array:
    return parametric_activations.elu_gradient(gradient, saved.input, layer.alpha)


@forward_layer.register(specifications.ReLU)
def _(layer: specifications.ReLU, weights: Weights, images: Array) -> Array:
    return parametric_activations.relu(
        images, layer.max_value, layer.negative_slope, layer.threshold
    )


@input_gradient.register(specifications.ReLU)
def _(layer: specifications.ReLU, saved: Saved, gradient: Array) -> Array:
    return parametric_activations.relu_gradient(
        gradient, saved.input, layer.max_value, layer.negative_slope, layer.threshold
    )


@forward_layer.register(specifications.MergeLayer)
def _(layer: specifications.MergeLayer, weights: Weights, images: Array) -> Array:
    return merged(layer, np.split(images, layer.parts, axis=-1))


def merged(layer: specifications.MergeLayer, parts: Sequence[Array]) -> Array:
    """Return what a merge that calculates makes of parts, (batch, *shape) each: no concatenation.

    >>> merged(specifications.Add(inputs=("a", "b")), [np.array([[1.0]]), np.array([[2.0]])])
    array([[3.]])
    """
    return of_merge_mode(MERGINGS, layer).forward(parts)


@input_gradient.register(specifications.MergeLayer)
def merge_gradient(
    layer: specifications.MergeLayer, saved: Saved, gradient: Array, near: bool = False
) -> Array:
    """Return a merge's gradient by all that it joins, side by side; `near` is for records."""
    parts = apart(saved.input, layer.parts)
    by_parts = of_merge_mode(MERGINGS, layer).backward(gradient, parts, near)
    return by_parts.reshape(saved.input.shape)


@forward_layer.register(specifications.Combine)
def _(layer: specifications.Combine, weights: Weights, images: Array) -> Array:
    match layer.mode:
        case "sum":
            return np.asarray(np.sum(images, axis=-1, keepdims=True))
        case "max":
            return np.asarray(np.max(images, axis=-1, keepdims=True))
    raise TypeError(_unknown_mode(layer))


@input_gradient.register(specifications.Combine)
def _(layer: specifications.Combine, saved: Saved, gradient: Array) -> Array:
    match layer.mode:
        case "sum":
            return np.broadcast_to(gradient, saved.input.shape).copy()
        case "max":
            return maximum_gradient(gradient, saved.input, -1)
    raise TypeError(_unknown_mode(layer))


def _unknown_mode(layer: specifications.Combine) -> str:
    return f'Combine must join by "sum" or "max". Received: mode={layer.mode!r}'
