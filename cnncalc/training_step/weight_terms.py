"""What the gradient of a weight is made of: an error times a number of the input, again and again.

The error of a layer is the gradient by what it has computed before its activation.
"""

from __future__ import annotations

from functools import singledispatch
from typing import NamedTuple

import numpy as np

from cnncalc import layers as specifications
from cnncalc.geometry import Axis, Geometry
from cnncalc.layers import Layer, WindowLayer
from cnncalc.network import Array
from cnncalc.training_step.explanation import Place, Position, Terms
from cnncalc.training_step.structure import LayerStep

__all__ = ["Joined", "error_of", "geometry_of", "weight_terms"]


class Joined(NamedTuple):
    """The terms of a gradient that are added up, and what they are in words."""

    terms: Terms
    note: str


def weight_terms(step: LayerStep, name: str, at: Position) -> Joined:
    """Return what one number of a weight's gradient adds up, of the samples that are recorded.

    Arguments: the layer's `step`; the weight's `name`; `at`, a position inside it.
    """
    if name in ("bias", "beta"):
        return _sum_of_errors(step, at)
    return _products(step.layer, step, at)


def error_of(step: LayerStep) -> Array:
    """Return a layer's error, (samples, *shape); there is one wherever there are weights."""
    if step.error is None:
        raise TypeError(step.layer.name)
    return step.error


def geometry_of(step: LayerStep) -> Geometry:
    """Return how a layer's window slides over its input."""
    if not isinstance(step.layer, WindowLayer):
        raise TypeError(step.layer.name)
    return step.layer.geometry(step.layer_input.shape[1:])


def _sum_of_errors(step: LayerStep, at: Position) -> Joined:
    errors = error_of(step)[..., at[0]]

    def locate(index: int) -> Place:
        sample, *position = _unravelled(index, errors)
        return Place(sample, (*position, at[0]))

    note = "the error of what it is added to"
    return Joined(Terms(errors.reshape(-1), np.ones(errors.size), locate), note)


def _unravelled(index: int, array: Array) -> tuple[int, ...]:
    return tuple(int(each) for each in np.unravel_index(index, array.shape))


@singledispatch
def _products(layer: Layer, step: LayerStep, at: Position) -> Joined:
    raise TypeError(type(layer).__name__)  # every layer with weights is registered below


@_products.register(specifications.Conv2D)
def _(layer: specifications.Conv2D, step: LayerStep, at: Position) -> Joined:
    row, column, depth, filter_number = at
    channels = step.layer_input.shape[-1] // layer.groups
    group = filter_number // (error_of(step).shape[-1] // layer.groups)
    return _under_a_weight(step, (row, column), group * channels + depth, filter_number)


@_products.register(specifications.DepthwiseConv2D)
def _(layer: specifications.DepthwiseConv2D, step: LayerStep, at: Position) -> Joined:
    row, column, channel, copy = at
    return _under_a_weight(step, (row, column), channel, channel * layer.depth_multiplier + copy)


def _under_a_weight(
    step: LayerStep, cell: tuple[int, int], channel: int, filter_number: int
) -> Joined:
    """Join each error of a filter with the input that the weight lay on at that position."""
    errors = error_of(step)[..., filter_number]
    inputs = step.layer_input[..., channel]
    geometry = geometry_of(step)
    axes = (geometry.vertical, geometry.horizontal)
    covered = [_covered(axis, index) for axis, index in zip(axes, cell, strict=True)]
    rows, columns = (np.clip(c, 0, axis.size - 1) for c, axis in zip(covered, axes, strict=True))
    inside = [(c >= 0) & (c < axis.size) for c, axis in zip(covered, axes, strict=True)]
    factors = inputs[:, rows][:, :, columns] * (inside[0][:, None] & inside[1])

    def locate(index: int) -> Place:
        sample, y, x = _unravelled(index, errors)
        is_inside = bool(inside[0][y] and inside[1][x])
        at = (int(covered[0][y]), int(covered[1][x]), channel)
        return Place(sample, (y, x, filter_number), at, padding=not is_inside)

    note = "each error of the filter's output × the input under this weight there"
    terms = Terms(errors.reshape(-1), factors.reshape(-1), locate, row=errors.shape[-1])
    return Joined(terms, note)


def _covered(axis: Axis, index: int) -> Array:
    """Return which row of the input a row of the kernel lies on, at each position."""
    return np.arange(axis.output) * axis.stride + index * axis.dilation - axis.before


@_products.register(specifications.Dense)
def _(layer: specifications.Dense, step: LayerStep, at: Position) -> Joined:
    own, unit = at
    errors, factors = error_of(step)[..., unit], step.layer_input[..., own]

    def locate(index: int) -> Place:
        sample, *position = _unravelled(index, errors)
        return Place(sample, (*position, unit), (*position, own))

    note = "the unit's error × the input of this weight"
    return Joined(Terms(errors.reshape(-1), factors.reshape(-1), locate), note)


@_products.register(specifications.BatchNormalization)
def _(layer: specifications.BatchNormalization, step: LayerStep, at: Position) -> Joined:
    channel = at[0]
    mean, variance = (float(each[channel]) for each in step.drawn)
    errors, inputs = error_of(step)[..., channel], step.layer_input[..., channel]
    factors = (inputs - mean) / np.sqrt(variance + layer.epsilon)

    def locate(index: int) -> Place:
        sample, *position = _unravelled(index, errors)
        return Place(sample, (*position, channel), (*position, channel))

    note = "each error × the input as it was normalized"
    return Joined(Terms(errors.reshape(-1), factors.reshape(-1), locate), note)
