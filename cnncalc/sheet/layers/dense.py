"""What a dense layer draws: a column of inputs, a column of weights for each unit, and the sums.

A unit's weights and the inputs are ranges of one shape, so that SUMPRODUCT joins them: the inputs
are drawn once more, in a column beside the weights, whatever they look like on the sheet before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnncalc.helper_cells import parts
from cnncalc.layers import Dense
from cnncalc.network import Array, Weights
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index, entered, whole
from cnncalc.sheet.layers.activation import activation_volumes
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Step
from cnncalc.sheet.quantities import GradientStep, by_input, by_weight, gradient_title, of_sample
from cnncalc.sheet.sums import (
    BatchSum,
    Parts,
    batch_sum_volumes,
    bias_volume,
    one_block,
    sum_volumes,
    undrawn,
)
from cnncalc.sheet.volumes import (
    ONE_SLICE,
    Item,
    Slot,
    Source,
    Volume,
    bias_items,
    each_number,
    labels,
    numbered,
    unrolled,
)
from cnncalc.trace.stage_names import HelperName, StageName

__all__ = ["dense_gradient_steps", "dense_input_volumes", "dense_volumes", "dense_weight_volumes"]

_WEIGHTS = "A column of weights for each unit: type over any of them."

_SUM = "Each unit's inputs times its weights, added up."

_BIAS = "Each unit's bias added to its sum."


def dense_volumes(layer: Dense, source: Source) -> tuple[list[Volume], Source]:
    """Return what a dense layer draws, and what the next layer takes in."""
    return _of_vector(layer, source) if source.is_vector else _at_positions(layer, source)


def _of_vector(layer: Dense, source: Source) -> tuple[list[Volume], Source]:
    """Return the sums first and then the weights, which may reach far down."""
    is_softmax = layer.has_softmax
    is_last = is_softmax and not layer.use_bias
    first = StageName.LOGITS if is_last else StageName.WEIGHTED_SUM
    sums = _sums(layer, source, first)
    volumes = [_vector_sums(layer, source, sums)]
    if layer.use_bias:
        stage = Quantity("stage", layer.name, StageName.LOGITS if is_softmax else StageName.BIAS)
        title = "Logits: sum + bias" if is_softmax else "Sum + bias"
        volumes += [_vector_biases(sums), bias_volume(title, stage, sums, _BIAS)]
        sums = sums.feed(volumes[-1])
    activated, result = activation_volumes(layer.name, layer.activation_name, sums)
    return [*volumes, *activated, *_vector_weights(layer, source, sums.captions)], result


def _sums(layer: Dense, source: Source, stage: StageName) -> Source:
    quantity = Quantity("stage", layer.name, stage)
    return Source(
        quantity, layer.output_shape(source.shape), numbered("unit", layer.units, source.numbers)
    )


def _kernel(layer: Dense) -> Quantity:
    return Quantity("weight", layer.name, "kernel")


def _inputs(layer: Dense) -> Quantity:
    return Quantity("helper", layer.name, HelperName.INPUTS)


def _vector_sums(layer: Dense, source: Source, sums: Source) -> Volume:
    column = (source.shape[0], 1)

    def formula(index: Index, find: Finder) -> Formula:
        weights = find(_kernel(layer), (), column, (STAY, Step(0, 1)))
        return formulas.products([(find(_inputs(layer), (), column), weights)])

    draw = whole(sums.quantity, *sums.size, formula)
    return Volume(
        *("Weighted sum", layer.name, sums.quantity, *sums.size, ONE_SLICE, draw, _SUM),
        columns=sums.captions,
    )


def _vector_biases(sums: Source) -> Volume:
    bias = Quantity("weight", sums.quantity.layer, "bias")
    draw = entered(bias, *sums.size, "weights")
    return Volume("Bias", bias.layer, bias, *sums.size, ONE_SLICE, draw, "")


def _vector_weights(layer: Dense, source: Source, captions: Sequence[str]) -> list[Volume]:
    """Return the inputs and, beside them, a column of weights for each unit."""
    inputs, kernel, count = _inputs(layer), _kernel(layer), source.shape[0]
    draw = entered(kernel, count, layer.units, "weights")
    column = unrolled(inputs, source)
    return [
        Volume(
            *("Weights", layer.name, inputs, count, 1, ONE_SLICE, column, ""),
            rows=labels(source),
            columns=("inputs",),
        ),
        Volume(
            *("Weights", layer.name, kernel, count, layer.units, ONE_SLICE, draw, _WEIGHTS),
            columns=tuple(captions),
        ),
    ]


def _at_positions(layer: Dense, source: Source) -> tuple[list[Volume], Source]:
    """Return what a dense layer makes of the channels of each position, by itself."""
    sums = _sums(layer, source, StageName.WEIGHTED_SUM)
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
        biased = Quantity("stage", layer.name, StageName.BIAS)
        volumes.append(bias_volume("Sum + bias", biased, sums, _BIAS))
        sums = sums.feed(volumes[-1])
    activated, result = activation_volumes(layer.name, layer.activation_name, sums)
    return [*volumes, *activated], result


def _position_weights(layer: Dense, source: Source, captions: Sequence[str]) -> list[Volume]:
    """Return a column of weights and a bias for each unit."""
    kernel, channels = _kernel(layer), source.shape[2]

    def column(index: Index, find: Finder) -> tuple[Block, ...]:
        return (Block(0, 0, channels, 1, "weights", kernel, (), 0, index[0]),)

    units = tuple(Item((unit,), Slot(unit), caption) for unit, caption in enumerate(captions))
    volumes = [Volume("Weights", layer.name, kernel, channels, 1, units, column, _WEIGHTS)]
    if layer.use_bias:
        bias = Quantity("weight", layer.name, "bias")
        biases = bias_items(layer.units)
        draw = entered(bias, 1, 1, "weights")
        volumes.append(Volume("Weights", layer.name, bias, 1, 1, biases, draw, ""))
    return volumes


_INPUT = "Each input's weights × the errors of their units, added up."

_KERNEL = "Error of the unit × the input, summed over samples."

_BIAS_GRADIENT = "The unit's error, summed over samples."

_POSITIONS = "Error of the unit × the input, summed over positions and samples."

_POSITIONS_BIAS = "The unit's errors, summed over positions and samples."


def dense_input_volumes(layer: Dense, source: Source, error: Source) -> list[Volume]:
    """Return the gradient by a dense layer's input, given that by its sums."""
    result = by_input(layer.name)
    kernel = Quantity("weight", layer.name, "kernel")
    if not source.is_vector:
        return _gradient_at_positions(layer, source, error)
    row = (1, layer.units)
    # The kernel has a row for each input, read row by row of the vector.
    steps = (Step(source.size[1], 0), Step(1, 0))

    def formula(index: Index, find: Finder) -> Formula:
        weights = find(kernel, (), row, steps)
        return formulas.products([(weights, find(error.quantity, (), row))])

    return [each_number(gradient_title(result), result, source, formula, _INPUT)]


