"""The numbers that the volumes of a backward pass show, of one sample or of a whole step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import NamedTuple

import numpy as np

from cnncalc.geometry import Geometry
from cnncalc.helper_cells import dilate, parts
from cnncalc.layers import (
    ActivationLayer,
    BatchNormalization,
    Combine,
    ConvolutionLayer,
    Dense,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    InputLayer,
    Layer,
    PoolingLayer,
    Rescaling,
    ZeroPadding2D,
)
from cnncalc.network import Array, Saved, Weights, backward_layer
from cnncalc.ops.convolution import convolve_input_gradient
from cnncalc.ops.dense import channel_sum
from cnncalc.ops.normalization import (
    Statistics,
    deviations,
    standard_deviation,
    standardized,
)
from cnncalc.rules import law_of
from cnncalc.sheet.layers.batch_normalization import normalization_names
from cnncalc.sheet.layers.combining import combine_gradient_steps
from cnncalc.sheet.layers.convolution import is_whole, reach
from cnncalc.sheet.layers.global_pooling import global_pooling_gradient_steps
from cnncalc.sheet.layers.pooling import pooling_gradient_steps
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.quantities import (
    BATCH,
    GradientStep,
    by_input,
    by_pre_activation,
    by_weight,
    helper,
    of_batch,
)
from cnncalc.sheet.vector_cells import Grid, as_cells
from cnncalc.trace.stage_names import partial_name
from cnncalc.training_step import LayerStep

__all__ = ["Grids", "batch_values", "gradient_values", "sample_values", "shared_values"]


class _Normalized(NamedTuple):
    """The numbers of some samples less the batch's mean, and these over its deviation."""

    deviations: Array
    normalized: Array


def _normalized(layer: BatchNormalization, step: LayerStep) -> _Normalized:
    statistics = Statistics(*step.drawn)
    normalized = standardized(step.layer_input, statistics, layer.epsilon)
    return _Normalized(deviations(step.layer_input, statistics), normalized)


def sample_values(layer: BatchNormalization, step: LayerStep, sample: int) -> dict[Quantity, Array]:
    """Return what one sample shows on its way forward, besides its trace."""
    named, whole = normalization_names(layer), _normalized(layer, step)
    return {
        named.deviations: whole.deviations[sample],
        named.normalized: whole.normalized[sample],
    }


def batch_values(
    layer: BatchNormalization, step: LayerStep, weights: Weights
) -> dict[Quantity, Array]:
    """Return the statistics, the sums of errors and the moving statistics, each (channels,).

    Sums over many samples come in parts too, (channels, part).
    """
    named, (mean, variance) = normalization_names(layer), step.drawn
    sums, count = _sums(layer, step, slice(None)), step.layer_input.size / len(mean)
    result = {
        **sums,
        named.mean: mean,
        named.variance: variance,
        named.deviation: standard_deviation(variance, layer.epsilon),
        named.mean_error: sums[named.errors] / count,
        named.mean_product: sums[named.products] / count,
        **{Quantity("update", layer.name, name): array for name, array in step.moved.items()},
        **{
            Quantity("weight", layer.name, name): weights[name]
            for name in ("moving_mean", "moving_variance")
        },
    }
    shares = parts(len(step.layer_input))
    if shares[1:]:
        every = [_sums(layer, step, slice(each.start, each.stop)) for each in shares]
        for key in sums:
            partial = of_batch(layer.name, partial_name(key.name.removeprefix(BATCH)))
            result[partial] = np.stack([own[key] for own in every], axis=-1)
    return result


def _sums(layer: BatchNormalization, step: LayerStep, samples: slice) -> dict[Quantity, Array]:
    """Return the sums over some samples, and all positions, of each channel."""
    named, (deviations, normalized), error = (
        normalization_names(layer),
        _normalized(layer, step),
        step.error,
    )
    assert error is not None  # noqa: S101 (a batch normalization has weights)
    terms = {
        named.sum: step.layer_input,
        named.squares: deviations**2,
        named.errors: error,
        named.products: error * normalized,
    }
    return {key: channel_sum(array[samples]) for key, array in terms.items()}


class Grids(NamedTuple):
    """The rows and columns of a layer's input and output, None where these are volumes."""

    input: Grid | None
    output: Grid | None


