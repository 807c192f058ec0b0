"""What a convolution draws: its input, filters and biases, then one volume a stage."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from cnncalc.geometry import Geometry
from cnncalc.helper_cells import dilate, parts
from cnncalc.layers import ConvolutionLayer, Shape
from cnncalc.network import Array, Weights
from cnncalc.ops.convolution import convolve_input_gradient
from cnncalc.rules import law_of
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import (
    EACH,
    Finder,
    Index,
    sliding,
)
from cnncalc.sheet.layers.activation import activation_volumes
from cnncalc.sheet.layers.kernels import (
    channels_of,
    kernel_items,
    output_captions,
    seen_kernel,
    turned_kernel,
    weight_volumes,
)
from cnncalc.sheet.layers.spread_errors import framed_errors, framed_volumes, spread_source
from cnncalc.sheet.layers.windows import size_notes, window_volumes
from cnncalc.sheet.plan import Block, Formula, Quantity, Step
from cnncalc.sheet.quantities import (
    GradientStep,
    by_input,
    by_weight,
    gradient_title,
    of_sample,
)
from cnncalc.sheet.sums import (
    BatchSum,
    Parts,
    batch_sum_volumes,
    bias_volume,
    one_block,
    sum_volumes,
    undrawn,
)
from cnncalc.sheet.volumes import Source, Volume, bias_items
from cnncalc.trace.stage_names import StageName

__all__ = [
    "convolution_gradient_steps",
    "convolution_input_volumes",
    "convolution_volumes",
    "convolution_weight_volumes",
]

_PRODUCTS = "Each number sums the products of the cells under the window and the weights."

_BIAS = "The filter's bias added to each number."


def convolution_volumes(layer: ConvolutionLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a convolution draws, and what the next layer takes in."""
    geometry = layer.geometry(source.shape)
    captions = output_captions(layer, source)
    volumes, window = window_volumes(layer, source, geometry)
    volumes += weight_volumes(layer, source, geometry, captions)
    stage = Quantity("stage", layer.name, StageName.CONVOLUTION)
    sums = Source(stage, layer.output_shape(source.shape), captions)
    depth = len(channels_of(layer, source).sees(0))
    notes = (_PRODUCTS, *size_notes(geometry))
    products = partial(_products, layer, source, window.quantity)
    volumes += sum_volumes("Convolution", sums, depth, products, notes)
    volumes[-1] = replace(volumes[-1], noun="output")
    if layer.use_bias:
        biased = Quantity("stage", layer.name, StageName.BIAS)
        volumes.append(bias_volume("Bias", biased, sums, _BIAS))
        sums = sums.feed(volumes[-1])
    activated, result = activation_volumes(layer.name, layer.activation_name, sums)
    return volumes + activated, result


def _products(
    layer: ConvolutionLayer,
    source: Source,
    window: Quantity,
    output: int,
    share: range,
    find: Finder,
) -> Formula:
    """Return the formula of one output over a share of the channels that it sees."""
    geometry = layer.geometry(source.shape)
    size, steps = sliding(geometry)
    kernel = seen_kernel(layer, geometry)
    seen = channels_of(layer, source).sees(output)[share.start : share.stop]
    pairs = [
        (find(window, (channel,), size, steps), find(kernel, index, size))
        for channel, index in seen
    ]
    return formulas.products(pairs)


_INPUT = "Error × turned kernel, summed over the windows that reach the cell, and over filters."

_KERNEL = "Error of the output × input window, summed over positions and samples."

_BIAS_GRADIENT = "The errors of the output, summed over positions and samples."


def convolution_input_volumes(
    layer: ConvolutionLayer, source: Source, error: Source
) -> list[Volume]:
    """Return the gradient by a convolution's input, given that by its sums.

    Before it come the errors with zeros around them, where the window is larger than a cell.
    """
    geometry = layer.geometry(source.shape)
    apart = spread_source(layer, geometry, error)
    volumes, around = framed_volumes(layer, geometry, apart)
    result = Source(by_input(layer.name), source.shape, source.captions)
    kernel = turned_kernel(layer, geometry)
    size = (geometry.vertical.window, geometry.horizontal.window)
    channels = channels_of(layer, source)

    def products(channel: int, share: range, find: Finder) -> Formula:
        seen = channels.seen_by(channel)[share.start : share.stop]
        pairs = [
            (find(around.quantity, (output,), size, EACH), find(kernel, index, size))
            for output, index in seen
        ]
        return formulas.products(pairs)

    named = Parts(GradientStep.PARTIAL_SUMS, "filters")
    depth = len(channels.seen_by(0))
    title = gradient_title(result.quantity)
    return [*volumes, *sum_volumes(title, result, depth, products, (_INPUT,), named)]


