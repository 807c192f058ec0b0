"""All volumes of a network, layer by layer."""

from __future__ import annotations

from functools import singledispatch

from cnncalc.errors import OptionError
from cnncalc.layers import (
    Activation,
    AveragePooling2D,
    Combine,
    ConvolutionLayer,
    L2Pooling2D,
    Layer,
    MaxPooling2D,
    PoolingLayer,
)
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity, Specification
from cnncalc.views.workbook.stages.activation import stage_volumes
from cnncalc.views.workbook.stages.convolution import convolution_volumes
from cnncalc.views.workbook.stages.inputs import image_volume, window_volumes
from cnncalc.views.workbook.stages.reduction import reduction_volumes
from cnncalc.views.workbook.stages.volumes import (
    Finder,
    Index,
    Source,
    Volume,
    each_channel,
    size_notes,
    sliding,
    whole,
)
from cnncalc.views.workbook.values import IMAGE

__all__ = ["network_volumes"]

_POOLINGS: dict[type[PoolingLayer], tuple[str, str, str]] = {
    MaxPooling2D: ("Max pooling", "MAX({0})", "The largest number under the window."),
    AveragePooling2D: (
        "Average pooling",
        "AVERAGE({0})",
        "The mean of the numbers under the window.",
    ),
    L2Pooling2D: (
        "L2 pooling",
        "SQRT(SUMSQ({0}))",
        "The square root of the sum of squares under the window.",
    ),
}


def network_volumes(specification: Specification) -> list[Volume]:
    """Return all volumes of a calculation in order: the image, then what each layer adds."""
    shape = specification.input_shape
    source = Source(IMAGE, shape, _channel_captions(shape[2]))
    volumes: list[Volume] = []
    for layer in specification.layers:
        drawn, source = layer_volumes(layer, source)
        volumes += drawn
    return volumes


def _channel_captions(channels: int) -> tuple[str, ...]:
    """Name the channels of an image: three of them are its colours."""
    if channels == 1:
        return ("",)
    if channels == 3:
        return ("red", "green", "blue")
    return tuple(f"channel {channel + 1}" for channel in range(channels))


@singledispatch
def layer_volumes(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a layer draws, and what the next one takes in.

    Raises OptionError for a layer that has no formulas of its own, which is none of those below.
    """
    message = f"a workbook can't show a layer of this kind. Received: {type(layer).__name__}"
    raise OptionError(message)


layer_volumes.register(ConvolutionLayer, convolution_volumes)


@layer_volumes.register
def _(layer: PoolingLayer, source: Source) -> tuple[list[Volume], Source]:
    geometry = layer.geometry(source.shape)
    volumes, window = window_volumes(layer, source, geometry)
    group, template, rule = _POOLINGS[type(layer)]
    size, steps = sliding(geometry)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(template, find(window.quantity, index, size, steps))

    stage = Quantity("stage", layer.name, "pooling")
    draw = whole(stage, *geometry.output, formula)
    items = each_channel(source.captions)
    notes = (rule, *size_notes(geometry))
    volume = Volume(group, layer.name, stage, *geometry.output, items, draw, notes)
    return [*volumes, volume], source.feed(volume)


@layer_volumes.register
def _(layer: Activation, source: Source) -> tuple[list[Volume], Source]:
    volumes, result = stage_volumes(layer.name, layer.activation, source)
    return [*_undrawn_image(source), *volumes], result


@layer_volumes.register
def _(layer: Combine, source: Source) -> tuple[list[Volume], Source]:
    height, width, channels = source.shape
    stage = Quantity("stage", layer.name, "combined")
    what = "sum" if layer.mode == "sum" else "largest"
    note = f"The {what} of the {channels} outputs, cell by cell."
    volumes = reduction_volumes(layer.mode, source, stage, "Combined", note)
    return [*_undrawn_image(source), *volumes], Source(stage, (height, width, 1), ("",))


def _undrawn_image(source: Source) -> list[Volume]:
    """Return the image where a layer is the first, and has nothing to draw around it."""
    return [image_volume(source)] if source.quantity == IMAGE else []
