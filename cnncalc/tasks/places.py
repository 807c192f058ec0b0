"""Where an explained number stands among the numbers of its quantity."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cnncalc.explanation import Explanation, Position
from cnncalc.layers import Shape
from cnncalc.sheet.plan import Block, Quantity
from cnncalc.sheet.training.passes import Scope
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.trace import Trace
from cnncalc.trace.stage_names import GradientName
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
    layer, name = explanation.layer.name, explanation.name
    names = [step.layer.name for step in record.layers]
    if name == GradientName.OUTPUT and layer != names[-1]:
        # The next layer draws it, as the gradient by what it takes in.
        layer, name = names[names.index(layer) + 1], GradientName.INPUT
    local = Quantity("gradient", layer, name)
    quantity = Scope(record.number, explanation.sample).quantity(local)
    shape = gradient_of(record, explanation.layer.name, explanation.name).shape
    shape = shape if explanation.sample is None else shape[1:]
    cells = _cells_of([block for block in blocks if block.quantity == quantity], shape)
    return quantity, _as_cells(explanation.at, shape, cells)


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
