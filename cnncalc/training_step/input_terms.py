"""What a gradient by a layer's input is made of: errors of the outputs that a number went into."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from itertools import product

import numpy as np

from cnncalc import layers as specifications
from cnncalc.geometry import Axis
from cnncalc.layers import Layer, PoolingLayer
from cnncalc.network import Array, Saved, Weights, at_kinks, backward_layer
from cnncalc.network.forward_pass import normalization_scale
from cnncalc.ops.maxima import first_maximum
from cnncalc.ops.normalization import batch_normalize_input_gradient
from cnncalc.training_step.explanation import GradientTerm, Place, Position, Terms
from cnncalc.training_step.structure import LayerStep
from cnncalc.training_step.weight_terms import Joined, error_of, geometry_of

__all__ = ["input_terms", "joined_terms"]


def input_terms(step: LayerStep, weights: Weights, at: Position, sample: int) -> Joined:
    """Return what one number of the gradient by a layer's input adds up.

    Arguments: the layer's `step` and its `weights`; `at`, a position in its input; the `sample`.
    Not for softmax, and batch normalization unless it is frozen: they are no sums of products.
    """
    return _terms(step.layer, step, weights, (sample, *at))


def joined_terms(terms: list[GradientTerm], note: str) -> Joined:
    """Return a few terms as those of a gradient, with a note that says what they are."""
    errors = np.array([term.error for term in terms], np.float64)
    factors = np.array([term.factor for term in terms], np.float64)
    return Joined(Terms(errors, factors, lambda index: terms[index].place), note)


@singledispatch
def _terms(layer: Layer, step: LayerStep, weights: Weights, at: Position) -> Joined:
    raise TypeError(type(layer).__name__)  # every layer is registered below


def _single(step: LayerStep, error_at: Position, factor: float, note: str) -> Joined:
    """Join the one error that a number leads to, and what it is multiplied by."""
    sample, *index = error_at
    error = float(error_of(step)[error_at])
    return joined_terms([GradientTerm(error, factor, Place(sample, tuple(index)))], note)


_HANDED_ON = "the gradient by the layer's output, handed on as it is"


@_terms.register(specifications.InputLayer)
def _(layer: Layer, step: LayerStep, weights: Weights, at: Position) -> Joined:
    return _single(step, at, 1.0, _HANDED_ON)


@_terms.register(specifications.Flatten)
def _(layer: specifications.Flatten, step: LayerStep, weights: Weights, at: Position) -> Joined:
    flat = int(np.ravel_multi_index(at[1:], step.layer_input.shape[1:]))
    return _single(step, (at[0], flat), 1.0, _HANDED_ON)


@_terms.register(specifications.ZeroPadding2D)
def _(
    layer: specifications.ZeroPadding2D, step: LayerStep, weights: Weights, at: Position
) -> Joined:
    sample, row, column, channel = at
    error_at = (sample, row + layer.pads.top, column + layer.pads.left, channel)
    return _single(step, error_at, 1.0, _HANDED_ON)


@_terms.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, step: LayerStep, weights: Weights, at: Position) -> Joined:
    scale = np.broadcast_to(layer.scale, step.layer_input.shape[-1:])[at[-1]]
    return _single(step, at, float(scale), "the gradient by the layer's output × scale")


@_terms.register(specifications.BatchNormalization)
def _(
    layer: specifications.BatchNormalization, step: LayerStep, weights: Weights, at: Position
) -> Joined:
    gamma, variance = normalization_scale(weights)[0], weights["moving_variance"]
    slope = batch_normalize_input_gradient(np.ones_like(gamma), variance, gamma, layer.epsilon)
    scale = "gamma" if layer.scale else "1"
    note = f"the gradient by the layer's output × {scale} / √(moving variance + epsilon)"
    return _single(step, at, float(slope[at[-1]]), note)


@_terms.register(specifications.Dropout)
def _(layer: specifications.Dropout, step: LayerStep, weights: Weights, at: Position) -> Joined:
    kept = bool(step.drawn[0][at]) if step.drawn else True
    factor = 1 / (1 - layer.rate) if kept and layer.rate < 1 else 0.0
    note = "the gradient by the layer's output × 1 / (1 − rate), or × 0 where it was dropped"
    return _single(step, at, factor, note)


@_terms.register(specifications.ActivationLayer)
def _(
    layer: specifications.ActivationLayer, step: LayerStep, weights: Weights, at: Position
) -> Joined:
    place = tuple(slice(index, index + 1) for index in at)
    saved = at_kinks(layer, Saved(step.layer_input[place], step.layer_output[place]))
    slope = backward_layer(layer, {}, saved, np.ones_like(saved.output), to_input=True).input
    note = "the gradient by the layer's output × the slope of the activation there"
    return _single(step, at, float(np.asarray(slope).item()), note)


@_terms.register(specifications.Dense)
def _(layer: specifications.Dense, step: LayerStep, weights: Weights, at: Position) -> Joined:
    *position, own = at
    sample, *inner = position
    kernel, errors = weights["kernel"], error_of(step)[tuple(position)]
    places = [Place(sample, (*inner, unit), (own, unit)) for unit in range(layer.units)]
    terms = [
        GradientTerm(float(error), float(weight), place)
        for error, weight, place in zip(errors, kernel[own], places, strict=True)
    ]
    return joined_terms(terms, "each unit's error × the weight that the input has there")


@_terms.register(specifications.Conv2D)
def _(layer: specifications.Conv2D, step: LayerStep, weights: Weights, at: Position) -> Joined:
    kernel, errors = weights["kernel"], error_of(step)
    depth, filters = kernel.shape[2], kernel.shape[3] // layer.groups
    group, own = divmod(at[-1], depth)
    chosen = range(group * filters, (group + 1) * filters)
    return _errors_times_weights(step, at, [(f, (own, f)) for f in chosen], kernel, errors)


@_terms.register(specifications.DepthwiseConv2D)
def _(
    layer: specifications.DepthwiseConv2D, step: LayerStep, weights: Weights, at: Position
) -> Joined:
    channel, copies = at[-1], layer.depth_multiplier
    pairs = [(channel * copies + copy, (channel, copy)) for copy in range(copies)]
    return _errors_times_weights(step, at, pairs, weights["kernel"], error_of(step))


def _errors_times_weights(
    step: LayerStep,
    at: Position,
    filters: list[tuple[int, tuple[int, int]]],
    kernel: Array,
    errors: Array,
) -> Joined:
    """Join the errors that a number led to with its weights.

    Arguments: which `filters` see the number's channel, each by its number in the output and its
    (channel, filter) in the kernel.
    """
    sample = at[0]
    terms = []
    for (y, x), (row, column) in _windows(step, at):
        for filter_number, index in filters:
            error = float(errors[sample, y, x, filter_number])
            weight_at = (row, column, *index)
            place = Place(sample, (y, x, filter_number), weight_at)
            terms.append(GradientTerm(error, float(kernel[weight_at]), place))
    return joined_terms(terms, "each error that the input led to × the weight that lay on it there")


def _windows(step: LayerStep, at: Position) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield each window that covers an input position, and the cell of the kernel on it."""
    geometry = geometry_of(step)
    down, across = _covering(geometry.vertical, at[1]), _covering(geometry.horizontal, at[2])
    for (y, row), (x, column) in product(down, across):
        yield (y, x), (row, column)