def gradient_values(
    step: LayerStep, weights: Weights, sample: int, grids: Grids
) -> dict[Quantity, Array]:
    """Return the numbers that one sample's backward pass shows of a layer.

    Arguments: the layer's `step`; its `weights` before that; which `sample`, counted from 0; the
    `grids` of its input and output.
    Returns what `gradient_volumes` draws, and the gradient by what went into an activation that is
    joined with the loss, each of its cells' shape; nothing before the first layer with weights.
    """
    layer, name = step.layer, step.layer.name
    result: dict[Quantity, Array] = {}
    if isinstance(layer, BatchNormalization) and layer.needs_batch:
        own = sample_values(layer, step, sample)
        result |= {key: _cells(array, grids) for key, array in own.items()}
    if step.input is None and not step.weights:
        return result
    if step.pre_activation is not None:
        result[by_pre_activation(name)] = _cells(step.pre_activation[sample], grids)
    if step.input is not None:
        gradient = step.input[sample]
        result[by_input(name)] = gradient.reshape(as_cells(gradient.shape, grids.input))
    if step.error is not None:
        helpers = _helpers(layer, _of_sample(step, weights, sample, step.error))
        result |= {Quantity("helper", name, key): _cells(a, grids) for key, a in helpers.items()}
    return result


def shared_values(step: LayerStep, weights: Weights, grids: Grids) -> dict[Quantity, Array]:
    """Return the numbers that the backward pass of a whole step shows of a layer.

    Arguments: as for `gradient_values`; the step holds all samples of its batch.
    Returns what `weight_gradient_volumes` and `shared_volumes` draw, of its cells' shape.
    """
    layer, name = step.layer, step.layer.name
    if isinstance(layer, BatchNormalization) and layer.needs_batch:
        statistics = batch_values(layer, step, weights)
        return {key: _channel_cells(array, grids) for key, array in statistics.items()}
    result = {by_weight(name, key): _cells(array, grids) for key, array in step.weights.items()}
    if isinstance(layer, ConvolutionLayer) and step.input is not None:
        geometry = layer.geometry(step.layer_input.shape[1:])
        if (geometry.vertical.window, geometry.horizontal.window) != (1, 1):
            kernel = dilate(weights["kernel"], geometry.dilation_rate)
            result[helper(name, GradientStep.FLIPPED_KERNEL)] = kernel[::-1, ::-1]
    return result | _partial_gradients(step, weights, grids)


def _cells(array: Array, grids: Grids) -> Array:
    return array.reshape(as_cells(array.shape, grids.output))


def _channel_cells(array: Array, grids: Grids) -> Array:
    """Return a number for each channel, or each part of it, as cells: the parts third."""
    if array.ndim == 1:
        return _cells(array, grids)
    return np.stack([_cells(part, grids) for part in np.moveaxis(array, -1, 0)], axis=2)


def _partial_gradients(step: LayerStep, weights: Weights, grids: Grids) -> dict[Quantity, Array]:
    """Return the gradients by weights of each part of the samples, where there are several parts.

    Cells are (height, width, part, …) as those of weights are (height, width, …).
    """
    shares = parts(len(step.layer_input))
    if len(shares) == 1 or not step.weights:
        return {}
    every = [_part_weights(step, weights, share) for share in shares]
    return {
        of_batch(step.layer.name, partial_name(key)): np.stack(
            [_cells(own[key], grids) for own in every], axis=2
        )
        for key in step.weights
    }


def _part_weights(step: LayerStep, weights: Weights, samples: range) -> dict[str, Array]:
    """Return the gradients by weights, summed over some samples only."""
    part, error, layer = slice(samples.start, samples.stop), step.error, step.layer
    assert error is not None  # noqa: S101 (there are gradients by weights)
    saved = Saved(step.layer_input[part], step.layer_output[part])
    return backward_layer(layer.without_activation(), weights, saved, error[part], False).weights


@dataclass(frozen=True, eq=False)
class _Sample:
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


def _of_sample(step: LayerStep, weights: Weights, sample: int, error: Array) -> _Sample:
    output = None if step.output is None else step.output[sample]
    inputs, outputs = step.layer_input[sample], step.layer_output[sample]
    return _Sample(inputs, outputs, output, error[sample], step.input is not None, weights)


@singledispatch
def _helpers(layer: Layer, own: _Sample) -> dict[str, Array]:
    """Return the smaller steps of a layer's backward pass by name."""
    raise TypeError(type(layer).__name__)  # every layer is registered below


