"""What a dense layer draws: a column of inputs, a column of weights for each unit, and the sums.

A unit's weights and the inputs are ranges of one shape, so that SUMPRODUCT joins them: the inputs
are drawn once more, in a column beside the weights, whatever they look like on the sheet before.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.layers import Dense
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import STAY, Block, Formula, Quantity, Step
from cnncalc.views.workbook.stages.activation import activation_volumes
from cnncalc.views.workbook.stages.sums import bias_volume, sum_volumes
from cnncalc.views.workbook.stages.vectors import ONE_SLICE, labels, numbered, unrolled
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    entered,
    whole,
)

__all__ = ["dense_volumes"]

_WEIGHTS = "A column of weights for each unit: type over any of them."
_SUM = "Each unit's inputs times its weights, added up."
_BIAS = "Each unit's bias added to its sum."


def dense_volumes(layer: Dense, source: Source) -> tuple[list[Volume], Source]:
    """Return what a dense layer draws, and what the next layer takes in."""
    return _of_vector(layer, source) if source.is_vector else _at_positions(layer, source)


def _of_vector(layer: Dense, source: Source) -> tuple[list[Volume], Source]:
    """Return the sums first and then the weights, which may reach far down."""
    is_softmax = layer.activation == "softmax"
    first = "logits" if is_softmax and not layer.use_bias else "weighted sum"
    sums = _sums(layer, source, first)
    volumes = [_vector_sums(layer, source, sums)]
    if layer.use_bias:
        stage = Quantity("stage", layer.name, "logits" if is_softmax else "bias")
        group = "Logits: sum + bias" if is_softmax else "Sum + bias"
        volumes += [_vector_biases(sums), bias_volume(group, stage, sums, _BIAS)]
        sums = sums.feed(volumes[-1])
    activated, result = activation_volumes(layer.name, str(layer.activation), sums)
    return [*volumes, *activated, *_vector_weights(layer, source, sums.captions)], result


def _sums(layer: Dense, source: Source, stage: str) -> Source:
    quantity = Quantity("stage", layer.name, stage)
    return Source(quantity, layer.output_shape(source.shape), numbered("unit", layer.units))


def _kernel(layer: Dense) -> Quantity:
    return Quantity("weight", layer.name, "kernel")


def _inputs(layer: Dense) -> Quantity:
    return Quantity("helper", layer.name, "inputs")


def _vector_sums(layer: Dense, source: Source, sums: Source) -> Volume:
    column = (source.shape[0], 1)

    def formula(index: Index, find: Finder) -> Formula:
        own = find(_kernel(layer), (), column, (STAY, Step(0, 1)))
        return formulas.products([(find(_inputs(layer), (), column), own)])

    draw = whole(sums.quantity, *sums.size, formula)
    return Volume(
        *("Weighted sum", layer.name, sums.quantity, *sums.size, ONE_SLICE, draw, (_SUM,)),
        columns=sums.captions,
    )


def _vector_biases(sums: Source) -> Volume:
    bias = Quantity("weight", sums.quantity.layer, "bias")
    draw = entered(bias, *sums.size, "weights")
    return Volume("Bias", bias.layer, bias, *sums.size, ONE_SLICE, draw)


def _vector_weights(layer: Dense, source: Source, captions: Sequence[str]) -> list[Volume]:
    """Return the inputs and, beside them, a column of weights for each unit."""
    inputs, kernel, count = _inputs(layer), _kernel(layer), source.shape[0]
    draw = entered(kernel, count, layer.units, "weights")
    column = unrolled(inputs, source)
    return [
        Volume("Weights", layer.name, inputs, count, 1, ONE_SLICE, column, rows=labels(source)),
        Volume(
            *("Weights", layer.name, kernel, count, layer.units, ONE_SLICE, draw, (_WEIGHTS,)),
            columns=tuple(captions),
        ),
    ]


def _at_positions(layer: Dense, source: Source) -> tuple[list[Volume], Source]:
    """Return what a dense layer makes of the channels of each position, by itself."""
    sums = _sums(layer, source, "weighted sum")
    note = f"{_SUM} The inputs are the channels of each position: the image is not flat."
    volumes = _position_weights(layer, source, sums.captions)

    def products(unit: int, share: range, find: Finder) -> Formula:
        weights = find(_kernel(layer), (unit,))
        return formulas.products(
            [
                (find(source.quantity, (channel,), steps=EACH), weights.moved(channel, 0))
                for channel in share
            ]
        )

    volumes += sum_volumes("Weighted sum", sums, source.shape[2], products, (note,))
    if layer.use_bias:
        biased = Quantity("stage", layer.name, "bias")
        volumes.append(bias_volume("Sum + bias", biased, sums, _BIAS))
        sums = sums.feed(volumes[-1])
    activated, result = activation_volumes(layer.name, str(layer.activation), sums)
    return [*volumes, *activated], result


def _position_weights(layer: Dense, source: Source, captions: Sequence[str]) -> list[Volume]:
    """Return a column of weights and a bias for each unit."""
    kernel, channels = _kernel(layer), source.shape[2]

    def column(index: Index, find: Finder) -> tuple[Block, ...]:
        return (Block(0, 0, channels, 1, "weights", kernel, (), 0, index[0]),)

    units = tuple(Item((unit,), Slot(unit), caption) for unit, caption in enumerate(captions))
    volumes = [Volume("Weights", layer.name, kernel, channels, 1, units, column, (_WEIGHTS,))]
    if layer.use_bias:
        bias = Quantity("weight", layer.name, "bias")
        each = tuple(Item((unit,), Slot(unit), "bias") for unit in range(layer.units))
        draw = entered(bias, 1, 1, "weights")
        volumes.append(Volume("Weights", layer.name, bias, 1, 1, each, draw))
    return volumes
