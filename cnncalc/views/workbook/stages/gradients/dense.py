"""The gradients of a dense layer: by its input, and by its weights over all samples."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.layers import Dense
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import STAY, Block, Formula, Quantity, Step
from cnncalc.views.workbook.stages.gradients.batch_sums import (
    BatchSum,
    batch_sum_volumes,
    one_block,
    undrawn,
)
from cnncalc.views.workbook.stages.gradients.quantities import (
    by_input,
    by_weight,
    of_sample,
    title,
)
from cnncalc.views.workbook.stages.sums import Parts, sum_volumes
from cnncalc.views.workbook.stages.vectors import ONE_SLICE, labels
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_number,
)

__all__ = ["dense_input_volumes", "dense_weight_volumes"]

_INPUT = "Each input's weights × the errors of their units, added up."
_KERNEL = "Error of the unit × the input, summed over samples."
_BIAS = "The unit's error, summed over samples."
_POSITIONS = "Error of the unit × the input, summed over positions and samples."
_POSITIONS_BIAS = "The unit's errors, summed over positions and samples."


def dense_input_volumes(layer: Dense, source: Source, error: Source) -> list[Volume]:
    """Return the gradient by a dense layer's input, given that by its sums."""
    result = by_input(layer.name)
    kernel = Quantity("weight", layer.name, "kernel")
    if not source.is_vector:
        return _at_positions(layer, source, error)
    row = (1, layer.units)
    # The kernel has a row for each input, read row by row of the vector.
    steps = (Step(source.size[1], 0), Step(1, 0))

    def formula(index: Index, find: Finder) -> Formula:
        weights = find(kernel, (), row, steps)
        return formulas.products([(weights, find(error.quantity, (), row))])

    return [each_number(title(result), result, source, formula, _INPUT)]


def _at_positions(layer: Dense, source: Source, error: Source) -> list[Volume]:
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

    named = Parts("gradient partial sums", "units")
    return sum_volumes(title(result.quantity), result, layer.units, products, (_INPUT,), named)


def dense_weight_volumes(layer: Dense, source: Source, error: Source, samples: int) -> list[Volume]:
    """Return the gradients by a dense layer's weights and biases."""
    kernel, bias = _of_vector(layer, source, error)
    if not source.is_vector:
        kernel, bias = _over_positions(layer, source, error)
    sums = [kernel, bias] if layer.use_bias else [kernel]
    return [volume for each in sums for volume in batch_sum_volumes(each, samples)]


def _of_vector(layer: Dense, source: Source, error: Source) -> tuple[BatchSum, BatchSum]:
    kernel, bias = by_weight(layer.name, "kernel"), by_weight(layer.name, "bias")
    inputs, count = Quantity("helper", layer.name, "inputs"), source.shape[0]

    def product(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        unit = find(of_sample(error.quantity, sample), (), steps=(STAY, Step(0, 1)))
        own = find(of_sample(inputs, sample), (), steps=(Step(1, 0), STAY))
        return formulas.products([(unit, own)])

    def copy(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        unit = find(of_sample(error.quantity, sample), (), steps=EACH)
        return formulas.apply(formulas.COPY, unit)

    by_kernel = undrawn(kernel, (count, layer.units), ONE_SLICE, _KERNEL)
    by_kernel = replace(by_kernel, rows=labels(source), columns=error.captions)
    by_bias = replace(undrawn(bias, error.size, ONE_SLICE, _BIAS), columns=error.captions)
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
    each = tuple(Item((u,), Slot(u), "bias") for u in range(layer.units))
    return (
        BatchSum(undrawn(kernel, (channels, 1), units, _POSITIONS), column, products),
        BatchSum(undrawn(bias, (1, 1), each, _POSITIONS_BIAS), one_block(1, 1), total),
    )
