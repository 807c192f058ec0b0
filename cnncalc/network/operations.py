"""What each kind of layer does: forward, and backward beside it, by the arithmetic of `ops`."""

from __future__ import annotations

from functools import singledispatch
from math import prod

import numpy as np

from cnncalc import layers as specifications
from cnncalc.errors import unknown_kind
from cnncalc.layers import KernelLayer, Layer
from cnncalc.layers.merging import of_merge_mode
from cnncalc.layers.pooling import of_mode
from cnncalc.network.structure import Array, LayerGradients, Saved, Weights
from cnncalc.ops import convolution, parametric_activations
from cnncalc.ops.activations import (
    ACTIVATIONS,
    leaky_relu,
    leaky_relu_gradient,
    softmax,
    softmax_gradient,
)
from cnncalc.ops.dense import (
    add_bias,
    bias_gradient,
    dense,
    dense_input_gradient,
    dense_kernel_gradient,
)
from cnncalc.ops.dropout import dropout_gradient
from cnncalc.ops.global_pooling import GLOBAL_POOLINGS
from cnncalc.ops.maxima import maximum_gradient
from cnncalc.ops.merging import MERGINGS, apart
from cnncalc.ops.normalization import (
    Statistics,
    batch_normalize,
    batch_normalize_gradients,
    batch_normalize_input_gradient,
)
from cnncalc.ops.padding import pad, pad_gradient
from cnncalc.ops.parametric_activations import on_kink
from cnncalc.ops.pooling import POOLINGS

__all__ = [
    "backward_layer",
    "backward_near",
    "forward_layer",
    "forward_near",
    "has_operation",
    "moving_statistics",
    "normalization_scale",
]


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
    raise TypeError(
        unknown_kind("a layer must have its arithmetic in network/operations.py", layer)
    )


def has_operation(layer: Layer) -> bool:
    """Tell whether it is said below what a layer does."""
    return forward_layer.dispatch(type(layer)) is not forward_layer.dispatch(object)


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
        case specifications.PoolingLayer():
            result = _pooling_gradient(layer, saved, gradient, near=True)
        case specifications.GlobalPoolingLayer():
            result = _global_pooling_gradient(layer, saved, gradient, near=True)
        case specifications.Combine(mode="max"):
            result = maximum_gradient(gradient, saved.input, -1, near=True)
        case specifications.Concatenate():
            return backward_layer(layer, weights, saved, gradient, to_input)
        case specifications.MergeLayer():
            result = _merge_gradient(layer, saved, gradient, near=True)
        case specifications.Combine():
            return backward_layer(layer, weights, saved, gradient, to_input)
        case _ if isinstance(layer, _WITHOUT_MAXIMA):
            return backward_layer(layer, weights, saved, gradient, to_input)
        case _:
            raise TypeError(
                unknown_kind(
                    "whether a layer has maxima must be told in network/operations.py", layer
                )
            )
    return LayerGradients(result if to_input else None, {})


_WITHOUT_MAXIMA = (
    *(KernelLayer, specifications.ActivationLayer, specifications.BatchNormalization),
    *(specifications.InputLayer, specifications.Rescaling, specifications.ZeroPadding2D),
    *(specifications.Flatten, specifications.Dropout, specifications.PassingLayer),
    specifications.Cropping2D,
)


