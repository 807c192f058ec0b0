"""The numbers that the volumes of a backward pass show, of one sample or of a whole step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnncalc.helper_cells import parts
from cnncalc.layers import BatchNormalization, Layer, MergeLayer, Shape
from cnncalc.network import Array, Saved, Weights, backward_layer, scatter
from cnncalc.ops.dense import channel_sum
from cnncalc.ops.normalization import (
    Statistics,
    deviations,
    standard_deviation,
    standardized,
)
from cnncalc.sheet.layers.batch_normalization import normalization_names
from cnncalc.sheet.layers.smaller_steps import Sample, gradient_steps, shared_steps
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.quantities import (
    BATCH,
    by_input,
    by_output,
    by_part,
    by_pre_activation,
    by_weight,
    of_batch,
    repeated_part,
)
from cnncalc.sheet.vector_cells import Grid, as_cells
from cnncalc.trace.stage_names import partial_name
from cnncalc.training_step import LayerStep

__all__ = ["Grids", "Taken", "batch_values", "gradient_values", "sample_values", "shared_values"]


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
        by_part = [_sums(layer, step, slice(share.start, share.stop)) for share in shares]
        for key in sums:
            partial = of_batch(layer.name, partial_name(key.name.removeprefix(BATCH)))
            result[partial] = np.stack([sums_of_part[key] for sums_of_part in by_part], axis=-1)
    return result


def _sums(layer: BatchNormalization, step: LayerStep, samples: slice) -> dict[Quantity, Array]:
    """Return the sums over some samples, and all positions, of each channel."""
    named, normalized, error = normalization_names(layer), _normalized(layer, step), step.error
    assert error is not None  # noqa: S101 (a batch normalization has weights)
    terms = {
        named.sum: step.layer_input,
        named.squares: normalized.deviations**2,
        named.errors: error,
        named.products: error * normalized.normalized,
    }
    return {key: channel_sum(array[samples]) for key, array in terms.items()}


class Taken(NamedTuple):
    """A result that a layer takes: its shape, and its rows and columns, None for a volume."""

    shape: Shape
    grid: Grid | None


class Grids(NamedTuple):
    """The rows and columns of a layer's output, None for a volume, and of the results it takes.

    `fans_out` tells whether several layers take the output.
    """

    taken: tuple[Taken, ...]
    output: Grid | None
    fans_out: bool = False


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
        statistics = sample_values(layer, step, sample)
        result |= {key: _cells(array, grids) for key, array in statistics.items()}
    if step.input is None and not step.weights:
        return result
    if grids.fans_out and step.output is not None:
        result[by_output(name)] = _cells(step.output[sample], grids)
    if step.pre_activation is not None:
        result[by_pre_activation(name)] = _cells(step.pre_activation[sample], grids)
    if step.input is not None:
        result |= _input_values(layer, step.input[sample], grids)
    if step.error is not None:
        helpers = gradient_steps(layer, _of_sample(step, weights, sample, step.error))
        result |= {Quantity("helper", name, key): _cells(a, grids) for key, a in helpers.items()}
    return result


def _input_values(layer: Layer, gradient: Array, grids: Grids) -> dict[Quantity, Array]:
    """Return the gradient by a layer's input, of a merge by each result that it joins."""
    if not isinstance(layer, MergeLayer):
        (taken,) = grids.taken
        return {by_input(layer.name): gradient.reshape(as_cells(gradient.shape, taken.grid))}
    shapes = [taken.shape for taken in grids.taken]
    edges = np.cumsum(layer.part_sizes(shapes))[:-1].tolist()
    at_places = np.split(gradient, edges, axis=-1)
    summed = scatter(layer, gradient[np.newaxis], shapes)
    result: dict[Quantity, Array] = {}
    for place, taken in enumerate(grids.taken):
        result[repeated_part(layer.name, place)] = _cells(at_places[place], grids)
        whole = summed[place][0]
        result[by_part(layer.name, place)] = whole.reshape(as_cells(whole.shape, taken.grid))
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
    shared = shared_steps(layer, weights, step.input is not None)
    result |= {Quantity("helper", name, key): array for key, array in shared.items()}
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
    by_part = [_part_weights(step, weights, share) for share in shares]
    return {
        of_batch(step.layer.name, partial_name(key)): np.stack(
            [_cells(gradients[key], grids) for gradients in by_part], axis=2
        )
        for key in step.weights
    }


def _part_weights(step: LayerStep, weights: Weights, samples: range) -> dict[str, Array]:
    """Return the gradients by weights, summed over some samples only."""
    part, error, layer = slice(samples.start, samples.stop), step.error, step.layer
    assert error is not None  # noqa: S101 (there are gradients by weights)
    saved = Saved(step.layer_input[part], step.layer_output[part])
    return backward_layer(layer.without_activation(), weights, saved, error[part], False).weights


def _of_sample(step: LayerStep, weights: Weights, sample: int, error: Array) -> Sample:
    output = None if step.output is None else step.output[sample]
    inputs, outputs = step.layer_input[sample], step.layer_output[sample]
    return Sample(inputs, outputs, output, error[sample], step.input is not None, weights)
