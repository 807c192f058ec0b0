"""All volumes of a network, layer by layer."""

from __future__ import annotations

from functools import singledispatch

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    ActivationLayer,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    ConvolutionLayer,
    Dense,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    L2Pooling2D,
    Layer,
    MaxPooling2D,
    PoolingLayer,
    Rescaling,
    Shape,
    ZeroPadding2D,
)
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity, Specification
from cnncalc.views.workbook.quantities import IMAGE
from cnncalc.views.workbook.stages.activation import activation_layer_volumes
from cnncalc.views.workbook.stages.convolution import convolution_volumes
from cnncalc.views.workbook.stages.dense import dense_volumes
from cnncalc.views.workbook.stages.global_pooling import global_pooling_volumes
from cnncalc.views.workbook.stages.inputs import image_volume, window_volumes
from cnncalc.views.workbook.stages.moving import (
    dropout_volumes,
    flatten_volumes,
    zero_padding_volumes,
)
from cnncalc.views.workbook.stages.reduction import reduction_volumes
from cnncalc.views.workbook.stages.scaling import normalization_volumes, rescaling_volumes
from cnncalc.views.workbook.stages.vectors import numbered
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

__all__ = ["image_source", "layer_volumes", "network_volumes"]

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
    source = image = image_source(specification.input_shape)
    volumes: list[Volume] = []
    for layer in specification.layers:
        drawn, source = layer_volumes(layer, source)
        volumes += drawn
    if volumes and volumes[0].group == "Image":
        return volumes
    return [image_volume(image), *volumes]


def image_source(shape: Shape) -> Source:
    """Return the image, or the vector, that a network takes in.

    Raises ShapeError for anything else.
    """
    if len(shape) not in (1, 3):
        message = (
            "a workbook shows images (height, width, channels), or vectors. "
            f"Received: an input of {'×'.join(map(str, shape))}"
        )
        raise ShapeError(message)
    captions = _channel_captions(shape[2]) if len(shape) == 3 else numbered("input", shape[0])
    return Source(IMAGE, shape, captions)


def _channel_captions(channels: int) -> tuple[str, ...]:
    """Name the channels of an image: three of them are its colours."""
    if channels == 1:
        return ("",)
    if channels == 3:
        return ("red", "green", "blue")
    return numbered("channel", channels)


@singledispatch
def layer_volumes(layer: Layer, source: Source) -> tuple[list[Volume], Source]:
    """Return what a layer draws, and what the next one takes in.

    Raises OptionError for a layer that has no formulas of its own, which is none of those below.
    """
    message = f"a workbook can't show a layer of this kind. Received: {type(layer).__name__}"
    raise OptionError(message)


layer_volumes.register(ActivationLayer, activation_layer_volumes)
layer_volumes.register(BatchNormalization, normalization_volumes)
layer_volumes.register(ConvolutionLayer, convolution_volumes)
layer_volumes.register(Dense, dense_volumes)
layer_volumes.register(Dropout, dropout_volumes)
layer_volumes.register(Flatten, flatten_volumes)
layer_volumes.register(GlobalPoolingLayer, global_pooling_volumes)
layer_volumes.register(Rescaling, rescaling_volumes)
layer_volumes.register(ZeroPadding2D, zero_padding_volumes)


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
def _(layer: Combine, source: Source) -> tuple[list[Volume], Source]:
    height, width, channels = source.shape
    stage = Quantity("stage", layer.name, "combined")
    what = "sum" if layer.mode == "sum" else "largest"
    note = f"The {what} of the {channels} outputs, cell by cell."
    volumes = reduction_volumes(layer.mode, source, stage, "Combined", note)
    return volumes, Source(stage, (height, width, 1), ("",))
