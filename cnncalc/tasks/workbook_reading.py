"""What stands in a workbook that cnncalc exported: its plan, and its image and weights by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.kernels import Kernel
from cnncalc.files.paths import printable, quoted
from cnncalc.files.pixels import PixelInput, pixel_values
from cnncalc.files.workbooks import Outline, read_cells, read_outline
from cnncalc.files.xlsx_guard import EXPORTED_LIMITS, check_workbook
from cnncalc.layers import Layer, Shape
from cnncalc.network import Array, walk
from cnncalc.rules import law_of
from cnncalc.rules.directions import Copies
from cnncalc.sheet.layouts.sheet_parts import ABOUT, SOLUTION
from cnncalc.sheet.plan import Block, Plan, Quantity, Role, Sheet, Specification
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.quantities import CLASS_NAMES
from cnncalc.sheet.size import estimate
from cnncalc.sheet.values import input_shapes
from cnncalc.verification.comparison import CellValue, Place, WorkbookCells
from cnncalc.verification.reading_limits import MOST_CELLS
from cnncalc.views.workbook.about import read_about
from cnncalc.wording import listed, size_text

__all__ = ["Arrays", "ExportedWorkbook", "exported_image", "exported_kernels", "read_exported"]

Arrays = Mapping[Quantity, Array]
Numbers = Mapping[Place, CellValue]

# A sheet that each report has.
REPORT_SHEET = "Summary"

_INPUTS = {
    "pixels": "all pixels do",
    "weights": "all weights do",
    "name": "each class's name does",
    "choice": "what is chosen does",
}


@dataclass(frozen=True)
class ExportedWorkbook:
    """An exported workbook: its cells as they stand, and the plan it was written from."""

    cells: WorkbookCells
    plan: Plan

    def inputs(self, number: int, evaluated: Numbers) -> Arrays:
        """Return the image and weights of one calculation as they now stand.

        Arguments: the calculation's `number` in the plan; the `evaluated` values of formulas, for
        pixels and weights that a user gave a formula of their own.
        Raises InputError, naming the cell, where one is no number.
        """
        shapes = input_shapes(self.plan.specifications[number])
        return {quantity: self.input(number, quantity, evaluated) for quantity in shapes}

    def input(self, number: int, quantity: Quantity, evaluated: Numbers) -> Array:
        """Return the image, or one weight, of one calculation; as `inputs`."""
        shape = input_shapes(self.plan.specifications[number])[quantity]
        array = np.full(shape, np.nan, dtype=object if quantity == CLASS_NAMES else float)
        for sheet in self.plan.sheets:
            for block in sheet.blocks:
                if (sheet.specification, block.quantity) == (number, quantity) and block.is_input:
                    numbers = self._block_numbers(sheet, block, evaluated)
                    block.slice({quantity: array})[...] = numbers
        return array

    def cell(self, number: int, quantity: Quantity) -> str:
        """Return what the first cell of a quantity is called, such as F5 of sheet 'Dashboard'."""
        return next(
            f"{block.address(0, 0)} of sheet {quoted(sheet.name)}"
            for sheet in self.plan.sheets
            for block in sheet.blocks
            if (sheet.specification, block.quantity) == (number, quantity)
        )

    def _block_numbers(self, sheet: Sheet, block: Block, evaluated: Numbers) -> Array:
        """Return the numbers of a block's cells, or name the first cell that has none."""
        is_name = block.role == "name"
        result = np.empty((block.height, block.width), dtype=object if is_name else float)
        for row, column in np.ndindex(result.shape):
            place = Place(sheet.name, block.row + row, block.column + column)
            # A constant is read from the file itself: an engine may round it.
            found = self.cells.constants.get(place, evaluated.get(place))
            if not isinstance(found, float | str if is_name else float):
                what = "nothing" if found is None else quoted(str(found))
                wanted = "text" if is_name else "number"
                message = (
                    f"{block.address(row, column)} of sheet {quoted(sheet.name)} must hold a "
                    f"{wanted}, as {_INPUTS[block.role]}. Received: {what}"
                )
                raise InputError(message + (_hint(block) if found is None else ""))
            result[row, column] = found
        return result


