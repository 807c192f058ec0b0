"""What a convolution draws: its input, filters and biases, then one volume a stage."""

from __future__ import annotations

from functools import partial

from cnncalc.layers import ConvolutionLayer
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.activation import activation_volumes
from cnncalc.views.workbook.stages.inputs import window_volumes
from cnncalc.views.workbook.stages.sums import bias_volume, sum_volumes
from cnncalc.views.workbook.stages.volumes import Finder, Source, Volume, size_notes, sliding
from cnncalc.views.workbook.stages.weights import (
    channels_of,
    output_captions,
    seen_kernel,
    weight_volumes,
)

__all__ = ["convolution_volumes"]

_PRODUCTS = "Each number sums the products of the cells under the window and the weights."
_BIAS = "The filter's bias added to each number."


def convolution_volumes(layer: ConvolutionLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a convolution draws, and what the next layer takes in."""
    geometry = layer.geometry(source.shape)
    captions = output_captions(layer, source)
    volumes, window = window_volumes(layer, source, geometry)
    volumes += weight_volumes(layer, source, geometry, captions)
    stage = Quantity("stage", layer.name, "convolution")
    sums = Source(stage, layer.output_shape(source.shape), captions)
    depth = len(channels_of(layer, source).sees(0))
    notes = (_PRODUCTS, *size_notes(geometry))
    products = partial(_products, layer, source, window.quantity)
    volumes += sum_volumes("Convolution", sums, depth, products, notes)
    if layer.use_bias:
        biased = Quantity("stage", layer.name, "bias")
        volumes.append(bias_volume("Bias", biased, sums, _BIAS))
        sums = sums.feed(volumes[-1])
    activated, result = activation_volumes(layer.name, str(layer.activation), sums)
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
