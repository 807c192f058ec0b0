"""What regularizers draw: each weight's share of the penalty, and what it adds to its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnncalc.layers import Layer
from cnncalc.layers.regularizers import L1L2
from cnncalc.network import Array
from cnncalc.views.workbook.formulas import added, literal
from cnncalc.views.workbook.plan import Block, Formula, Quantity
from cnncalc.views.workbook.stages.gradients.quantities import of_batch
from cnncalc.views.workbook.stages.volumes import EACH, Finder, Index, Volume

__all__ = [
    "added_penalties",
    "penalty_quantity",
    "penalty_values",
    "penalty_volumes",
    "with_penalty",
]

# A function takes 255 arguments at most.
MOST_ARGUMENTS = 200


def penalty_quantity(layer: str, weight: str) -> Quantity:
    """Return the name of the penalty on each number of a weight."""
    return of_batch(layer, f"penalty {weight}")


def penalty_values(regularizer: L1L2, weight: Array) -> Array:
    """Return the penalty on each number of a weight.

    >>> from cnncalc.layers.regularizers import L2
    >>> penalty_values(L2(0.1), np.array([3.0, -4.0])).round(3).tolist()
    [0.9, 1.6]
    """
    result: Array = regularizer.l1 * np.abs(weight) + regularizer.l2 * weight**2
    return result


def penalty_volumes(layer: Layer, weights: Sequence[Volume]) -> list[Volume]:
    """Return the penalty on each number of a layer's regularized weights."""
    return [
        _penalties(weight, regularizer)
        for weight in weights
        for regularizer in [layer.regularizers.get(weight.quantity.name)]
        if regularizer
    ]


def _penalties(weight: Volume, regularizer: L1L2) -> Volume:
    quantity = penalty_quantity(weight.quantity.layer, weight.quantity.name)
    terms = [f"{literal(regularizer.l1)}*ABS({{0}})"] * bool(regularizer.l1)
    terms += [f"{literal(regularizer.l2)}*{{0}}*{{0}}"] * bool(regularizer.l2)
    template = "+".join(terms) or "0*{0}"

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        formula = Formula(template, (find(weight.quantity, index, steps=EACH),))
        return tuple(
            replace(block, role="formula", quantity=quantity, formula=formula)
            for block in weight.draw(index, find)
        )

    words = [f"{regularizer.l1:g} × |weight|"] * bool(regularizer.l1)
    words += [f"{regularizer.l2:g} × weight²"] * bool(regularizer.l2)
    note = f"{' + '.join(words)}, added to the mean loss."
    group = f"Penalty on the {weight.quantity.name}"
    return replace(weight, group=group, quantity=quantity, draw=draw, notes=(note,))


def with_penalty(layer: Layer, gradient: Volume) -> Volume:
    """Return the gradient by a weight, with that of the weight's penalty added where it has one."""
    name = gradient.quantity.name
    regularizer = layer.regularizers.get(name)
    if gradient.quantity.kind != "gradient" or regularizer is None:
        return gradient
    slope = _slope(regularizer)
    weight = Quantity("weight", layer.name, name)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        own = find(weight, index, steps=EACH)
        return tuple(
            _penalized(block, Formula(slope, (own.moved(block.row, block.column),)))
            for block in gradient.draw(index, find)
        )

    words = [f" + {regularizer.l1:g} × sign of the weight"] * bool(regularizer.l1)
    words += [f" + {2 * regularizer.l2:g} × weight"] * bool(regularizer.l2)
    first, *more = gradient.notes
    note = f"{first.removesuffix('.')}{''.join(words)}."
    return replace(gradient, draw=draw, notes=(note, *more))


def _slope(regularizer: L1L2) -> str:
    """Return the template of what the penalty adds to the gradient by a weight."""
    first, second = literal(regularizer.l1), literal(2 * regularizer.l2)
    terms = [f"IF({{0}}>0,{first},IF({{0}}<0,-{first},0))"] * bool(regularizer.l1)
    terms += [f"{second}*{{0}}"] * bool(regularizer.l2)
    return "+".join(terms) or "0*{0}"


def _penalized(block: Block, slope: Formula) -> Block:
    assert isinstance(block.formula, Formula)  # noqa: S101 (a sum over samples is one formula)
    return replace(block, formula=added([block.formula, slope]))


def added_penalties(penalties: Sequence[Volume], find: Finder) -> Formula:
    """Return what all penalties add to the mean loss."""
    cells = [
        find(volume.quantity, item.index, (volume.height, volume.width))
        for volume in penalties
        for item in volume.items
    ]
    starts = range(0, len(cells), MOST_ARGUMENTS)
    sums = (range(start, min(start + MOST_ARGUMENTS, len(cells))) for start in starts)
    template = "+".join(f"SUM({','.join(f'{{{i}}}' for i in each)})" for each in sums)
    return Formula(template, tuple(cells))
