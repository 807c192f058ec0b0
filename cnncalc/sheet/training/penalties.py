"""What regularizers draw: the penalty on each weight, its sums, what it adds to its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnncalc.layers import Layer
from cnncalc.layers.regularizers import L1L2
from cnncalc.network import Array
from cnncalc.rules.losses import penalty, penalty_slope, penalty_slope_words
from cnncalc.rules.spelling import words
from cnncalc.sheet.blocks import EACH, Finder, Index
from cnncalc.sheet.formulas import added, apply, written
from cnncalc.sheet.plan import Block, Formula, Quantity
from cnncalc.sheet.quantities import of_batch
from cnncalc.sheet.vector_cells import Grid, as_cells
from cnncalc.sheet.volumes import ONE_SLICE, Volume, formed_like

__all__ = [
    "Penalty",
    "added_penalties",
    "penalty_values",
    "penalty_volumes",
    "with_penalty",
]


class Penalty(NamedTuple):
    """The penalty on each number of a weight, and a table of the sums of its slices."""

    numbers: Volume
    sums: Volume


def _numbers(weight: Quantity) -> Quantity:
    return of_batch(weight.layer, f"penalty {weight.name}")


def _sums(weight: Quantity) -> Quantity:
    return of_batch(weight.layer, f"penalty sums {weight.name}")


def penalty_values(
    weight: Quantity, regularizer: L1L2, numbers: Array, grid: Grid | None
) -> dict[Quantity, Array]:
    """Return the penalty on each number of a weight, and the sum of each of its slices.

    Arguments: the `weight`; its `regularizer`; its `numbers`; the `grid` of its layer's output.

    >>> from cnncalc.layers.regularizers import L2
    >>> kernel = Quantity("weight", "dense", "kernel")
    >>> values = penalty_values(kernel, L2(0.1), np.array([[3.0, -4.0]]), Grid(1, 2))
    >>> [array.round(3).tolist() for array in values.values()]
    [[[0.9, 1.6]], [[2.5]]]
    """
    penalties: Array = regularizer.l1 * np.abs(numbers) + regularizer.l2 * numbers**2
    cells = penalties.reshape(as_cells(numbers.shape, grid))
    # A kernel of units at positions is drawn in columns.
    slices = cells[:, np.newaxis] if grid is None and cells.ndim == 2 else cells
    sums = np.atleast_2d(slices.sum(axis=(0, 1))).T
    return {_numbers(weight): cells, _sums(weight): sums}


def penalty_volumes(layer: Layer, weights: Sequence[Volume]) -> list[Penalty]:
    """Return the penalties on a layer's regularized weights."""
    return [
        _penalty(weight, regularizer)
        for weight in weights
        for regularizer in [layer.penalties.get(weight.quantity.name)]
        if regularizer
    ]


def _penalty(weight: Volume, regularizer: L1L2) -> Penalty:
    rule = penalty(regularizer)

    def formula(index: Index, find: Finder) -> Formula:
        return written(rule, {"weight": find(weight.quantity, index, steps=EACH)})

    is_none = not (regularizer.l1 or regularizer.l2)
    said = f"{'0' if is_none else words(rule)}, added to the mean loss."
    drawn = formed_like(weight, _numbers(weight.quantity), formula)
    title = f"Penalty on the {weight.quantity.name}"
    numbers = replace(drawn, title=title, rule=said, notes=())
    return Penalty(numbers, _summed(numbers, _sums(weight.quantity)))


def _summed(numbers: Volume, quantity: Quantity) -> Volume:
    """Return a table of the sums of slices: a row for each filter, a column for each channel."""
    places = {item.index: _place(item.index) for item in numbers.items}
    height, width = (1 + max(place[axis] for place in places.values()) for axis in (0, 1))

    def draw(_: Index, find: Finder) -> tuple[Block, ...]:
        size = (numbers.height, numbers.width)
        return tuple(
            Block(*place, 1, 1, "formula", quantity, (), *place, apply("SUM({0})", cells))
            for index, place in places.items()
            for cells in [find(numbers.quantity, index, size)]
        )

    what = (f"Sums of the {numbers.title.lower()}", numbers.layer, quantity, height, width)
    return Volume(*what, ONE_SLICE, draw, "The penalties of each slice, added up.")


def _place(index: Index) -> tuple[int, int]:
    """Return the row and the column of a slice's sum: the last of its numbers is its filter's."""
    row, column, *_ = (*reversed(index), 0, 0)
    return row, column


def with_penalty(layer: Layer, gradient: Volume) -> Volume:
    """Return the gradient by a weight, with that of the weight's penalty added where it has one."""
    name = gradient.quantity.name
    regularizer = layer.penalties.get(name)
    if gradient.quantity.kind != "gradient" or regularizer is None:
        return gradient
    slope = penalty_slope(regularizer)
    weight = Quantity("weight", layer.name, name)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        cell = find(weight, index, steps=EACH)
        return tuple(
            _penalized(block, written(slope, {"weight": cell.moved(block.row, block.column)}))
            for block in gradient.draw(index, find)
        )

    added_words = "".join(f" + {term}" for term in penalty_slope_words(regularizer))
    return replace(gradient, draw=draw, rule=f"{gradient.rule.removesuffix('.')}{added_words}.")


def _penalized(block: Block, slope: Formula) -> Block:
    assert isinstance(block.formula, Formula)  # noqa: S101 (a sum over samples is one formula)
    return replace(block, formula=added([block.formula, slope]))


def added_penalties(sums: Sequence[Volume], find: Finder) -> Formula:
    """Return what penalties add to the mean loss, given the tables of their sums."""
    return added(
        [apply("SUM({0})", find(table.quantity, (), (table.height, table.width))) for table in sums]
    )