def _hint(block: Block) -> str:
    """Say how a cell may have come to be empty."""
    zero = " type 0 for an empty pixel" if block.role == "pixels" else ""
    return f" (was a row or column inserted, or the cell emptied?{zero})"


def read_exported(content: bytes) -> ExportedWorkbook:
    """Read a workbook that cnncalc exported.

    Arguments: the `content` of an .xlsx file that has been checked to be safe.
    Raises InputError where it is no such workbook.
    """
    # Whatever else it holds, only what is ours is worth the time to read it.
    specifications = _specifications(content)
    cells = read_cells(content)
    return ExportedWorkbook(cells, _plan(specifications, cells))


def _plan(specifications: Sequence[Specification], cells: WorkbookCells) -> Plan:
    """Make the plan again that the workbook was written from."""
    inputs = sum(
        prod(shape)
        for specification in specifications
        for shape in input_shapes(specification).values()
    )
    if inputs > len(cells.constants) + len(cells.formulas):
        message = (
            f"the workbook must hold the {inputs:,} pixels and weights that its sheet {ABOUT} "
            f"tells of. Received: {len(cells.constants) + len(cells.formulas):,} cells"
        )
        raise InputError(message)
    # A layer may ask for more than can even be planned.
    _require_moderate(sum(_numbers(specification) for specification in specifications))
    plan = make_plan(specifications)
    _require_moderate(estimate(plan).cells)
    _require_sheets(plan, cells)
    return plan


def _numbers(specification: Specification) -> int:
    """Return how many numbers the layers of a calculation put out, for all samples it has."""
    walked = walk(specification.layers, specification.input_shape)
    numbers = sum(prod(layer.output_shape(shape)) for layer, shape in walked)
    training = specification.training
    return numbers * (sum(map(len, training.batches)) if training else 1)


def _require_moderate(cells: int) -> None:
    if cells > MOST_CELLS:
        message = f"a workbook of at most {MOST_CELLS:,} cells can be verified"
        raise InputError(message)


def _specifications(content: bytes) -> tuple[Specification, ...]:
    """Read the About sheet."""
    outline = read_outline(content)
    about = {place[1:]: value for place, value in read_cells(content, ABOUT).constants.items()}
    if not about:
        message = (
            f"only a workbook that cnncalc exported can be verified: it has a sheet {ABOUT}. "
            f"Received: {_without_about(outline)}"
        )
        raise InputError(message)
    last = max(row for row, _ in about)
    rows = ([about.get((row, 0)), about.get((row, 1))] for row in range(last + 1))
    try:
        return read_about(rows)
    except InputError as error:
        message = f"{error}{_uncovered(outline)}"
        raise InputError(message) from error


def _without_about(outline: Outline) -> str:
    """Say what a workbook is that has no sheet About."""
    if not outline.is_own:
        return "a workbook without one"
    if REPORT_SHEET in outline.names:
        return "the report of a training, which holds what was measured, and no calculation"
    return f"one whose sheets are {listed(map(quoted, outline.names))}"


def _uncovered(outline: Outline) -> str:
    """Say of a worksheet that a program has shown the solution hidden in it, or all but shown."""
    for sheet in outline.sheets:
        if (
            sheet.name.startswith(f"{SOLUTION} ")
            and sheet.state != "veryHidden"
            and outline.program
        ):
            how = "shows" if sheet.state == "visible" else "no longer hides well"
            return f". {outline.program} saved it, and it {how} its solution, {quoted(sheet.name)}"
    return ""


def _require_sheets(plan: Plan, cells: WorkbookCells) -> None:
    present = {place.sheet for place in (*cells.constants, *cells.formulas)}
    for sheet in plan.sheets:
        if sheet.name not in present:
            message = (
                f"the workbook must have its sheet {quoted(sheet.name)}, by this name. "
                f"Received: {', '.join(quoted(name) for name in sorted(present))}"
            )
            raise InputError(message)