def convolution_weight_volumes(
    layer: ConvolutionLayer, source: Source, error: Source, samples: int
) -> list[Volume]:
    """Return the gradients by a convolution's kernels and biases."""
    sums = [_by_kernel(layer, source, error)]
    if layer.use_bias:
        sums.append(_by_bias(layer, error))
    return [volume for batch_sum in sums for volume in batch_sum_volumes(batch_sum, samples)]


def _by_kernel(layer: ConvolutionLayer, source: Source, error: Source) -> BatchSum:
    geometry = layer.geometry(source.shape)
    apart = spread_source(layer, geometry, error)
    _, window = window_volumes(layer, source, geometry)
    down, across = geometry.dilation_rate
    channels = channels_of(layer, source)

    def products(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        [(channel, output)] = channels.joined_by(index)
        errors = find(of_sample(apart.quantity, sample), (output,), apart.size)
        steps = (Step(down, 0), Step(0, across))
        inputs = find(of_sample(window.quantity, sample), (channel,), apart.size, steps)
        return formulas.products([(errors, inputs)])

    items = kernel_items(layer, source, output_captions(layer, source))
    volume = undrawn(by_weight(layer.name, "kernel"), geometry.kernel, items, _KERNEL)
    return BatchSum(volume, one_block(*geometry.kernel), products)


def _by_bias(layer: ConvolutionLayer, error: Source) -> BatchSum:
    def total(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        errors = find(of_sample(error.quantity, sample), index, error.size)
        return formulas.apply("SUM({0})", errors)

    biases = bias_items(len(error.captions))
    volume = undrawn(by_weight(layer.name, "bias"), (1, 1), biases, _BIAS_GRADIENT)
    return BatchSum(volume, one_block(1, 1), total)


def convolution_gradient_steps(
    layer: ConvolutionLayer, weights: Weights, shape: Shape, error: Array, to_input: bool
) -> dict[str, Array]:
    """Return the numbers of the smaller steps by name.

    Arguments: the `layer` and its `weights`; the input's `shape`; the `error` by one sample's sums;
    whether the gradient by the input is wanted.
    """
    geometry = layer.geometry(shape)
    apart = dilate(error, geometry.strides)
    result: dict[str, Array] = {}
    if max(geometry.strides) > 1:
        result[GradientStep.SPREAD_OUT] = apart
    if to_input:
        channels = law_of(layer, shape).directions[-1]
        groups = channels.inputs // len(channels.sees(0))
        result |= framed_errors(geometry, apart)
        result |= _partial_sums(geometry, weights["kernel"], error, groups)
    return result


def _partial_sums(geometry: Geometry, kernel: Array, error: Array, groups: int) -> dict[str, Array]:
    """Return what each part of the filters that see a channel adds to the gradient there."""
    errors = error.reshape(*error.shape[:2], groups, -1)
    shares = parts(errors.shape[3])
    if len(shares) == 1:
        return {}
    kernels = kernel.reshape(*geometry.kernel, -1, groups, errors.shape[3])
    sums = [
        _input_gradient(errors[..., share], kernels[..., share], geometry, groups)
        for share in shares
    ]
    return {GradientStep.PARTIAL_SUMS: np.stack(sums, axis=2)}


def _input_gradient(errors: Array, kernel: Array, geometry: Geometry, groups: int) -> Array:
    """Work errors (…, group, filter) back through kernels (…, channel, group, filter)."""
    flat = errors.reshape(1, *errors.shape[:2], -1)
    kernels = kernel.reshape(*kernel.shape[:3], -1)
    result: Array = convolve_input_gradient(flat, kernels, geometry, groups)[0]
    return result
