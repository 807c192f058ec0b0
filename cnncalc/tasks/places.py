"""Where an explained number stands among the numbers of its quantity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from cnncalc.explanation import Explanation, Position
from cnncalc.layers import Shape
from cnncalc.sheet.plan import Block, Quantity
from cnncalc.sheet.quantities import by_part, repeated_part
from cnncalc.sheet.training.backward import drawn_by_output
from cnncalc.sheet.training.passes import Scope
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import Trace
from cnncalc.trace.stage_names import GradientName
from cnncalc.training_step.branches import parts_handed_back
from cnncalc.training_step.explaining import gradient_of
from cnncalc.training_step.structure import GradientExplanation, StepRecord

__all__ = ["NumberPlace", "gradient_place", "number_place"]

NumberPlace = tuple[Quantity, Position]
"""A quantity, and the place of a number in it: row, column, and what indexes slices."""


def number_place(trace: Trace, explanation: Explanation) -> NumberPlace:
    """Return the place of a number of a trace: of a layer's last stage."""
    layer = explanation.layer
    quantity = Quantity("stage", layer.name, layer.stages[-1].name)
    shape = trace_values(trace)[quantity].shape
    return quantity, _as_cells(explanation.at, layer.output.shape, shape)


def gradient_place(
    record: StepRecord, explanation: GradientExplanation, blocks: Iterable[Block]
) -> NumberPlace:
    """Return the place of a number of a gradient among the blocks of a training."""
    shown = list(blocks)
    scope = Scope(record.number, explanation.sample)
    drawn = {block.quantity for block in shown}
    places = list(_candidates(record, explanation))
    local, at, shape = next(
        (place for place in places if scope.quantity(place[0]) in drawn), places[-1]
    )
    quantity = scope.quantity(local)
    cells = _cells_of([block for block in shown if block.quantity == quantity], shape)
    return quantity, _as_cells(at, shape, cells)


Candidate = tuple[Quantity, Position, Shape]


def _candidates(record: StepRecord, explanation: GradientExplanation) -> Iterator[Candidate]:
    """Yield what may draw a gradient's number, with its place and what that is a place in.

    What a merge repeats, it draws place by place, too; else its parts are all there is.
    """
    layer, name, at = explanation.layer, explanation.name, explanation.at
    step, taken = record.layer(layer.name), explanation.taken
    shape = gradient_of(record, layer.name, name).shape[explanation.sample is not None :]
    if name == GradientName.OUTPUT and step is not record.layers[-1]:
        layers = record.network.layers
        yield drawn_by_output(layers, record.layers.index(step)), at, shape
    elif taken is None:
        yield Quantity("gradient", layer.name, name), at, shape
    else:
        joined = step.layer_output.shape[1:]
        repeated = (*at[:-1], at[-1] % joined[-1])
        yield repeated_part(layer.name, taken.part), repeated, joined
        _, part = parts_handed_back(record, step)[taken.part]
        yield by_part(layer.name, taken.part), taken.at, part.shape[1:]


def _as_cells(at: Position, shape: Shape, cells: Shape) -> Position:
    """Return where a number stands among its cells, (row, column, and what indexes slices).

    They are the same numbers in the same order, in as many dimensions as their cells have.
    """
    return tuple(map(int, np.unravel_index(int(np.ravel_multi_index(at, shape)), cells)))


def _cells_of(blocks: list[Block], shape: Shape) -> Shape:
    """Return the shape of a quantity's cells: a vector's are rows and columns, or slices."""
    if len(shape) != 1 or not blocks:
        return shape
    if blocks[0].index:
        return (1, 1, *shape)
    return (
        max(block.first_row + block.height for block in blocks),
        max(block.first_column + block.width for block in blocks),
    )
