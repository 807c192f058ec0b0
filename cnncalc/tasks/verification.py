"""A workbook beside its calculation: whether its numbers agree, and in which cell one stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.explanation import Explanation
from cnncalc.files.paths import quoted
from cnncalc.files.engines import ENGINES, EngineName, recalculate
from cnncalc.files.xlsx_guard import check_workbook
from cnncalc.network import Array, Network, walk
from cnncalc.sheet.layers.drawn_weights import sum_sizes
from cnncalc.sheet.layouts.network import network_pages
from cnncalc.sheet.plan import Block, Plan, Quantity, Sheet, Specification
from cnncalc.sheet.quantities import WEIGHT_SUMS
from cnncalc.sheet.references import sheet_prefix
from cnncalc.sheet.training.inputs import wrong_input
from cnncalc.sheet.values import calculated_trace, computed_values
from cnncalc.tasks.argument_checks import as_path
from cnncalc.tasks.options import require_choice
from cnncalc.tasks.places import NumberPlace, gradient_place, number_place
from cnncalc.tasks.workbook_reading import Arrays, ExportedWorkbook, read_exported
from cnncalc.trace import Trace
from cnncalc.training.metrics import class_count
from cnncalc.training_step.structure import GradientExplanation, StepRecord
from cnncalc.verification.comparison import Evaluation, ExpectedBlock, Report, compare
from cnncalc.verification.term_sizes import prediction_sizes, term_sizes, training_size
from cnncalc.views.workbook.rendering import formula_rows

__all__ = [
    "compare_exported",
    "find_cell",
    "find_gradient_cell",
    "numbers_and_sizes",
    "verify",
    "verify_workbook",
]


def verify(workbook: str | Path, engine: EngineName = "auto") -> Report:
    """Recompute a workbook that cnncalc exported, and compare every formula with its number.

    Arguments: the `workbook`'s path; the `engine` that evaluates its formulas, "auto" for
    LibreOffice where it is found, else formualizer.
    Returns the report, whose `agrees` says whether nothing was found. Pixels, weights and biases
    count as they now stand.
    Raises InputError where the file is no such workbook or an input in it is no number,
    OptionError where the engine is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> from cnncalc import export_workbook
    >>> with TemporaryDirectory() as folder:
    ...     [path] = export_workbook(Path(folder) / "blur.xlsx", [[1, 2], [3, 4]], [[0.5, 0.5]])
    ...     verify(path, engine="formualizer").agrees
    True
    """
    from cnncalc.tasks.notebook.reports import NotebookReport  # no command waits for it

    require_choice(engine, "engine", ENGINES)
    return NotebookReport.of(verify_workbook(as_path(workbook, "workbook"), engine))


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


def compare_exported(exported: ExportedWorkbook, evaluation: Evaluation) -> Report:
    """Compare a workbook and an engine's evaluation of it with the calculation on its inputs.

    Raises InputError where an input is no number, or none that can be trained with.
    """
    count = len(exported.plan.specifications)
    inputs = [exported.inputs(number, evaluation.values) for number in range(count)]
    for number, given in enumerate(inputs):
        _require_trainable(exported, number, given)
    return compare(_expected(exported.plan, inputs), exported.cells, evaluation)


def _require_trainable(exported: ExportedWorkbook, number: int, inputs: Arrays) -> None:
    """Raise InputError, naming the cell, for a constant or a label that is out of range."""
    specification = exported.plan.specifications[number]
    if specification.training is None:
        return
    *_, (last, shape) = walk(specification.layers, specification.input_shape)
    found = wrong_input(specification.training, class_count(last.output_shape(shape)), inputs)
    if found:
        quantity, error = found
        message = f"{exported.cell(number, quantity)}: {error}"
        raise InputError(message)


def _expected(plan: Plan, inputs: Sequence[Arrays]) -> Iterator[ExpectedBlock]:
    """Yield every block that is not the user's, with the numbers that follow from the inputs."""
    calculations = [
        numbers_and_sizes(specification, given)
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


def numbers_and_sizes(specification: Specification, inputs: Arrays) -> tuple[Arrays, Arrays]:
    """Return all numbers of a calculation, and the sizes of the terms behind them."""
    values = computed_values(specification, inputs)
    if specification.layout == "output size":
        return values, {}
    if specification.training is not None:
        return values, _training_sizes(specification, values)
    trace = calculated_trace(specification, inputs)
    by_place = term_sizes(trace)
    sizes = {
        Quantity(kind, *place): size
        for place, size in by_place.items()
        for kind in ("stage", "helper")
    }
    for name, size in prediction_sizes(trace, by_place).items():
        sizes[Quantity("prediction", "", name)] = size
    if WEIGHT_SUMS in values:
        volumes = [volume for page in network_pages(specification) for volume in page.volumes]
        sizes[WEIGHT_SUMS] = sum_sizes(volumes, values)
    return values, {key: sizes[key].reshape(values[key].shape) for key in values if key in sizes}


def _training_sizes(specification: Specification, values: Arrays) -> Arrays:
    """Return the sizes behind the numbers of a training: a layer's gradients are alike."""

    def kind(name: Quantity) -> Quantity:
        return Quantity("gradient", name.layer, "", name.step) if name.kind == "gradient" else name

    alike: dict[Quantity, list[Array]] = defaultdict(list)
    for name, array in values.items():
        alike[kind(name)].append(array)
    steps = len(specification.training.batches) if specification.training else 1
    is_normalized = any(layer.needs_batch for layer in specification.layers)
    sizes = {
        name: training_size(arrays, steps, is_normalized=is_normalized)
        for name, arrays in alike.items()
    }
    return {name: np.full(array.shape, sizes[kind(name)]) for name, array in values.items()}


def find_cell(path: Path, trace: Trace, explanation: Explanation) -> str:
    """Return the sheet and cell of an explained number, such as "'Step 3'!C7".

    Arguments: the `path` of a workbook that cnncalc exported of the traced network; the number's
    `explanation`.
    Raises InputError where the workbook is none, or one of another network.
    """
    plan = read_exported(check_workbook(path).content).plan
    number = _specification(plan, trace.network, path, is_training=False)
    return _find(plan, number, number_place(trace, explanation), path)


def find_gradient_cell(path: Path, record: StepRecord, explanation: GradientExplanation) -> str:
    """Return the sheet and cell of an explained gradient, such as "'Step 1'!C7".

    Arguments: the `path` of a workbook that cnncalc exported of the training of the same network;
    the `record` of its first step; the number's `explanation`.
    Raises InputError where the workbook is none, or one of another network.
    """
    plan = read_exported(check_workbook(path).content).plan
    number = _specification(plan, record.network, path, is_training=True)
    blocks = (
        block for sheet in plan.sheets if sheet.specification == number for block in sheet.blocks
    )
    return _find(plan, number, gradient_place(record, explanation, blocks), path)


def _blocks(plan: Plan, number: int, quantity: Quantity) -> Iterator[tuple[Sheet, Block]]:
    for sheet in plan.sheets:
        for block in sheet.blocks:
            if sheet.specification == number and block.quantity == quantity:
                yield sheet, block


def _find(plan: Plan, number: int, place: NumberPlace, path: Path) -> str:
    """Return the sheet and cell of one number of a quantity."""
    quantity, (row, column, *index) = place
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
