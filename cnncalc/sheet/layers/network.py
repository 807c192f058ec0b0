"""All volumes of a network, layer by layer: here each kind of layer is told to what draws it.

What these are stands in the module of its kind; the backward pass is told in `gradients.py`, the
smaller steps of it in `smaller_steps.py`.
"""

from __future__ import annotations

from functools import singledispatch

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    ActivationLayer,
    BatchNormalization,
    Combine,
    ConvolutionLayer,
    Cropping2D,
    Dense,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    Layer,
    MergeLayer,
    PassingLayer,
    PoolingLayer,
    Rescaling,
    Shape,
    ZeroPadding2D,
)
from cnncalc.layers.graph import IMAGE as IMAGE_NAME
from cnncalc.part.structure import Part
from cnncalc.sheet.gathering import drawn_layers
from cnncalc.sheet.layers.activation import activation_layer_volumes
from cnncalc.sheet.layers.batch_normalization import normalization_volumes
from cnncalc.sheet.layers.combining import combine_volumes
from cnncalc.sheet.layers.convolution import convolution_volumes
from cnncalc.sheet.layers.copies import (
    dropout_volumes,
    flatten_volumes,
    identity_volumes,
    zero_padding_volumes,
)
from cnncalc.sheet.layers.cropping import cropping_volumes
from cnncalc.sheet.layers.dense import dense_volumes
from cnncalc.sheet.layers.global_pooling import global_pooling_volumes
from cnncalc.sheet.layers.merging import merge_volumes
from cnncalc.sheet.layers.pooling import pooling_volumes
from cnncalc.sheet.layers.scaling import rescaling_volumes
from cnncalc.sheet.layers.windows import image_volume
from cnncalc.sheet.plan import Specification
from cnncalc.sheet.quantities import IMAGE
from cnncalc.sheet.volumes import Source, Volume, numbered

__all__ = ["image_source", "layer_volumes", "network_volumes", "unshown_kind"]


def network_volumes(specification: Specification) -> list[Volume]:
    """Return all volumes of a calculation in order: the image, then what each layer adds."""
    image = image_source(specification.input_shape, specification.part)
    drawn = drawn_layers(specification.layers, image, layer_volumes, specification.part)
    volumes = [volume for layer in drawn for volume in layer.volumes]
    # A window draws the image with the padding around it.
    is_drawn = any(volume.is_image for volume in volumes)
    return volumes if is_drawn else [image_volume(image, specification.part), *volumes]


def image_source(shape: Shape, part: Part | None = None) -> Source:
    """Return the image, or the vector, that a network takes in; as the `part` shows it, if it is.

    Raises ShapeError for anything else.
    """
    if len(shape) not in (1, 3):
        message = (
            "a workbook shows images (height, width, channels), or vectors. "
            f"Received: an input of {'×'.join(map(str, shape))}"
        )
        raise ShapeError(message)
    if part and (part.image.name != IMAGE_NAME or part.image.channels != (0, 1, 2)):
        noun = "channel" if len(shape) == 3 else "unit"
        return Source(IMAGE, shape, numbered(noun, shape[-1], part.image.channels))
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
    raise OptionError(unshown_kind(layer))


layer_volumes.register(ActivationLayer, activation_layer_volumes)
layer_volumes.register(BatchNormalization, normalization_volumes)
layer_volumes.register(Combine, combine_volumes)

layer_volumes.register(ConvolutionLayer, convolution_volumes)
layer_volumes.register(Cropping2D, cropping_volumes)
layer_volumes.register(Dense, dense_volumes)

layer_volumes.register(Dropout, dropout_volumes)
layer_volumes.register(PassingLayer, identity_volumes)
layer_volumes.register(Flatten, flatten_volumes)

layer_volumes.register(GlobalPoolingLayer, global_pooling_volumes)
layer_volumes.register(MergeLayer, merge_volumes)
layer_volumes.register(PoolingLayer, pooling_volumes)

layer_volumes.register(Rescaling, rescaling_volumes)
layer_volumes.register(ZeroPadding2D, zero_padding_volumes)


def unshown_kind(layer: Layer) -> str:
    """Say that a layer can't be shown."""
    return f"a workbook can't show a layer of this kind. Received: {type(layer).__name__}"
