"""What softmax draws: its steps, each of which fits a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cnncalc.helper_cells import parts
from cnncalc.network import Array
from cnncalc.rules.activations import (
    SOFTMAX_EXPONENTIAL,
    SOFTMAX_PASSED_BACK,
    SOFTMAX_SHARE,
)
from cnncalc.rules.formula import Expression
from cnncalc.rules.joins import Join
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index
from cnncalc.sheet.layers.combining import reduction_volumes
from cnncalc.sheet.plan import Formula, Quantity, Reference
from cnncalc.sheet.quantities import GradientStep, gradient_title, helper
from cnncalc.sheet.sums import Parts, sum_volumes
from cnncalc.sheet.volumes import Source, Volume, each_number, one_cell
from cnncalc.trace.stage_names import HelperName, StageName

__all__ = ["softmax_gradient_steps", "softmax_gradient_volumes", "softmax_volumes"]

_EXPONENTIALS = "e to the power of each number less the largest, so that none overflows."


def softmax_volumes(layer: str, source: Source) -> tuple[list[Volume], Source]:
    """Return the steps of softmax, over a vector or over the channels of each position.

    The steps are the largest number, the exponentials, their total, and each one's share of it.
    """
    draw = _vector_volumes if source.is_vector else _position_volumes
    volumes = draw(layer, source)
    return volumes, replace(source.feed(volumes[-1]), logits=source.quantity)


def _of_two(
    expression: Expression,
    number: tuple[str, Quantity],
    of_all: tuple[str, Quantity],
    found: Callable[[Quantity, Finder], Reference],
) -> Callable[[Index, Finder], Formula]:
    """Return the formula of a number and what all come to, each with its name.

    Arguments: the `expression`; the `number`; what it is `of_all`, and how that is `found`.
    """

    def formula(index: Index, find: Finder) -> Formula:
        cells = {
            number[0]: find(number[1], index, steps=EACH),
            of_all[0]: found(of_all[1], find),
        }
        return formulas.written(expression, cells)

    return formula


def _vector_volumes(layer: str, source: Source) -> list[Volume]:
    stage, largest, exponentials, total = _quantities(layer, StageName.SOFTMAX)

    def of_whole(quantity: Quantity, find: Finder) -> Reference:
        return find(quantity, ())

    power = _of_two(SOFTMAX_EXPONENTIAL, ("x", source.quantity), ("largest", largest), of_whole)
    share = _of_two(SOFTMAX_SHARE, ("exponential", exponentials), ("total", total), of_whole)
    return [
        _of_all("MAX({0})", "Largest", source, largest, "The largest number."),
        each_number("Exponentials", exponentials, source, power, _EXPONENTIALS),
        _of_all("SUM({0})", "Total", source, total, "The exponentials added up.", exponentials),
        each_number("Softmax", stage, source, share, "Each exponential's share of the total."),
    ]


def _of_all(
    template: str,
    title: str,
    source: Source,
    result: Quantity,
    rule: str,
    read: Quantity | None = None,
) -> Volume:
    """Return the single cell of what all numbers of a vector come to."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(template, find(read or source.quantity, index, source.size))

    return one_cell(title, result, formula, rule)


def _position_volumes(layer: str, source: Source) -> list[Volume]:
    stage, largest, exponentials, total = _quantities(layer, StageName.ACTIVATION)

    def of_position(quantity: Quantity, find: Finder) -> Reference:
        return find(quantity, (0,), steps=EACH)

    power = _of_two(SOFTMAX_EXPONENTIAL, ("x", source.quantity), ("largest", largest), of_position)
    share = _of_two(SOFTMAX_SHARE, ("exponential", exponentials), ("total", total), of_position)
    drawn = each_number("Exponentials", exponentials, source, power, _EXPONENTIALS)
    note = "Each exponential's share of the total: a position's shares add up to 1."
    return [
        *reduction_volumes(
            Join.MAX, source, largest, "Largest", "The largest number of each position's channels."
        ),
        drawn,
        *reduction_volumes(
            Join.SUM, source.feed(drawn), total, "Total", "Each position's exponentials added up."
        ),
        each_number("Softmax", stage, source, share, note),
    ]


def _quantities(layer: str, stage: StageName) -> tuple[Quantity, Quantity, Quantity, Quantity]:
    """Return the names of the result, the largest number, the exponentials and their total."""
    steps = (HelperName.LARGEST, HelperName.EXPONENTIALS, HelperName.TOTAL)
    helpers = (Quantity("helper", layer, name) for name in steps)
    largest, exponentials, total = helpers
    return Quantity("stage", layer, stage), largest, exponentials, total


_TOTAL = "All errors × their shares, added up."

_PARTS = Parts(GradientStep.PARTIAL_SOFTMAX_TOTAL)

_RULE = "Share × (error − the total of all errors × shares)."


def softmax_gradient_volumes(
    result: Quantity, gradient: Source, outputs: Source
) -> tuple[list[Volume], Source]:
    """Return the total of error × share, over a vector or at each position, and the gradient."""
    total = helper(result.layer, GradientStep.SOFTMAX_TOTAL)
    draw = _vector_total if gradient.is_vector else _position_totals
    volumes = draw(total, gradient, outputs)

    def formula(index: Index, find: Finder) -> Formula:
        error = find(gradient.quantity, index, steps=EACH)
        share = find(outputs.quantity, index, steps=EACH)
        of_all = find(total, ()) if gradient.is_vector else find(total, (0,), steps=EACH)
        cells = {"error": error, "y": share, "total": of_all}
        return formulas.written(SOFTMAX_PASSED_BACK, cells)

    volumes.append(each_number(gradient_title(result), result, gradient, formula, _RULE))
    return volumes, gradient.feed(volumes[-1])


def _vector_total(total: Quantity, gradient: Source, outputs: Source) -> list[Volume]:
    def formula(index: Index, find: Finder) -> Formula:
        read = (gradient.quantity, outputs.quantity)
        first, second = (find(quantity, index, gradient.size) for quantity in read)
        return formulas.products([(first, second)])

    return [one_cell("Total of error × share", total, formula, _TOTAL)]


def _position_totals(total: Quantity, gradient: Source, outputs: Source) -> list[Volume]:
    def products(_: int, channels: range, find: Finder) -> Formula:
        return formulas.products(
            [
                (
                    find(gradient.quantity, (channel,), steps=EACH),
                    find(outputs.quantity, (channel,), steps=EACH),
                )
                for channel in channels
            ]
        )

    totals = Source(total, (*gradient.size, 1), ("",))
    note = "Each position's errors × shares, added up."
    depth = gradient.shape[2]
    return sum_volumes("Total of error × share", totals, depth, products, (note,), _PARTS)


def softmax_gradient_steps(gradient: Array | None, shares: Array) -> dict[str, Array]:
    """Return the numbers of the smaller steps by name.

    Arguments: the `gradient` by the `shares`, None where it is joined with the loss; these, of one
    sample.
    Returns the total of gradient × share at each position, and in parts of many channels.
    """
    if gradient is None:
        return {}
    products = gradient * shares
    result: dict[str, Array] = {GradientStep.SOFTMAX_TOTAL: products.sum(axis=-1, keepdims=True)}
    ranges = parts(products.shape[-1])
    if products.ndim > 1 and len(ranges) > 1:
        sums = [products[..., channels].sum(axis=-1, keepdims=True) for channels in ranges]
        result[GradientStep.PARTIAL_SOFTMAX_TOTAL] = np.stack(sums, axis=-2)
    return result
