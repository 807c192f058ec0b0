"""The cells of .xlsx workbooks with their formulas, and with the values stored beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted
from cnncalc.files.spreadsheet_places import cell_name
from cnncalc.files.xlsx_cells import Cell, CellReader, Formula, Special
from cnncalc.files.xlsx_package import open_package
from cnncalc.verification.cells import CellValue, Place, WorkbookCells

__all__ = ["formula_places", "read_cells", "read_stored_values", "sheet_names"]

_SOURCE = "the file"


def read_cells(content: bytes) -> WorkbookCells:
    """Read every cell of a workbook.

    Arguments: the `content` of an .xlsx file that has been checked to be safe.
    Returns its constants, its formulas and its stored values.
    Raises InputError where the workbook is damaged; a damaged cell is named.
    """
    constants: dict[Place, CellValue] = {}
    formulas: dict[Place, str] = {}
    stored: dict[Place, CellValue] = {}
    shared: dict[tuple[str, str], Any] = {}
    for place, cell in _cells(content):
        value = _value(place, cell)
        if cell.formula is not None:
            formulas[place] = _written_out(place, cell.formula, shared)
        if value is not None:
            (constants if cell.formula is None else stored)[place] = value
    return WorkbookCells(constants, formulas, stored)


def read_stored_values(content: bytes) -> dict[Place, CellValue]:
    """Read the value of every cell that has one, a formula's as it is stored.

    Arguments and errors are those of `read_cells`.
    """
    values = ((place, _value(place, cell)) for place, cell in _cells(content))
    return {place: value for place, value in values if value is not None}


def formula_places(content: bytes) -> Iterator[Place]:
    """Yield where the formulas of a workbook stand, row by row.

    Arguments and errors are those of `read_cells`.
    """
    return (place for place, cell in _cells(content) if cell.formula is not None)


def sheet_names(content: bytes) -> tuple[str, ...]:
    """Return the names of a workbook's sheets; arguments and errors are those of `read_cells`."""
    with open_package(content, _SOURCE) as package:
        return tuple(sheet.name for sheet in package.sheets)


def _cells(content: bytes) -> Iterator[tuple[Place, Cell]]:
    """Yield the cells that hold something, and where they stand."""
    with open_package(content, _SOURCE) as package:
        reader = CellReader(package)
        for sheet in package.sheets:
            if sheet.kind == "worksheet":
                for cell in reader.cells(sheet.part):
                    yield Place(sheet.name, cell.row - 1, cell.column - 1), cell


def _written_out(place: Place, formula: Formula, shared: dict[tuple[str, str], Any]) -> str:
    """Return a formula's text; one that shares another's has its references moved."""
    if formula.shared is None:
        return formula.text
    key = (place.sheet, formula.shared)
    if key not in shared:
        # openpyxl tells references from the rest of a formula.
        from openpyxl.formula.translate import Translator  # noqa: PLC0415 (where needed)

        shared[key] = Translator(f"={formula.text}", _name(place))
        return formula.text
    return str(shared[key].translate_formula(_name(place))).removeprefix("=")


def _name(place: Place) -> str:
    return cell_name(place.row + 1, place.column + 1)


def _value(place: Place, cell: Cell) -> CellValue | None:
    """Return a cell's value; a date, or an error, is told as it is written."""
    value = cell.value
    if not isinstance(value, Special):
        return value
    if value.kind in ("damage", "range"):
        message = (
            f"cell {_name(place)} of sheet {quoted(place.sheet)} must hold a finite number, or "
            f"text. Received: {quoted(value.text)}"
        )
        raise InputError(message)
    return value.text