@singledispatch
def backward_layer(
    layer: Layer, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    """Return a loss's gradients by one layer's input and weights, given that by its output.

    Arguments: the `layer`, its `weights` and what its forward pass `saved`; the `gradient` by the
    output, of its shape; whether the gradient by the input is wanted. A frozen layer has none by
    its weights.
    Raises TypeError for a kind of layer that isn't told below how it learns.
    """
    if layer.has_weights:
        message = (
            "a layer with weights must be registered in network/operations.py. "
            f"Received: {type(layer).__name__}"
        )
        raise TypeError(message)
    return LayerGradients(_input_gradient(layer, saved, gradient) if to_input else None, {})


@singledispatch
def _input_gradient(layer: Layer, saved: Saved, gradient: Array) -> Array:
    """Return a loss's gradient by the input of a layer without weights."""
    raise TypeError(unknown_kind("a layer must have its gradient in network/operations.py", layer))


@forward_layer.register(specifications.InputLayer)
@forward_layer.register(specifications.Dropout)
@forward_layer.register(specifications.PassingLayer)
@forward_layer.register(specifications.Concatenate)  # what it joins stands side by side already
def _(layer: Layer, weights: Weights, images: Array) -> Array:
    return images


@_input_gradient.register(specifications.InputLayer)
@_input_gradient.register(specifications.PassingLayer)
@_input_gradient.register(specifications.Concatenate)
def _(layer: Layer, saved: Saved, gradient: Array) -> Array:
    return gradient


@_input_gradient.register(specifications.Dropout)
def _(layer: specifications.Dropout, saved: Saved, gradient: Array) -> Array:
    return dropout_gradient(gradient, saved.extra[0], layer.rate) if saved.extra else gradient


@forward_layer.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, weights: Weights, images: Array) -> Array:
    scale, offset = (np.asarray(value, images.dtype) for value in (layer.scale, layer.offset))
    result: Array = images * scale + offset
    return result


@_input_gradient.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, saved: Saved, gradient: Array) -> Array:
    result: Array = gradient * np.asarray(layer.scale, gradient.dtype)
    return result


@forward_layer.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, weights: Weights, images: Array) -> Array:
    return pad(images, layer.pads)


@_input_gradient.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, saved: Saved, gradient: Array) -> Array:
    return pad_gradient(gradient, layer.pads)


@forward_layer.register(specifications.Cropping2D)
def _(layer: specifications.Cropping2D, weights: Weights, images: Array) -> Array:
    inside = pad_gradient(images, layer.sides) if images.ndim > 2 else images
    return inside if layer.channels is None else inside[..., list(layer.channels)]


@_input_gradient.register(specifications.Cropping2D)
def _(layer: specifications.Cropping2D, saved: Saved, gradient: Array) -> Array:
    if layer.channels is not None:
        kept = gradient
        gradient = np.zeros((*kept.shape[:-1], saved.input.shape[-1]), kept.dtype)
        gradient[..., list(layer.channels)] = kept
    return pad(gradient, layer.sides) if gradient.ndim > 2 else gradient


@forward_layer.register(specifications.Flatten)
def _(layer: specifications.Flatten, weights: Weights, images: Array) -> Array:
    return images.reshape(len(images), prod(images.shape[1:]))


@_input_gradient.register(specifications.Flatten)
def _(layer: specifications.Flatten, saved: Saved, gradient: Array) -> Array:
    return gradient.reshape(saved.input.shape)