def _gradient_at_positions(layer: Dense, source: Source, error: Source) -> list[Volume]:
    kernel = Quantity("weight", layer.name, "kernel")
    result = Source(by_input(layer.name), source.shape, source.captions)

    def products(channel: int, units: range, find: Finder) -> Formula:
        return formulas.products(
            [
                (
                    find(error.quantity, (unit,), steps=EACH),
                    find(kernel, (unit,)).moved(channel, 0),
                )
                for unit in units
            ]
        )

    named = Parts(GradientStep.PARTIAL_SUMS, "units")
    return sum_volumes(
        gradient_title(result.quantity), result, layer.units, products, (_INPUT,), named
    )


def dense_weight_volumes(layer: Dense, source: Source, error: Source, samples: int) -> list[Volume]:
    """Return the gradients by a dense layer's weights and biases."""
    summed = _gradient_of_vector if source.is_vector else _over_positions
    kernel, bias = summed(layer, source, error)
    sums = [kernel, bias] if layer.use_bias else [kernel]
    return [volume for total in sums for volume in batch_sum_volumes(total, samples)]


def _gradient_of_vector(layer: Dense, source: Source, error: Source) -> tuple[BatchSum, BatchSum]:
    kernel, bias = by_weight(layer.name, "kernel"), by_weight(layer.name, "bias")
    inputs, count = _inputs(layer), source.shape[0]

    def product(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        unit = find(of_sample(error.quantity, sample), (), steps=(STAY, Step(0, 1)))
        number = find(of_sample(inputs, sample), (), steps=(Step(1, 0), STAY))
        return formulas.products([(unit, number)])

    def copy(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        unit = find(of_sample(error.quantity, sample), (), steps=EACH)
        return formulas.apply(formulas.COPY, unit)

    by_kernel = undrawn(kernel, (count, layer.units), ONE_SLICE, _KERNEL)
    by_kernel = replace(by_kernel, rows=labels(source), columns=error.captions)
    by_bias = replace(undrawn(bias, error.size, ONE_SLICE, _BIAS_GRADIENT), columns=error.captions)
    return (
        BatchSum(by_kernel, one_block(count, layer.units), product),
        BatchSum(by_bias, one_block(*error.size), copy),
    )


def _over_positions(layer: Dense, source: Source, error: Source) -> tuple[BatchSum, BatchSum]:
    kernel, bias = by_weight(layer.name, "kernel"), by_weight(layer.name, "bias")
    channels, size = source.shape[2], source.size

    def column(quantity: Quantity, part: Index, index: Index) -> tuple[Block, ...]:
        """Return a block for each channel, whose inputs stand in a slice of their own."""
        return tuple(
            Block(channel, 0, 1, 1, "formula", quantity, part, channel, index[0])
            for channel in range(channels)
        )

    def products(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        errors = find(of_sample(error.quantity, sample), index, size)
        return formulas.products(
            [(errors, find(of_sample(source.quantity, sample), (block.row,), size))]
        )

    def total(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        return formulas.apply("SUM({0})", find(of_sample(error.quantity, sample), index, size))

    units = tuple(Item((u,), Slot(u), caption) for u, caption in enumerate(error.captions))
    biases = bias_items(layer.units)
    return (
        BatchSum(undrawn(kernel, (channels, 1), units, _POSITIONS), column, products),
        BatchSum(undrawn(bias, (1, 1), biases, _POSITIONS_BIAS), one_block(1, 1), total),
    )


def dense_gradient_steps(
    layer: Dense, weights: Weights, error: Array, to_input: bool
) -> dict[str, Array]:
    """Return the numbers of the smaller steps by name.

    Arguments: the `layer` and its `weights`; the `error` by one sample's sums; whether the gradient
    by the input is wanted.
    """
    shares = parts(layer.units)
    if not to_input or error.ndim == 1 or len(shares) == 1:
        return {}
    kernel = weights["kernel"]
    sums = [error[..., share] @ kernel[:, share].T for share in shares]
    return {GradientStep.PARTIAL_SUMS: np.stack(sums, axis=-2)}
