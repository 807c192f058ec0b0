"""In which cell of an exported workbook a number of a network stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.explanation import Explanation, Position
from cnncalc.files.paths import quoted
from cnncalc.files.xlsx_guard import check_workbook
from cnncalc.layers import Shape
from cnncalc.network import Network
from cnncalc.sheet.plan import Block, Plan, Quantity, Sheet
from cnncalc.sheet.references import sheet_prefix
from cnncalc.sheet.training.passes import Scope
from cnncalc.sheet.vector_cells import trace_values
from cnncalc.tasks.exported import read_exported
from cnncalc.trace import Trace
from cnncalc.training_step.explaining import gradient_of
from cnncalc.training_step.structure import GradientExplanation, StepRecord

__all__ = ["find_cell", "find_gradient_cell"]


def find_cell(path: Path, trace: Trace, explanation: Explanation) -> str:
    """Return the sheet and cell of an explained number, such as "'Step 3'!C7".

    Arguments: the `path` of a workbook that cnncalc exported of the traced network; the number's
    `explanation`.
    Raises InputError where the workbook is none, or one of another network.
    """
    plan = read_exported(check_workbook(path).content).plan
    number = _specification(plan, trace.network, path, is_training=False)
    layer = explanation.layer
    quantity = Quantity("stage", layer.name, layer.stages[-1].name)
    place = _as_cells(explanation.at, layer.output.shape, trace_values(trace)[quantity].shape)
    return _find(plan, number, quantity, place, path)


def find_gradient_cell(path: Path, record: StepRecord, explanation: GradientExplanation) -> str:
    """Return the sheet and cell of an explained gradient, such as "'Step 1'!C7".

    Arguments: the `path` of a workbook that cnncalc exported of the training of the same network;
    the `record` of its first step; the number's `explanation`.
    Raises InputError where the workbook is none, or one of another network.
    """
    plan = read_exported(check_workbook(path).content).plan
    number = _specification(plan, record.network, path, is_training=True)
    layer, name = explanation.layer.name, explanation.name
    names = [step.layer.name for step in record.layers]
    if name == "output" and layer != names[-1]:
        # The next layer draws it, as the gradient by what it takes in.
        layer, name = names[names.index(layer) + 1], "input"
    local = Quantity("gradient", layer, name)
    quantity = Scope(record.number, explanation.sample).quantity(local)
    shape = gradient_of(record, explanation.layer.name, explanation.name).shape
    shape = shape if explanation.sample is None else shape[1:]
    place = _as_cells(explanation.at, shape, _cells_of(plan, number, quantity, shape))
    return _find(plan, number, quantity, place, path)


def _as_cells(at: Position, shape: Shape, cells: Shape) -> Position:
    """Return where a number stands among its cells, (row, column, and what indexes slices).

    They are the same numbers in the same order, in as many dimensions as their cells have.
    """
    return tuple(map(int, np.unravel_index(int(np.ravel_multi_index(at, shape)), cells)))


def _cells_of(plan: Plan, number: int, quantity: Quantity, shape: Shape) -> Shape:
    """Return the shape of a quantity's cells: a vector's are rows and columns, or slices."""
    blocks = [block for _, block in _blocks(plan, number, quantity)]
    if len(shape) != 1 or not blocks:
        return shape
    if blocks[0].index:
        return (1, 1, *shape)
    return (
        max(block.first_row + block.height for block in blocks),
        max(block.first_column + block.width for block in blocks),
    )


def _blocks(plan: Plan, number: int, quantity: Quantity) -> Iterator[tuple[Sheet, Block]]:
    for sheet in plan.sheets:
        for block in sheet.blocks:
            if sheet.specification == number and block.quantity == quantity:
                yield sheet, block


def _find(plan: Plan, number: int, quantity: Quantity, place: Position, path: Path) -> str:
    """Return the sheet and cell of one number of a quantity."""
    row, column, *index = place
    for sheet, block in _blocks(plan, number, quantity):
        if _inside(block, row, column) and block.index == tuple(index):
            address = block.address(row - block.first_row, column - block.first_column)
            return sheet_prefix(sheet.name) + address
    message = f"{quoted(path)} must hold the numbers of {quantity.layer}. Received: no cell of them"
    raise InputError(message)


def _specification(plan: Plan, network: Network, path: Path, *, is_training: bool) -> int:
    """Return which of a workbook's calculations is that of a network, or of its training."""
    wanted = (network.layers, network.input_shape, is_training)
    for number, specification in enumerate(plan.specifications):
        if (
            specification.layers,
            specification.input_shape,
            specification.training is not None,
        ) == wanted:
            return number
    what = "the training of this network" if is_training else "this network"
    message = f"{quoted(path)} must be a workbook of {what}. Received: one of another"
    raise InputError(message)


def _inside(block: Block, row: int, column: int) -> bool:
    return (
        block.first_row <= row < block.first_row + block.height
        and block.first_column <= column < block.first_column + block.width
    )