@_helpers.register(BatchNormalization)
@_helpers.register(Dropout)
@_helpers.register(Flatten)
@_helpers.register(InputLayer)
@_helpers.register(Rescaling)
@_helpers.register(ZeroPadding2D)
def _(layer: Layer, own: _Sample) -> dict[str, Array]:
    return {}


@_helpers.register
def _(layer: ActivationLayer, own: _Sample) -> dict[str, Array]:
    return _softmax_helpers(own) if layer.has_softmax else {}


@_helpers.register
def _(layer: Dense, own: _Sample) -> dict[str, Array]:
    result = _softmax_helpers(own) if layer.has_softmax else {}
    shares = parts(layer.units)
    if own.to_input and own.error.ndim > 1 and len(shares) > 1:
        kernel = own.weights["kernel"]
        sums = [own.error[..., share] @ kernel[:, share].T for share in shares]
        result[GradientStep.PARTIAL_SUMS] = np.stack(sums, axis=-2)
    return result


@_helpers.register
def _(layer: ConvolutionLayer, own: _Sample) -> dict[str, Array]:
    result = _softmax_helpers(own) if layer.has_softmax else {}
    geometry = layer.geometry(own.layer_input.shape)
    apart = dilate(own.error, geometry.strides)
    if max(geometry.strides) > 1:
        result[GradientStep.SPREAD_OUT] = apart
    if own.to_input:
        result |= _framed_errors(geometry, apart) | _partial_sums(layer, geometry, own)
    return result


def _framed_errors(geometry: Geometry, apart: Array) -> dict[str, Array]:
    """Return the errors with zeros around them, where there are any."""
    down, across = reach(geometry.vertical), reach(geometry.horizontal)
    if is_whole(down, apart.shape[0]) and is_whole(across, apart.shape[1]):
        return {}
    result = np.zeros((down.size, across.size, apart.shape[2]))
    result[down.place, across.place] = apart[down.kept, across.kept]
    return {GradientStep.FRAMED: result}


def _partial_sums(layer: ConvolutionLayer, geometry: Geometry, own: _Sample) -> dict[str, Array]:
    """Return what each part of the filters that see a channel adds to the gradient there."""
    channels = law_of(layer, own.layer_input.shape).directions[-1]
    groups = channels.inputs // len(channels.sees(0))
    errors = own.error.reshape(*own.error.shape[:2], groups, -1)
    shares = parts(errors.shape[3])
    if len(shares) == 1:
        return {}
    kernel = own.weights["kernel"].reshape(*geometry.kernel, -1, groups, errors.shape[3])
    sums = [
        _input_gradient(errors[..., share], kernel[..., share], geometry, groups)
        for share in shares
    ]
    return {GradientStep.PARTIAL_SUMS: np.stack(sums, axis=2)}


def _input_gradient(errors: Array, kernel: Array, geometry: Geometry, groups: int) -> Array:
    """Work errors (…, group, filter) back through kernels (…, channel, group, filter)."""
    flat = errors.reshape(1, *errors.shape[:2], -1)
    kernels = kernel.reshape(*kernel.shape[:3], -1)
    result: Array = convolve_input_gradient(flat, kernels, geometry, groups)[0]
    return result


@_helpers.register
def _(layer: PoolingLayer, own: _Sample) -> dict[str, Array]:
    return pooling_gradient_steps(layer, own.layer_input, own.layer_output, own.error)


@_helpers.register
def _(layer: GlobalPoolingLayer, own: _Sample) -> dict[str, Array]:
    return global_pooling_gradient_steps(layer, own.layer_input)


@_helpers.register
def _(layer: Combine, own: _Sample) -> dict[str, Array]:
    return combine_gradient_steps(layer, own.layer_input, own.layer_output)


def _softmax_helpers(own: _Sample) -> dict[str, Array]:
    """Return the total of gradient × share, at each position, and in parts of many channels."""
    if own.output is None:
        return {}
    products = own.output * own.layer_output
    result: dict[str, Array] = {GradientStep.SOFTMAX_TOTAL: products.sum(axis=-1, keepdims=True)}
    shares = parts(products.shape[-1])
    if products.ndim > 1 and len(shares) > 1:
        sums = [products[..., share].sum(axis=-1, keepdims=True) for share in shares]
        result[GradientStep.PARTIAL_SOFTMAX_TOTAL] = np.stack(sums, axis=-2)
    return result
