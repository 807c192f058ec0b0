"""The volumes of a network's backward pass: here each kind of layer is told to what draws it.

What these are stands in the module of its kind.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import singledispatch

from cnncalc.errors import OptionError
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
    Layer,
    MergeLayer,
    PassingLayer,
    PoolingLayer,
    Rescaling,
    ZeroPadding2D,
)
from cnncalc.sheet.layers.activation import (
    Ends,
    activation_gradient_volumes,
    activation_layer_gradient_volumes,
)
from cnncalc.sheet.layers.batch_normalization import (
    normalization_input_volumes,
    normalization_weight_volumes,
)
from cnncalc.sheet.layers.combining import combine_gradient_volumes
from cnncalc.sheet.layers.convolution import convolution_input_volumes, convolution_weight_volumes
from cnncalc.sheet.layers.copies import (
    dropout_gradient,
    flatten_gradient,
    identity_gradient,
    rescaling_gradient,
    zero_padding_gradient,
)
from cnncalc.sheet.layers.cropping import cropping_gradient
from cnncalc.sheet.layers.dense import dense_input_volumes, dense_weight_volumes
from cnncalc.sheet.layers.global_pooling import global_pooling_gradient_volumes
from cnncalc.sheet.layers.merge_gradients import merge_gradient_volumes
from cnncalc.sheet.layers.network import layer_volumes, unshown_kind
from cnncalc.sheet.layers.pooling import pooling_gradient_volumes
from cnncalc.sheet.layers.spread_errors import spread_volumes
from cnncalc.sheet.quantities import by_input, by_pre_activation
from cnncalc.sheet.volumes import Source, Volume

__all__ = [
    "gradient_volumes",
    "handed_back_volumes",
    "untrained_kind",
    "weight_gradient_volumes",
]

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
        raise OptionError(untrained_kind(layer))
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
        raise OptionError(untrained_kind(layer))
    _, error = _error(layer, source, gradient, is_joined)
    if isinstance(layer, Dense):
        return dense_weight_volumes(layer, source, error, samples)
    return convolution_weight_volumes(layer, source, error, samples)


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
    raise OptionError(unshown_kind(layer))


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


def untrained_kind(layer: Layer) -> str:
    """Say that a layer's backward pass can't be shown."""
    return f"a workbook can't train a layer of this kind. Received: {type(layer).__name__}"
