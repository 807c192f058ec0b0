"""All volumes of a network, layer by layer: here each kind of layer is told to what draws it.

Forward, gradient and the numbers of a gradient's smaller steps are registered in this one place, so
that a new kind is added once; what they are stands in the module of its kind.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import singledispatch

from cnncalc.errors import OptionError, ShapeError, unknown_kind
from cnncalc.layers import (
    LINEAR,
    ActivationLayer,
    BatchNormalization,
    Combine,
    ConvolutionLayer,
    Cropping2D,
    Dense,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    InputLayer,
    Layer,
    MergeLayer,
    PassingLayer,
    PoolingLayer,
    Rescaling,
    Shape,
    ZeroPadding2D,
)
from cnncalc.layers.graph import IMAGE as IMAGE_NAME
from cnncalc.network import Array, Weights
from cnncalc.part.structure import Part
from cnncalc.sheet.gathering import drawn_layers
from cnncalc.sheet.layers.activation import (
    Ends,
    activation_gradient_volumes,
    activation_layer_gradient_volumes,
    activation_layer_volumes,
)
from cnncalc.sheet.layers.batch_normalization import (
    normalization_input_volumes,
    normalization_volumes,
    normalization_weight_volumes,
)
from cnncalc.sheet.layers.combining import (
    combine_gradient_steps,
    combine_gradient_volumes,
    combine_volumes,
)
from cnncalc.sheet.layers.convolution import (
    convolution_gradient_steps,
    convolution_input_volumes,
    convolution_volumes,
    convolution_weight_volumes,
)
from cnncalc.sheet.layers.copies import (
    dropout_gradient,
    dropout_volumes,
    flatten_gradient,
    flatten_volumes,
    identity_gradient,
    identity_volumes,
    rescaling_gradient,
    zero_padding_gradient,
    zero_padding_volumes,
)
from cnncalc.sheet.layers.cropping import cropping_gradient, cropping_volumes
from cnncalc.sheet.layers.dense import (
    dense_gradient_steps,
    dense_input_volumes,
    dense_volumes,
    dense_weight_volumes,
)
from cnncalc.sheet.layers.global_pooling import (
    global_pooling_gradient_steps,
    global_pooling_gradient_volumes,
    global_pooling_volumes,
)
from cnncalc.sheet.layers.kernels import flipped_kernel_steps, flipped_kernel_volumes
from cnncalc.sheet.layers.merge_gradients import merge_gradient_steps, merge_gradient_volumes
from cnncalc.sheet.layers.merging import merge_volumes
from cnncalc.sheet.layers.pooling import (
    pooling_gradient_steps,
    pooling_gradient_volumes,
    pooling_volumes,
)
from cnncalc.sheet.layers.scaling import rescaling_volumes
from cnncalc.sheet.layers.softmax import softmax_gradient_steps
from cnncalc.sheet.layers.spread_errors import spread_volumes
from cnncalc.sheet.layers.windows import image_volume
from cnncalc.sheet.plan import Specification
from cnncalc.sheet.quantities import IMAGE, by_input, by_pre_activation
from cnncalc.sheet.volumes import Source, Volume, numbered

__all__ = [
    "Sample",
    "gradient_steps",
    "gradient_volumes",
    "handed_back_volumes",
    "image_source",
    "layer_volumes",
    "network_volumes",
    "shared_steps",
    "shared_volumes",
    "weight_gradient_volumes",
]


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
    raise OptionError(_unshown_kind(layer))


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


def _unshown_kind(layer: Layer) -> str:
    return f"a workbook can't show a layer of this kind. Received: {type(layer).__name__}"


Drawn = tuple[list[Volume], Source | None]


@singledispatch
def gradient_volumes(
    layer: Layer, source: Source, gradient: Source, to_input: bool, is_joined: bool = False
) -> Drawn:
    """Return what one sample's backward pass draws of a layer, and the gradient by its input.

    Arguments: the `layer`; what it takes in; the `gradient` by its output, or where it `is_joined`
    with the loss by what goes into its activation; whether the gradient by the input is wanted.
    Returns the volumes, and the source of the gradient by the input, None where not wanted.
    Raises OptionError for a layer that a workbook can't show.
    """
    if layer.has_weights:
        raise OptionError(_untrained_kind(layer))
    if isinstance(layer, ActivationLayer) and is_joined and to_input:
        return [], gradient
    return _by_input(layer, source, gradient, to_input)


def handed_back_volumes(
    layer: Layer, source: Source, gradient: Source, wanted: Collection[int], is_joined: bool = False
) -> tuple[list[Volume], dict[int, Source]]:
    """Return what one sample's backward pass draws of a layer, and what it hands back to whom.

    Arguments: as for `gradient_volumes`, but for the places of the `wanted` ones among the results
    that it takes. Raises OptionError as that does.
    """
    if isinstance(layer, MergeLayer):
        return merge_gradient_volumes(layer, source, gradient, wanted)
    volumes, before = gradient_volumes(layer, source, gradient, bool(wanted), is_joined)
    return volumes, {} if before is None else {0: before}


def _untrained_kind(layer: Layer) -> str:
    return f"a workbook can't train a layer of this kind. Received: {type(layer).__name__}"


def _by_input(layer: Layer, source: Source, gradient: Source, to_input: bool) -> Drawn:
    if not to_input:
        return [], None
    volumes = _input_volumes(layer, source, gradient)
    return volumes, source.feed(volumes[-1])


def weight_gradient_volumes(
    layer: Layer, source: Source, gradient: Source, samples: int, is_joined: bool = False
) -> list[Volume]:
    """Return the gradients by a layer's weights, summed over a number of samples.

    Arguments: as for `gradient_volumes`; how many `samples` there are.
    Returns volumes with a slice for each of the weight's, none for a layer without weights, or a
    frozen one.
    """
    if not layer.trainable or not layer.weight_shapes(source.shape):
        return []
    if isinstance(layer, BatchNormalization):
        return normalization_weight_volumes(layer, source, gradient, samples)
    if not isinstance(layer, ConvolutionLayer | Dense):
        raise OptionError(_untrained_kind(layer))
    _, error = _error(layer, source, gradient, is_joined)
    if isinstance(layer, Dense):
        return dense_weight_volumes(layer, source, error, samples)
    return convolution_weight_volumes(layer, source, error, samples)


def shared_volumes(layer: Layer, source: Source, to_input: bool) -> list[Volume]:
    """Return the smaller steps of a layer's backward pass that are alike for all samples."""
    if isinstance(layer, ConvolutionLayer):
        return flipped_kernel_volumes(layer, source) if to_input else []
    _require_no_shared_steps(layer)
    return []


