"""What the numbers of each layer are made of: the terms, and the rule that joins them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from cnncalc import layers as specifications
from cnncalc.explanation.structure import Position, Rule, Term
from cnncalc.layers import Layer
from cnncalc.network import Array
from cnncalc.trace import LayerTrace

__all__ = ["Joint", "joint_of"]


@dataclass(frozen=True)
class Joint:
    """The terms of one number, the rule that joins them, and the rule's other numbers."""

    rule: Rule
    terms: tuple[Term, ...]
    bias: float | None = None
    parameters: tuple[tuple[str, float], ...] = ()


@singledispatch
def joint_of(layer: Layer, trace: LayerTrace, at: Position) -> Joint:
    """Return what one number of a layer's output is made of.

    Arguments: the `layer` and its `trace`; `at`, a position inside its output.
    """
    raise TypeError(type(layer).__name__)  # every layer is registered below


@joint_of.register(specifications.InputLayer)
@joint_of.register(specifications.Dropout)
def _(layer: Layer, trace: LayerTrace, at: Position) -> Joint:
    return Joint("same", (_term(trace, at),))


@joint_of.register(specifications.Flatten)
def _(layer: specifications.Flatten, trace: LayerTrace, at: Position) -> Joint:
    index = np.unravel_index(at[0], trace.input.shape)
    return Joint("same", (_term(trace, tuple(map(int, index))),))


@joint_of.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, trace: LayerTrace, at: Position) -> Joint:
    index = (at[0] - layer.pads.top, at[1] - layer.pads.left, at[2])
    return Joint("same", (_term(trace, index),))


@joint_of.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, trace: LayerTrace, at: Position) -> Joint:
    channels = trace.input.shape[-1]
    scale, offset = (np.broadcast_to(v, channels)[at[-1]] for v in (layer.scale, layer.offset))
    parameters = (("scale", float(scale)), ("offset", float(offset)))
    return Joint("rescale", (_term(trace, at),), parameters=parameters)


@joint_of.register(specifications.BatchNormalization)
def _(layer: specifications.BatchNormalization, trace: LayerTrace, at: Position) -> Joint:
    names = {"moving_mean": "mean", "moving_variance": "variance", "gamma": "gamma", "beta": "beta"}
    own = {names[name]: float(weight[at[-1]]) for name, weight in trace.weights.items()}
    parameters = {**own, "epsilon": layer.epsilon}
    return Joint("normalize", (_term(trace, at),), parameters=tuple(parameters.items()))


@joint_of.register(specifications.ConvolutionLayer)
def _(layer: specifications.ConvolutionLayer, trace: LayerTrace, at: Position) -> Joint:
    return Joint("products", tuple(_products(trace, at)), _bias(trace, at))


@joint_of.register(specifications.Dense)
def _(layer: specifications.Dense, trace: LayerTrace, at: Position) -> Joint:
    inputs = trace.input[at[:-1]].tolist()
    weights = trace.weights["kernel"][:, at[-1]].tolist()
    pairs = enumerate(zip(inputs, weights, strict=True))
    terms = tuple(Term((*at[:-1], i), value, weight, padding=False) for i, (value, weight) in pairs)
    return Joint("products", terms, _bias(trace, at))


def _bias(trace: LayerTrace, at: Position) -> float | None:
    return float(trace.weights["bias"][at[-1]]) if "bias" in trace.weights else None


_POOLING_RULES: dict[type, Rule] = {
    specifications.MaxPooling2D: "max",
    specifications.AveragePooling2D: "average",
    specifications.L2Pooling2D: "l2",
    specifications.GlobalMaxPooling2D: "max",
    specifications.GlobalAveragePooling2D: "average",
}


@joint_of.register(specifications.PoolingLayer)
def _(layer: specifications.PoolingLayer, trace: LayerTrace, at: Position) -> Joint:
    cells = _cells(trace, at)
    terms = tuple(_term(trace, (row, column, at[2])) for _, _, row, column in cells)
    return Joint(_POOLING_RULES[type(layer)], terms)


@joint_of.register(specifications.GlobalPoolingLayer)
def _(layer: specifications.GlobalPoolingLayer, trace: LayerTrace, at: Position) -> Joint:
    cells = np.ndindex(trace.input.shape[:2])
    terms = tuple(_term(trace, (row, column, at[-1])) for row, column in cells)
    return Joint(_POOLING_RULES[type(layer)], terms)


@joint_of.register(specifications.Combine)
def _(layer: specifications.Combine, trace: LayerTrace, at: Position) -> Joint:
    return Joint(layer.mode, _channels(trace, at))


@joint_of.register(specifications.ActivationLayer)
def _(layer: specifications.ActivationLayer, trace: LayerTrace, at: Position) -> Joint:
    is_softmax = isinstance(layer, specifications.Softmax)
    if is_softmax or getattr(layer, "activation", "") == "softmax":
        return Joint("softmax", _channels(trace, at))
    return Joint("each", (_term(trace, at),))


def _channels(trace: LayerTrace, at: Position) -> tuple[Term, ...]:
    """Return a term for each channel or unit of the input, at one position."""
    return tuple(_term(trace, (*at[:-1], channel)) for channel in range(trace.input.shape[-1]))


def _products(trace: LayerTrace, at: Position) -> Iterator[Term]:
    """Yield one term a kernel cell, channel by channel, in row-major order."""
    kernel, output_channel = trace.weights["kernel"], at[2]
    for channel, weights in _filter(trace, kernel, output_channel):
        for i, j, row, column in _cells(trace, at):
            yield _term(trace, (row, column, channel), float(weights[i, j]))


def _filter(trace: LayerTrace, kernel: Array, output_channel: int) -> list[tuple[int, Array]]:
    """Return the input channels that a filter sees, each with its slice of the kernel."""
    depth = kernel.shape[2]
    if isinstance(trace.layer, specifications.DepthwiseConv2D):
        channel, copy = divmod(output_channel, kernel.shape[3])
        return [(channel, kernel[:, :, channel, copy])]
    filters_a_group = kernel.shape[3] // getattr(trace.layer, "groups", 1)
    first = output_channel // filters_a_group * depth
    return [(first + k, kernel[:, :, k, output_channel]) for k in range(depth)]


def _cells(trace: LayerTrace, at: Position) -> list[tuple[int, int, int, int]]:
    """Return (kernel row, kernel column, input row, input column) of each cell under a window."""
    if trace.geometry is None:
        return []
    down, across = trace.geometry.vertical, trace.geometry.horizontal
    rows = enumerate(index - down.before for index in down.covered_by(at[0]))
    columns = list(enumerate(index - across.before for index in across.covered_by(at[1])))
    return [(i, j, row, column) for i, row in rows for j, column in columns]


def _term(trace: LayerTrace, index: Position, weight: float | None = None) -> Term:
    shape = trace.input.shape
    if all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        return Term(index, float(trace.input[index]), weight, padding=False)
    counts = trace.stages[0].name != "padded input" or not _is_empty(trace)
    return Term(index, 0.0 if counts else math.nan, weight, padding=True)


def _is_empty(trace: LayerTrace) -> bool:
    padded = trace.stages[0].values
    return bool(math.isnan(padded[0, 0, 0]) or math.isnan(padded[-1, -1, 0]))