def _covering(axis: Axis, index: int) -> list[tuple[int, int]]:
    """Return each position at which a kernel's cell lies on a row, and which cell that is."""
    padded = index + axis.before
    found = [(position, axis.covered_by(position)) for position in range(axis.output)]
    return [(position, rows.index(padded)) for position, rows in found if padded in rows]


@_terms.register(specifications.PoolingLayer)
def _(layer: PoolingLayer, step: LayerStep, weights: Weights, at: Position) -> Joined:
    sample, *_, channel = at
    terms = []
    for (y, x), _ in _windows(step, at):
        error_at = (sample, y, x, channel)
        factor = _share(layer, step, error_at, at)
        terms.append(
            GradientTerm(float(error_of(step)[error_at]), factor, Place(sample, error_at[1:]))
        )
    return joined_terms(terms, f"the gradient of each window over it × {_SHARES[type(layer)]}")


_SHARES: dict[type[Layer], str] = {
    specifications.MaxPooling2D: "1 where it is the window's first maximum, else 0",
    specifications.AveragePooling2D: "1 / the window's numbers",
    specifications.L2Pooling2D: "itself / the window's result",
    specifications.GlobalMaxPooling2D: "1 where it is the first maximum, else 0",
    specifications.GlobalAveragePooling2D: "1 / the slice's numbers",
}


def _share(layer: PoolingLayer, step: LayerStep, error_at: Position, at: Position) -> float:
    """Return how much of a window's gradient goes to one of its numbers."""
    own = float(step.layer_input[at])
    result = float(step.layer_output[error_at])
    if isinstance(layer, specifications.L2Pooling2D):
        return own / result if result else 0.0
    cells = _cells(step, error_at)
    if isinstance(layer, specifications.MaxPooling2D):
        values = np.array([step.layer_input[cell] for cell in cells])
        return float(cells[_first_maximum(values)] == at)
    counted = len(cells) if layer.padding == "same" else int(np.prod(geometry_of(step).kernel))
    return 1 / counted


def _first_maximum(values: Array) -> int:
    return int(first_maximum(values.ravel(), 0, near=True).item())


def _cells(step: LayerStep, error_at: Position) -> list[Position]:
    """Return a window's positions in the input, row by row, without padding."""
    sample, y, x, channel = error_at
    geometry = geometry_of(step)
    rows = _inside(geometry.vertical, y)
    columns = _inside(geometry.horizontal, x)
    return [(sample, row, column, channel) for row in rows for column in columns]


def _inside(axis: Axis, position: int) -> list[int]:
    indices = (padded - axis.before for padded in axis.covered_by(position))
    return [index for index in indices if 0 <= index < axis.size]


@_terms.register(specifications.GlobalPoolingLayer)
def _(
    layer: specifications.GlobalPoolingLayer, step: LayerStep, weights: Weights, at: Position
) -> Joined:
    sample, row, column, channel = at
    error_at = (sample, 0, 0, channel) if layer.keepdims else (sample, channel)
    values = step.layer_input[sample, :, :, channel]
    if isinstance(layer, specifications.GlobalAveragePooling2D):
        factor = 1 / values.size
    else:
        factor = float(_first_maximum(values) == row * values.shape[1] + column)
    note = f"the gradient by the layer's output × {_SHARES[type(layer)]}"
    return _single(step, error_at, factor, note)


@_terms.register(specifications.Combine)
def _(layer: specifications.Combine, step: LayerStep, weights: Weights, at: Position) -> Joined:
    values = step.layer_input[at[:-1]]
    is_winner = layer.mode == "sum" or _first_maximum(values) == at[-1]
    note = "the gradient by the layer's output" + (
        "" if layer.mode == "sum" else " × 1 where it is the first maximum, else 0"
    )
    return _single(step, (*at[:-1], 0), float(is_winner), note)
