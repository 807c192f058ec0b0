"""Layers with weights: forward, and backward by their input and their weights beside it."""

from __future__ import annotations

import numpy as np

from cnncalc import layers as specifications
from cnncalc.layers import KernelLayer
from cnncalc.network.operations.dispatch import backward_layer, forward_layer
from cnncalc.network.structure import Array, LayerGradients, Saved, Weights
from cnncalc.ops import convolution
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.ops.dense import (
    add_bias,
    bias_gradient,
    dense,
    dense_input_gradient,
    dense_kernel_gradient,
)
from cnncalc.ops.normalization import (
    Statistics,
    batch_normalize,
    batch_normalize_gradients,
    batch_normalize_input_gradient,
)

__all__ = ["moving_statistics", "normalization_scale"]


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


@forward_layer.register(specifications.BatchNormalization)
def _(layer: specifications.BatchNormalization, weights: Weights, images: Array) -> Array:
    moving, scale = moving_statistics(weights), normalization_scale(weights)
    return batch_normalize(images, moving, *scale, layer.epsilon)


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
