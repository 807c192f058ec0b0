"""In which cell of an exported workbook a number of a network stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cnncalc.cli.exported import read_exported
from cnncalc.errors import InputError
from cnncalc.explanation import Explanation
from cnncalc.files.paths import quoted
from cnncalc.files.xlsx_guard import check_workbook
from cnncalc.trace import Trace
from cnncalc.views.workbook.plan import Block, Plan, Quantity
from cnncalc.views.workbook.references import sheet_prefix
from cnncalc.views.workbook.trace_values import trace_values

__all__ = ["find_cell"]


def find_cell(path: Path, trace: Trace, explanation: Explanation) -> str:
    """Return the sheet and cell of an explained number, such as "'Step 3'!C7".

    Arguments: the `path` of a workbook that cnncalc exported of the traced network; the number's
    `explanation`.
    Raises InputError where the workbook is none, or one of another network.
    """
    plan = read_exported(check_workbook(path).content).plan
    number = _specification(plan, trace, path)
    layer = explanation.layer
    quantity = Quantity("stage", layer.name, layer.stages[-1].name)
    # The same numbers in the same order, in as many dimensions as their cells have.
    flat = int(np.ravel_multi_index(explanation.at, layer.output.shape))
    place = np.unravel_index(flat, trace_values(trace)[quantity].shape)
    row, column, *index = (int(each) for each in place)
    for sheet in plan.sheets:
        for block in sheet.blocks:
            inside = _inside(block, row, column) and block.index == tuple(index)
            if sheet.specification == number and block.quantity == quantity and inside:
                address = block.address(row - block.first_row, column - block.first_column)
                return sheet_prefix(sheet.name) + address
    message = f"{quoted(path)} must hold the numbers of {layer.name}. Received: no cell of them"
    raise InputError(message)


def _specification(plan: Plan, trace: Trace, path: Path) -> int:
    """Return which of a workbook's calculations is that of a trace."""
    wanted = (trace.network.layers, trace.network.input_shape)
    for number, each in enumerate(plan.specifications):
        if (each.layers, each.input_shape) == wanted:
            return number
    message = f"{quoted(path)} must be a workbook of this network. Received: one of another"
    raise InputError(message)


def _inside(block: Block, row: int, column: int) -> bool:
    return (
        block.first_row <= row < block.first_row + block.height
        and block.first_column <= column < block.first_column + block.width
    )
