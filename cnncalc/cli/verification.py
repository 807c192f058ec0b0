"""The verification of a workbook: where what was planned meets what a file holds."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.formulas import read_cells
from cnncalc.files.paths import quoted
from cnncalc.files.recalculation.engines import EngineName, recalculate
from cnncalc.files.xlsx_guard import LIMITS, check_workbook
from cnncalc.network import Array
from cnncalc.trace import record
from cnncalc.verification import (
    CellValue,
    Evaluation,
    ExpectedBlock,
    Place,
    Report,
    WorkbookCells,
    compare,
)
from cnncalc.verification.term_sizes import term_sizes
from cnncalc.views.workbook.about import read_about
from cnncalc.views.workbook.layouts.furniture import ABOUT
from cnncalc.views.workbook.limits import estimate
from cnncalc.views.workbook.plan import Block, Plan, Quantity, Sheet, Specification
from cnncalc.views.workbook.planning import make_plan
from cnncalc.views.workbook.rendering import formula_rows
from cnncalc.views.workbook.values import (
    IMAGE,
    calculated_network,
    computed_values,
    input_shapes,
)

__all__ = ["ExportedWorkbook", "compare_exported", "read_exported", "verify_workbook"]

Arrays = Mapping[Quantity, Array]
Numbers = Mapping[Place, CellValue]


@dataclass(frozen=True)
class ExportedWorkbook:
    """An exported workbook: its cells as they stand, and the plan it was written from."""

    cells: WorkbookCells
    plan: Plan


def verify_workbook(path: Path, engine: EngineName = "auto") -> Report:
    """Recompute a workbook that cnncalc exported, from its inputs as they now stand, and compare.

    Arguments: the `path` of an .xlsx file; the `engine` that evaluates its formulas.
    Returns the report.
    Raises InputError where the file is no such workbook or an input in it is no number,
    OptionError where the engine is not installed.
    """
    content = check_workbook(path).content
    exported = read_exported(content)
    return compare_exported(exported, recalculate([content], engine)[0])


def read_exported(content: bytes) -> ExportedWorkbook:
    """Read a workbook that cnncalc exported.

    Arguments: the `content` of an .xlsx file that has been checked to be safe.
    Raises InputError where it is no such workbook.
    """
    cells = read_cells(content)
    return ExportedWorkbook(cells, _plan(cells))


def compare_exported(exported: ExportedWorkbook, evaluation: Evaluation) -> Report:
    """Compare a workbook and an engine's evaluation of it with the calculation on its inputs.

    Raises InputError where an input is no number.
    """
    plan, cells = exported.plan, exported.cells
    # A constant is read from the file itself: an engine may round it.
    numbers = ChainMap(dict(cells.constants), dict(evaluation.values))
    inputs = [_inputs(plan, number, numbers) for number in range(len(plan.specifications))]
    return compare(_expected(plan, inputs), cells, evaluation)


def _plan(cells: WorkbookCells) -> Plan:
    """Make the plan again that the workbook was written from."""
    specifications = _specifications(cells)
    inputs = sum(prod(shape) for each in specifications for shape in input_shapes(each).values())
    if inputs > len(cells.constants) + len(cells.formulas):
        message = (
            f"the workbook must hold the {inputs:,} pixels and weights that its sheet {ABOUT} "
            f"tells of. Received: {len(cells.constants) + len(cells.formulas):,} cells"
        )
        raise InputError(message)
    plan = make_plan(specifications)
    size = estimate(plan)
    if size.formulas + size.numbers > LIMITS.cells:
        message = f"a workbook of at most {LIMITS.cells:,} cells can be verified"
        raise InputError(message)
    _require_sheets(plan, cells)
    return plan


def _specifications(cells: WorkbookCells) -> tuple[Specification, ...]:
    """Read the About sheet."""
    about = {place[1:]: value for place, value in cells.constants.items() if place.sheet == ABOUT}
    if not about:
        message = (
            f"only a workbook that cnncalc exported can be verified: it has a sheet {ABOUT}. "
            "Received: a workbook without one"
        )
        raise InputError(message)
    last = max(row for row, _ in about)
    return read_about([about.get((row, 0)), about.get((row, 1))] for row in range(last + 1))


def _require_sheets(plan: Plan, cells: WorkbookCells) -> None:
    present = {place.sheet for place in (*cells.constants, *cells.formulas)}
    for sheet in plan.sheets:
        if sheet.name not in present:
            message = (
                f"the workbook must have its sheet {quoted(sheet.name)}, by this name. "
                f"Received: {', '.join(quoted(name) for name in sorted(present))}"
            )
            raise InputError(message)


def _inputs(plan: Plan, number: int, numbers: Numbers) -> Arrays:
    """Read the pixels and weights of one calculation."""
    shapes = input_shapes(plan.specifications[number])
    arrays = {quantity: np.full(shape, np.nan) for quantity, shape in shapes.items()}
    for sheet in plan.sheets:
        for block in sheet.blocks:
            if sheet.specification == number and block.is_input:
                block.slice(arrays)[...] = _block_numbers(sheet, block, numbers)
    return arrays


def _block_numbers(sheet: Sheet, block: Block, numbers: Numbers) -> Array:
    """Return the numbers of a block's cells, or name the first cell that has none."""
    result = np.empty((block.height, block.width))
    for row, column in np.ndindex(result.shape):
        found = numbers.get(Place(sheet.name, block.row + row, block.column + column))
        if not isinstance(found, float):
            what = "nothing" if found is None else quoted(str(found))
            message = (
                f"{block.address(row, column)} of sheet {quoted(sheet.name)} must hold a number, "
                f"as all {block.role} do. Received: {what}"
            )
            raise InputError(message)
        result[row, column] = found
    return result


def _expected(plan: Plan, inputs: Sequence[Arrays]) -> Iterator[ExpectedBlock]:
    """Yield every block that is not the user's, with the numbers that follow from the inputs."""
    calculations = [
        _calculation(specification, given)
        for specification, given in zip(plan.specifications, inputs, strict=True)
    ]
    for sheet in plan.sheets:
        values, sizes = calculations[sheet.specification]
        for block in sheet.blocks:
            if not block.is_input:
                yield ExpectedBlock(
                    sheet.name,
                    block.row,
                    block.column,
                    block.slice(values),
                    list(formula_rows(block)) or None,
                    block.slice(sizes) if block.quantity in sizes else None,
                )


def _calculation(specification: Specification, inputs: Arrays) -> tuple[Arrays, Arrays]:
    """Return all numbers of a calculation, and the sizes of the terms behind them."""
    values = computed_values(specification, inputs)
    if specification.layout == "output size":
        return values, {}
    trace = record(calculated_network(specification, inputs), inputs[IMAGE])
    sizes = term_sizes(trace)
    return values, {key: sizes[key[1:]] for key in values if key[1:] in sizes}
