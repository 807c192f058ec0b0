"""What no spreadsheet can hold, known before a workbook is written."""

from __future__ import annotations

from cnncalc.errors import OptionError, ShapeError
from cnncalc.sheet.plan import Block, Plan, Sheet
from cnncalc.sheet.references import COLUMNS, ROWS
from cnncalc.sheet.size import Estimate, estimate, longest_formula
from cnncalc.verification.reading_limits import MOST_CELLS, MOST_SHEETS, MOST_UNPACKED_BYTES

__all__ = [
    "MOST_FORMULAS",
    "require_formulas",
    "require_limits",
    "require_size",
]

# More than this must be asked for.
MOST_FORMULAS = 1_000_000

# https://support.microsoft.com/en-us/office/excel-specifications-and-limits
MOST_IN_FORMULA = 8_192


def require_limits(plan: Plan, *, large: bool = False) -> None:
    """Make sure that a spreadsheet can hold a plan.

    Raises ShapeError for a sheet or formula past Excel's limits, OptionError for more than a
    million formulas, or more than `verify` would read, unless `large`.
    """
    for sheet in plan.sheets:
        for block in sheet.blocks:
            _require_room(sheet, block)
            _require_short(sheet, block)
    require_size(estimate(plan), large=large)


def require_size(size: Estimate, *, large: bool = False) -> None:
    """Raise OptionError for more than a million formulas or than is read again, unless `large`."""
    require_formulas(size.formulas, large=large)
    if large:
        return
    for number, most, unit in (
        (size.cells, MOST_CELLS, "cells"),
        (size.sheets, MOST_SHEETS, "sheets"),
        (size.unpacked_bytes, MOST_UNPACKED_BYTES, "bytes, unpacked"),
    ):
        if number > most:
            message = (
                f"a workbook of more than {most:,} {unit}, which cnncalc verify does not read, "
                f"must be asked for with export-xlsx --large. Received: one of up to {number:,}"
            )
            raise OptionError(message)


def require_formulas(formulas: int, *, large: bool = False, words: str = "") -> None:
    """Raise OptionError for a workbook of more than a million formulas, unless `large`.

    The `words` before the number may say that there are "at least" so many.
    """
    if formulas > MOST_FORMULAS and not large:
        message = (
            f"a workbook of more than {MOST_FORMULAS:,} formulas must be asked for with "
            f"export-xlsx --large. Received: a calculation of {words}{formulas:,} formulas"
        )
        raise OptionError(message)


def _require_room(sheet: Sheet, block: Block) -> None:
    rows, columns = block.row + block.height, block.column + block.width
    if rows > ROWS or columns > COLUMNS:
        message = (
            f"a sheet holds {ROWS:,} rows and {COLUMNS:,} columns at most. Received: "
            f"the sheet {sheet.name!r} of {rows:,} rows and {columns:,} columns; a smaller image, "
            "or fewer units, will fit"
        )
        raise ShapeError(message)


def _require_short(sheet: Sheet, block: Block) -> None:
    length = len(longest_formula(block))
    if length > MOST_IN_FORMULA:
        message = (
            f"a formula holds {MOST_IN_FORMULA:,} characters at most. Received: one of "
            f"{length:,} on the sheet {sheet.name!r}"
        )
        raise ShapeError(message)