def shared_steps(layer: Layer, weights: Weights, to_input: bool) -> dict[str, Array]:
    """Return the numbers of these smaller steps by name."""
    if isinstance(layer, ConvolutionLayer):
        return flipped_kernel_steps(layer, weights["kernel"]) if to_input else {}
    _require_no_shared_steps(layer)
    return {}


_WITHOUT_SHARED_STEPS = (
    *(ActivationLayer, BatchNormalization, Combine, Cropping2D, Dense, Dropout, Flatten),
    MergeLayer,
    *(GlobalPoolingLayer, PassingLayer, InputLayer, PoolingLayer, Rescaling, ZeroPadding2D),
)


def _require_no_shared_steps(layer: Layer) -> None:
    """Raise OptionError for a layer of which nobody knows what is alike for all samples."""
    if not isinstance(layer, _WITHOUT_SHARED_STEPS):
        raise OptionError(_untrained_kind(layer))


def _error(
    layer: ConvolutionLayer | Dense, source: Source, gradient: Source, is_joined: bool
) -> tuple[list[Volume], Source]:
    """Return the gradient by a layer's sums, and what it takes where they have an activation."""
    activation = layer.activation_name
    if is_joined or activation == LINEAR:
        return [], gradient
    _, sums = layer_volumes(layer.without_activation(), source)
    _, outputs = layer_volumes(layer, source)
    result = by_pre_activation(layer.name)
    # What goes into softmax is called otherwise, and isn't needed.
    return activation_gradient_volumes(result, activation, gradient, Ends(sums, outputs))


@gradient_volumes.register
def _(
    layer: BatchNormalization,
    source: Source,
    gradient: Source,
    to_input: bool,
    is_joined: bool = False,
) -> Drawn:
    return _by_input(layer, source, gradient, to_input)


@gradient_volumes.register
def _(
    layer: Dense, source: Source, gradient: Source, to_input: bool, is_joined: bool = False
) -> Drawn:
    volumes, error = _error(layer, source, gradient, is_joined)
    if not to_input:
        return volumes, None
    volumes += dense_input_volumes(layer, source, error)
    return volumes, source.feed(volumes[-1])


