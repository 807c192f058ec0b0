"""How large a workbook will be, and what no spreadsheet can hold: known before it is written."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.errors import OptionError, ShapeError
from cnncalc.views.workbook.plan import Block, Plan, Sheet

__all__ = ["MANY_FORMULAS", "MOST_FORMULAS", "Estimate", "estimate", "require_limits"]

# From here on, spreadsheets take noticeably long to open and recalculate a workbook.
MANY_FORMULAS = 250_000
# More than this must be asked for.
MOST_FORMULAS = 1_000_000

# https://support.microsoft.com/en-us/office/excel-specifications-and-limits
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_IN_FORMULA = 8_192

# Measured on workbooks of 10,000 to 500,000 formulas: compressed bytes of a cell.
BYTES_A_FORMULA = 20
BYTES_A_NUMBER = 8


@dataclass(frozen=True)
class Estimate:
    """How many formulas and other numbers a workbook holds, and about how many bytes it takes."""

    formulas: int
    numbers: int

    @property
    def bytes(self) -> int:
        """The size of the file, roughly."""
        return BYTES_A_FORMULA * self.formulas + BYTES_A_NUMBER * self.numbers

    @property
    def note(self) -> str:
        """What spreadsheets make of so many formulas; empty where there is nothing to say."""
        if self.formulas <= MANY_FORMULAS:
            return ""
        return (
            f"{self.formulas:,} formulas, about {self.bytes / 1e6:,.0f} MB: a spreadsheet may take "
            "a minute or more to open this workbook, and to follow a change"
        )


def estimate(plan: Plan) -> Estimate:
    """Return how large the workbook of a plan will be."""
    blocks = [block for sheet in plan.sheets for block in sheet.blocks]
    cells = {True: 0, False: 0}
    for block in blocks:
        cells[block.formula is not None] += block.height * block.width
    return Estimate(formulas=cells[True], numbers=cells[False])


def require_limits(plan: Plan, *, large: bool = False) -> None:
    """Make sure that a spreadsheet can hold a plan.

    Raises ShapeError for a sheet or formula past Excel's limits, OptionError for more than a
    million formulas unless `large`.
    """
    for sheet in plan.sheets:
        for block in sheet.blocks:
            _require_room(sheet, block)
            _require_short(sheet, block)
    formulas = estimate(plan).formulas
    if formulas > MOST_FORMULAS and not large:
        message = (
            f"a workbook of more than {MOST_FORMULAS:,} formulas must be asked for with --large. "
            f"Received: a calculation of {formulas:,} formulas"
        )
        raise OptionError(message)


def _require_room(sheet: Sheet, block: Block) -> None:
    rows, columns = block.row + block.height, block.column + block.width
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        message = (
            f"a sheet holds {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns at most. Received: "
            f"the sheet {sheet.name!r} of {rows:,} rows and {columns:,} columns; a smaller image "
            "fits"
        )
        raise ShapeError(message)


def _require_short(sheet: Sheet, block: Block) -> None:
    # The last cell of a block has the longest addresses.
    last = block.formula.text(block.height - 1, block.width - 1) if block.formula else ""
    if len(last) > MOST_IN_FORMULA:
        message = (
            f"a formula holds {MOST_IN_FORMULA:,} characters at most. Received: one of "
            f"{len(last):,} on the sheet {sheet.name!r}"
        )
        raise ShapeError(message)