def exported_image(path: Path, sheet: str | None = None) -> PixelInput | None:
    """Read the image of an exported workbook.

    Arguments: the `path` of an .xlsx file; the `sheet` it stands on, left out the first one.
    Returns None where the file, or the sheet, holds no image that cnncalc exported.
    Raises InputError, naming the cell, where a pixel is no number.
    """
    found = _find(path, sheet, "pixels")
    if found is None:
        return None
    pixels = found.workbook.input(found.number, found.quantity, found.workbook.cells.stored)
    values = pixel_values(pixels)
    name, size = printable(path.name), "×".join(map(str, values.shape))
    description = f"{name}: the exported image on sheet {quoted(found.sheet)}, {size}"
    return PixelInput(values, name, description, "sheet", sheet=found.sheet)


def exported_kernels(path: Path, sheet: str | None = None) -> tuple[Kernel, ...]:
    """Read the kernels of an exported workbook: those of its first convolution.

    Arguments: the `path` of an .xlsx file; the `sheet` they stand on, left out the first one.
    Returns one kernel a filter, none where the file, or the sheet, holds no exported weights.
    Raises InputError, naming the cell, where a weight is no number, and where the kernels of a
    depthwise layer are no longer the same for every channel.
    """
    found = _find(path, sheet, "weights")
    if found is None:
        return ()
    values = found.workbook.input(found.number, found.quantity, found.workbook.cells.stored)
    if found.is_by_channel:
        values = _for_every_channel(values)
    name = printable(path.name)
    filters = [pixel_values(values[..., number]) for number in range(values.shape[3])]
    size, count = size_text(filters[0].shape), len(filters)
    size = f"{count} of {size}" if count > 1 else size
    description = f"{name}: the exported weights on sheet {quoted(found.sheet)}, {size}"
    return tuple(
        Kernel(f"{name} filter {number}" if count > 1 else name, weights, description, found.sheet)
        for number, weights in enumerate(filters, start=1)
    )


def _for_every_channel(kernels: Array) -> Array:
    """Return depthwise kernels (height, width, channels, filters) as 2-D ones, one channel deep."""
    if (kernels != kernels[:, :, :1]).any():
        message = (
            "a depthwise kernel can be read where it is the same for every channel. "
            "Received: one that differs from channel to channel"
        )
        raise InputError(message)
    return kernels[:, :, :1]


@dataclass(frozen=True)
class _Found:
    """A sheet of an exported workbook, and the first quantity of a role on it."""

    workbook: ExportedWorkbook
    number: int
    sheet: str
    quantity: Quantity

    @property
    def has_filters(self) -> bool:
        """Whether the quantity belongs to a layer with filters."""
        return any(layer.has_filters for layer, _ in self._layers())

    @property
    def is_by_channel(self) -> bool:
        """Whether it is the kernel of a layer that convolves each channel by itself."""
        laws = (law_of(layer, shape) for layer, shape in self._layers())
        return any(isinstance(law.directions[-1], Copies) for law in laws)

    def _layers(self) -> list[tuple[Layer, Shape]]:
        """Return the quantity's layer, and its input's shape; an image has none."""
        specification = self.workbook.plan.specifications[self.number]
        walked = walk(specification.layers, specification.input_shape)
        return [(layer, shape) for layer, shape in walked if layer.name == self.quantity.layer]


def _find(path: Path, name: str | None, role: Role) -> _Found | None:
    """Find the first image or weights of an exported workbook, on one sheet or on any."""
    try:
        content = check_workbook(path, EXPORTED_LIMITS).content
        if ABOUT not in read_outline(content).names:
            return None
        workbook = read_exported(content)
    except InputError:
        return None  # whoever reads it as a plain workbook says what is wrong with it
    for sheet in workbook.plan.sheets:
        for block in sheet.blocks:
            is_named = name is None or name.casefold() == sheet.name.casefold()
            if is_named and block.role == role and block.quantity.name in ("", "kernel"):
                found = _Found(workbook, sheet.specification, sheet.name, block.quantity)
                # A dense layer's weights are no filters.
                if role == "pixels" or found.has_filters:
                    return found
    return None