@gradient_volumes.register
def _(
    layer: ConvolutionLayer,
    source: Source,
    gradient: Source,
    to_input: bool,
    is_joined: bool = False,
) -> Drawn:
    volumes, error = _error(layer, source, gradient, is_joined)
    volumes += spread_volumes(layer, source, error)
    if not to_input:
        return volumes, None
    volumes += convolution_input_volumes(layer, source, error)
    return volumes, source.feed(volumes[-1])


@singledispatch
def _input_volumes(layer: Layer, source: Source, gradient: Source) -> list[Volume]:
    """Return what it takes to pass an error back through a layer without weights.

    The last volume is the gradient by the layer's input.
    """
    raise OptionError(_unshown_kind(layer))


@_input_volumes.register
def _(layer: ActivationLayer, source: Source, gradient: Source) -> list[Volume]:
    ends = Ends(source, layer_volumes(layer, source)[1])
    result = by_input(layer.name)
    return activation_layer_gradient_volumes(result, layer, gradient, ends)[0]


_input_volumes.register(BatchNormalization, normalization_input_volumes)
_input_volumes.register(PoolingLayer, pooling_gradient_volumes)

_input_volumes.register(GlobalPoolingLayer, global_pooling_gradient_volumes)
_input_volumes.register(Combine, combine_gradient_volumes)

_input_volumes.register(Dropout, dropout_gradient)
_input_volumes.register(PassingLayer, identity_gradient)
_input_volumes.register(Flatten, flatten_gradient)

_input_volumes.register(Cropping2D, cropping_gradient)
_input_volumes.register(Rescaling, rescaling_gradient)
_input_volumes.register(ZeroPadding2D, zero_padding_gradient)


@dataclass(frozen=True, eq=False)
class Sample:
    """What one sample's backward pass through a layer has to do with.

    `output` is the gradient by the layer's output, None where it is joined with the loss; `error`
    that by its sums; `to_input` tells whether that by the input is wanted.
    """

    layer_input: Array
    layer_output: Array
    output: Array | None
    error: Array
    to_input: bool
    weights: Weights


@singledispatch
def gradient_steps(layer: Layer, sample: Sample) -> dict[str, Array]:
    """Return the numbers of the smaller steps of a layer's backward pass by name."""
    raise TypeError(
        unknown_kind("a layer must have its smaller steps in sheet/layers/network.py", layer)
    )


@gradient_steps.register(BatchNormalization)
@gradient_steps.register(Cropping2D)
@gradient_steps.register(Dropout)
@gradient_steps.register(PassingLayer)
@gradient_steps.register(Flatten)
@gradient_steps.register(InputLayer)
@gradient_steps.register(Rescaling)
@gradient_steps.register(ZeroPadding2D)
def _(layer: Layer, sample: Sample) -> dict[str, Array]:
    return {}


@gradient_steps.register(ActivationLayer)
def _softmax_steps(layer: Layer, sample: Sample) -> dict[str, Array]:
    """Return the smaller steps of a layer's softmax, if it has one."""
    return softmax_gradient_steps(sample.output, sample.layer_output) if layer.has_softmax else {}


@gradient_steps.register
def _(layer: Dense, sample: Sample) -> dict[str, Array]:
    steps = dense_gradient_steps(layer, sample.weights, sample.error, sample.to_input)
    return _softmax_steps(layer, sample) | steps


@gradient_steps.register
def _(layer: ConvolutionLayer, sample: Sample) -> dict[str, Array]:
    shape, error = sample.layer_input.shape, sample.error
    steps = convolution_gradient_steps(layer, sample.weights, shape, error, sample.to_input)
    return _softmax_steps(layer, sample) | steps


@gradient_steps.register
def _(layer: PoolingLayer, sample: Sample) -> dict[str, Array]:
    return pooling_gradient_steps(layer, sample.layer_input, sample.layer_output, sample.error)


@gradient_steps.register
def _(layer: GlobalPoolingLayer, sample: Sample) -> dict[str, Array]:
    return global_pooling_gradient_steps(layer, sample.layer_input)


@gradient_steps.register
def _(layer: MergeLayer, sample: Sample) -> dict[str, Array]:
    return merge_gradient_steps(layer, sample.layer_input)


@gradient_steps.register
def _(layer: Combine, sample: Sample) -> dict[str, Array]:
    return combine_gradient_steps(layer, sample.layer_input, sample.layer_output)
