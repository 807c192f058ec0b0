"""The cells of .xlsx workbooks with their formulas, and with the values stored beside them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from cnncalc.files.workbooks import openpyxl_errors
from cnncalc.verification.cells import CellValue, Place, WorkbookCells

__all__ = ["formula_places", "read_cells", "read_stored_values"]


def read_cells(content: bytes) -> WorkbookCells:
    """Read every cell of a workbook.

    Arguments: the `content` of an .xlsx file that has been checked to be safe.
    Returns its constants, its formulas and its stored values.
    Raises InputError where the workbook is damaged.
    """
    constants: dict[Place, CellValue] = {}
    formulas: dict[Place, str] = {}
    for place, cell in _cells(content, data_only=False):
        if cell.data_type == "f":
            formulas[place] = _formula(cell.value)
        else:
            constants[place] = _value(cell.value)
    values = read_stored_values(content)
    stored = {place: values[place] for place in formulas if place in values}
    return WorkbookCells(constants, formulas, stored)


def read_stored_values(content: bytes) -> dict[Place, CellValue]:
    """Read the value of every cell that has one, a formula's as it is stored.

    Arguments and errors are those of `read_cells`.
    """
    return {place: _value(cell.value) for place, cell in _cells(content, data_only=True)}


def formula_places(content: bytes) -> Iterator[Place]:
    """Yield where the formulas of a workbook stand, row by row.

    Arguments and errors are those of `read_cells`.
    """
    for place, cell in _cells(content, data_only=False):
        if cell.data_type == "f":
            yield place


def _cells(content: bytes, *, data_only: bool) -> Iterator[tuple[Place, Any]]:
    """Yield openpyxl's cells that hold something, and where they stand."""
    with openpyxl_errors("the file"):
        book = load_workbook(
            io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
        )
        for sheet in book.worksheets:
            # What a sheet says of its own size may be wrong.
            sheet.reset_dimensions()
            for row, cells in enumerate(sheet.iter_rows()):
                for column, cell in enumerate(cells):
                    if cell.value is not None:
                        yield Place(sheet.title, row, column), cell
        book.close()


def _formula(written: object) -> str:
    """Return a formula without its equals sign; an array's formula is its first cell's."""
    text = written.text if isinstance(written, ArrayFormula) else written
    return str(text).removeprefix("=")


def _value(value: object) -> CellValue:
    """Return a number as a float; a date is told as it is written."""
    if isinstance(value, bool | str):
        return value
    return float(value) if isinstance(value, int | float) else str(value)