@forward_layer.register(specifications.Conv2D)
def _(layer: specifications.Conv2D, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    result = convolution.convolve(images, weights["kernel"], geometry, layer.groups)
    return _finished(layer, weights, result)


@backward_layer.register(specifications.Conv2D)
def _(
    layer: specifications.Conv2D, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    gradient = _by_sums(layer, saved, gradient)
    geometry, groups = layer.geometry(saved.input.shape[1:]), layer.groups
    by_weight, by_input = {}, None
    if layer.trainable:
        by_kernel = convolution.convolve_kernel_gradient(gradient, saved.input, geometry, groups)
        by_weight = _with_bias(layer, by_kernel, gradient)
    if to_input:
        kernel = weights["kernel"]
        by_input = convolution.convolve_input_gradient(gradient, kernel, geometry, groups)
    return LayerGradients(by_input, by_weight)


@forward_layer.register(specifications.DepthwiseConv2D)
def _(layer: specifications.DepthwiseConv2D, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    result = convolution.depthwise_convolve(images, weights["kernel"], geometry)
    return _finished(layer, weights, result)


@backward_layer.register(specifications.DepthwiseConv2D)
def _(
    layer: specifications.DepthwiseConv2D,
    weights: Weights,
    saved: Saved,
    gradient: Array,
    to_input: bool,
) -> LayerGradients:
    gradient = _by_sums(layer, saved, gradient)
    geometry = layer.geometry(saved.input.shape[1:])
    by_weight, by_input = {}, None
    if layer.trainable:
        by_kernel = convolution.depthwise_convolve_kernel_gradient(gradient, saved.input, geometry)
        by_weight = _with_bias(layer, by_kernel, gradient)
    if to_input:
        kernel = weights["kernel"]
        by_input = convolution.depthwise_convolve_input_gradient(gradient, kernel, geometry)
    return LayerGradients(by_input, by_weight)


@forward_layer.register(specifications.Dense)
def _(layer: specifications.Dense, weights: Weights, images: Array) -> Array:
    return _finished(layer, weights, dense(images, weights["kernel"]))


@backward_layer.register(specifications.Dense)
def _(
    layer: specifications.Dense, weights: Weights, saved: Saved, gradient: Array, to_input: bool
) -> LayerGradients:
    gradient = _by_sums(layer, saved, gradient)
    by_weight = {}
    if layer.trainable:
        by_kernel = dense_kernel_gradient(gradient, saved.input)
        by_weight = _with_bias(layer, by_kernel, gradient)
    by_input = dense_input_gradient(gradient, weights["kernel"]) if to_input else None
    return LayerGradients(by_input, by_weight)


def _finished(layer: KernelLayer, weights: Weights, result: Array) -> Array:
    if layer.use_bias:
        result = add_bias(result, weights["bias"])
    return ACTIVATIONS[layer.activation_name].forward(result)


def _by_sums(layer: KernelLayer, saved: Saved, gradient: Array) -> Array:
    return ACTIVATIONS[layer.activation_name].backward(gradient, saved.output)


def _with_bias(layer: KernelLayer, by_kernel: Array, gradient: Array) -> dict[str, Array]:
    by_weight = {"kernel": by_kernel}
    return by_weight | {"bias": bias_gradient(gradient)} if layer.use_bias else by_weight


@forward_layer.register(specifications.PoolingLayer)
def _(layer: specifications.PoolingLayer, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    return of_mode(POOLINGS, layer).forward(images, geometry, layer.counts_padding)


@_input_gradient.register(specifications.PoolingLayer)
def _pooling_gradient(
    layer: specifications.PoolingLayer, saved: Saved, gradient: Array, near: bool = False
) -> Array:
    geometry, counts = layer.geometry(saved.input.shape[1:]), layer.counts_padding
    return of_mode(POOLINGS, layer).backward(gradient, saved.input, geometry, counts, near)


@forward_layer.register(specifications.GlobalPoolingLayer)
def _(layer: specifications.GlobalPoolingLayer, weights: Weights, images: Array) -> Array:
    result = of_mode(GLOBAL_POOLINGS, layer).forward(images)
    return result[:, np.newaxis, np.newaxis] if layer.keepdims else result


@_input_gradient.register(specifications.GlobalPoolingLayer)
def _global_pooling_gradient(
    layer: specifications.GlobalPoolingLayer, saved: Saved, gradient: Array, near: bool = False
) -> Array:
    by_channel = gradient.reshape(len(gradient), -1)
    return of_mode(GLOBAL_POOLINGS, layer).backward(by_channel, saved.input, near)


@forward_layer.register(specifications.BatchNormalization)
def _(layer: specifications.BatchNormalization, weights: Weights, images: Array) -> Array:
    moving, (gamma, beta) = moving_statistics(weights), normalization_scale(weights)
    return batch_normalize(images, moving, gamma, beta, layer.epsilon)


@backward_layer.register(specifications.BatchNormalization)
def _(
    layer: specifications.BatchNormalization,
    weights: Weights,
    saved: Saved,
    gradient: Array,
    to_input: bool,
) -> LayerGradients:
    moving, (gamma, _) = moving_statistics(weights), normalization_scale(weights)
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


def moving_statistics(weights: Weights) -> Statistics:
    """Return a batch normalization's means and variances as training has moved them."""
    return Statistics(weights["moving_mean"], weights["moving_variance"])


def normalization_scale(weights: Weights) -> tuple[Array, Array]:
    """Return a batch normalization's gamma and beta, ones and zeros where it has none."""
    like = weights["moving_mean"]
    return weights.get("gamma", np.ones_like(like)), weights.get("beta", np.zeros_like(like))


@forward_layer.register(specifications.Activation)
def _(layer: specifications.Activation, weights: Weights, images: Array) -> Array:
    return ACTIVATIONS[layer.activation].forward(images)


@_input_gradient.register(specifications.Activation)
def _(layer: specifications.Activation, saved: Saved, gradient: Array) -> Array:
    return ACTIVATIONS[layer.activation].backward(gradient, saved.output)


@forward_layer.register(specifications.Softmax)
def _(layer: specifications.Softmax, weights: Weights, images: Array) -> Array:
    return softmax(images)


@_input_gradient.register(specifications.Softmax)
def _(layer: specifications.Softmax, saved: Saved, gradient: Array) -> Array:
    return softmax_gradient(gradient, saved.output)


@forward_layer.register(specifications.LeakyReLU)
def _(layer: specifications.LeakyReLU, weights: Weights, images: Array) -> Array:
    return leaky_relu(images, layer.negative_slope)


@_input_gradient.register(specifications.LeakyReLU)
def _(layer: specifications.LeakyReLU, saved: Saved, gradient: Array) -> Array:
    # By the input, since a slope of 0 or of more than 1 leaves the output's sign as it is.
    return leaky_relu_gradient(gradient, saved.input, layer.negative_slope)


@forward_layer.register(specifications.ELU)
def _(layer: specifications.ELU, weights: Weights, images: Array) -> Array:
    return parametric_activations.elu(images, layer.alpha)


@_input_gradient.register(specifications.ELU)
def _(layer: specifications.ELU, saved: Saved, gradient: Array) -> Array:
    return parametric_activations.elu_gradient(gradient, saved.input, layer.alpha)


@forward_layer.register(specifications.ReLU)
def _(layer: specifications.ReLU, weights: Weights, images: Array) -> Array:
    return parametric_activations.relu(
        images, layer.max_value, layer.negative_slope, layer.threshold
    )


@_input_gradient.register(specifications.ReLU)
def _(layer: specifications.ReLU, saved: Saved, gradient: Array) -> Array:
    return parametric_activations.relu_gradient(
        gradient, saved.input, layer.max_value, layer.negative_slope, layer.threshold
    )


@forward_layer.register(specifications.MergeLayer)
def _(layer: specifications.MergeLayer, weights: Weights, images: Array) -> Array:
    return of_merge_mode(MERGINGS, layer).forward(apart(images, layer.parts))


@_input_gradient.register(specifications.MergeLayer)
def _merge_gradient(
    layer: specifications.MergeLayer, saved: Saved, gradient: Array, near: bool = False
) -> Array:
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


@_input_gradient.register(specifications.Combine)
def _(layer: specifications.Combine, saved: Saved, gradient: Array) -> Array:
    match layer.mode:
        case "sum":
            return np.broadcast_to(gradient, saved.input.shape).copy()
        case "max":
            return maximum_gradient(gradient, saved.input, -1)
    raise TypeError(_unknown_mode(layer))


def _unknown_mode(layer: specifications.Combine) -> str:
    return f'Combine must join by "sum" or "max". Received: mode={layer.mode!r}'
