"""What a convolution draws: its input, filters and biases, then one volume a stage."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.layers import ConvolutionLayer
from cnncalc.shapes import Geometry
from cnncalc.substeps import parts
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.activation import activation_volumes
from cnncalc.views.workbook.stages.inputs import window_volumes
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_channel,
    size_notes,
    sliding,
    whole,
)
from cnncalc.views.workbook.stages.weights import (
    bias_quantity,
    output_captions,
    seen_kernel,
    taps,
    weight_volumes,
)

__all__ = ["convolution_volumes"]

_PRODUCTS = "Each number sums the products of the cells under the window and the weights."


def convolution_volumes(layer: ConvolutionLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a convolution draws, and what the next layer takes in."""
    geometry = layer.geometry(source.shape)
    captions = output_captions(layer, source)
    volumes, window = window_volumes(layer, source, geometry)
    volumes += weight_volumes(layer, source, geometry, captions)
    volumes += _sum_volumes(layer, window, geometry, captions)
    shape = layer.output_shape(source.shape)
    result = Source(volumes[-1].quantity, shape, captions)
    if layer.use_bias:
        volumes.append(_bias_volume(layer, result))
        result = result.feed(volumes[-1])
    activated, result = activation_volumes(layer.name, str(layer.activation), result)
    return volumes + activated, result


def _sum_volumes(
    layer: ConvolutionLayer, window: Source, geometry: Geometry, captions: Sequence[str]
) -> list[Volume]:
    """Return the convolution, after partial sums where one formula can't hold all channels."""
    depth = len(taps(layer, window.shape[2], 0))
    if len(parts(depth)) > 1:
        return _partial_volumes(layer, window, geometry, captions)

    def formula(index: Index, find: Finder) -> Formula:
        return _products(layer, window, geometry, index[0], range(depth), find)

    stage = Quantity("stage", layer.name, "convolution")
    draw = whole(stage, *geometry.output, formula)
    notes = (_PRODUCTS, *size_notes(geometry))
    items = each_channel(captions)
    return [Volume("Convolution", layer.name, stage, *geometry.output, items, draw, notes)]


def _products(
    layer: ConvolutionLayer,
    window: Source,
    geometry: Geometry,
    output: int,
    share: range,
    find: Finder,
) -> Formula:
    """Return the formula of one output over a share of the channels that it sees."""
    size, steps = sliding(geometry)
    kernel = seen_kernel(layer, geometry)
    seen = taps(layer, window.shape[2], output)[share.start : share.stop]
    pairs = [
        (find(window.quantity, (channel,), size, steps), find(kernel, index, size))
        for channel, index in seen
    ]
    return formulas.products(pairs)


def _partial_volumes(
    layer: ConvolutionLayer, window: Source, geometry: Geometry, captions: Sequence[str]
) -> list[Volume]:
    helper = Quantity("helper", layer.name, "partial sums")
    stage = Quantity("stage", layer.name, "convolution")
    shares = parts(len(taps(layer, window.shape[2], 0)))

    def part(index: Index, find: Finder) -> Formula:
        return _products(layer, window, geometry, index[1], shares[index[0]], find)

    def total(index: Index, find: Finder) -> Formula:
        places = range(len(shares))
        return formulas.joined("sum", [find(helper, (p, *index), steps=EACH) for p in places])

    items = tuple(
        Item((place, output), Slot(output, place), _share_caption(caption, share))
        for output, caption in enumerate(captions)
        for place, share in enumerate(shares)
    )
    size = geometry.output
    notes = (_PRODUCTS, "A formula holds a part of the channels.", *size_notes(geometry))
    draw_parts, draw_total = whole(helper, *size, part), whole(stage, *size, total)
    summed = ("The sum of each filter's partial sums.",)
    outputs = each_channel(captions)
    return [
        Volume("Partial sums", layer.name, helper, *size, items, draw_parts, notes),
        Volume("Convolution", layer.name, stage, *size, outputs, draw_total, summed),
    ]


def _share_caption(caption: str, share: range) -> str:
    channels = f"channels {share[0] + 1} to {share[-1] + 1}"
    return ", ".join(filter(None, (caption, channels)))


def _bias_volume(layer: ConvolutionLayer, source: Source) -> Volume:
    stage = Quantity("stage", layer.name, "bias")

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(source.quantity, index, steps=EACH)
        return formulas.apply(formulas.PLUS, cell, find(bias_quantity(layer), index))

    height, width, _ = source.shape
    items = each_channel(source.captions)
    notes = ("The filter's bias added to each number.",)
    draw = whole(stage, height, width, formula)
    return Volume("Bias", layer.name, stage, height, width, items, draw, notes)
