"""The smaller steps of the backward pass of a network's layers: their numbers, and what is shared.

What these are stands in the module of each kind of layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from cnncalc.errors import OptionError, unknown_kind
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
    InputLayer,
    Layer,
    MergeLayer,
    PassingLayer,
    PoolingLayer,
    Rescaling,
    ZeroPadding2D,
)
from cnncalc.network import Array, Weights
from cnncalc.sheet.layers.combining import combine_gradient_steps
from cnncalc.sheet.layers.convolution import convolution_gradient_steps
from cnncalc.sheet.layers.dense import dense_gradient_steps
from cnncalc.sheet.layers.global_pooling import global_pooling_gradient_steps
from cnncalc.sheet.layers.gradients import untrained_kind
from cnncalc.sheet.layers.kernels import flipped_kernel_steps, flipped_kernel_volumes
from cnncalc.sheet.layers.merge_gradients import merge_gradient_steps
from cnncalc.sheet.layers.pooling import pooling_gradient_steps
from cnncalc.sheet.layers.softmax import softmax_gradient_steps
from cnncalc.sheet.volumes import Source, Volume

__all__ = ["Sample", "gradient_steps", "shared_steps", "shared_volumes"]


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
        unknown_kind("a layer must have its smaller steps in sheet/layers/smaller_steps.py", layer)
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
    *(GlobalPoolingLayer, InputLayer, MergeLayer, PassingLayer, PoolingLayer, Rescaling),
    ZeroPadding2D,
)


def _require_no_shared_steps(layer: Layer) -> None:
    """Raise OptionError for a layer of which nobody knows what is alike for all samples."""
    if not isinstance(layer, _WITHOUT_SHARED_STEPS):
        raise OptionError(untrained_kind(layer))
