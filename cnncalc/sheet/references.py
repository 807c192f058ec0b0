"""Cell addresses in A1 notation, and references that move with the cell of their formula.

Rows and columns count from 0 everywhere but in addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

__all__ = [
    "COLUMNS",
    "ROWS",
    "STAY",
    "Reference",
    "Step",
    "address",
    "column_letters",
    "range_address",
    "sheet_prefix",
]

# As large as a sheet is in Excel: what names a cell on it can't name a sheet unquoted.
ROWS = 1_048_576
COLUMNS = 16_384

# Excel and LibreOffice read more than these unquoted, HyperFormula and Gnumeric don't.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CONSTANTS = ("TRUE", "FALSE")
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")
_ROW_OR_COLUMN = re.compile(r"R(\d+)|R?C(\d+)")


@cache
def column_letters(column: int) -> str:
    """Return the letters of a column.

    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return letters


def address(row: int, column: int, *, fixed: bool = False) -> str:
    """Return a cell's address, with dollar signs where `fixed`.

    >>> address(1, 1), address(4, 6, fixed=True)
    ('B2', '$G$5')
    """
    sign = "$" if fixed else ""
    return f"{sign}{column_letters(column)}{sign}{row + 1}"


def range_address(row: int, column: int, height: int, width: int, *, fixed: bool = False) -> str:
    """Return a range's address, of its first cell alone where it has but one.

    >>> range_address(4, 6, 2, 2, fixed=True)
    '$G$5:$H$6'
    """
    first = address(row, column, fixed=fixed)
    if height == width == 1:
        return first
    return f"{first}:{address(row + height - 1, column + width - 1, fixed=fixed)}"


@cache
def sheet_prefix(name: str) -> str:
    """Return what stands before an address on another sheet, quoted where some program needs it.

    >>> sheet_prefix("Image"), sheet_prefix("Case 5"), sheet_prefix("it's"), sheet_prefix("true")
    ('Image!', "'Case 5'!", "'it''s'!", "'true'!")
    """
    said = name.upper()
    if _PLAIN.fullmatch(name) and said not in _CONSTANTS and not _reads_as_a_cell(said):
        return f"{name}!"
    quoted = name.replace("'", "''")
    return f"'{quoted}'!"


def _reads_as_a_cell(name: str) -> bool:
    """Tell whether a spreadsheet takes a name for a cell: A1, or what begins like R1C1."""
    if cell := _CELL.fullmatch(name):
        letters, row = cell.groups()
        is_column = (len(letters), letters) <= (3, column_letters(COLUMNS - 1))
        return is_column and 0 < int(row) <= ROWS
    if found := _ROW_OR_COLUMN.match(name):
        row, column = found.groups()
        return 0 < int(row) <= ROWS if row else 0 < int(column) <= COLUMNS
    return name in ("R", "C", "RC")


class Step(NamedTuple):
    """How far a reference moves, in rows and columns, when its formula's cell moves by one."""

    rows: int
    columns: int


STAY = Step(0, 0)


@dataclass(frozen=True)
class Reference:
    """A range that a block's formulas read.

    `row` and `column` are the range's first cell as the block's first formula sees it; `down` and
    `across` are how it moves from there. `sheet` is empty for the block's own sheet.
    """

    sheet: str
    row: int
    column: int
    height: int = 1
    width: int = 1
    down: Step = STAY
    across: Step = STAY

    def moved(self, rows: int, columns: int) -> Reference:
        """Return the reference, that many rows further down and columns further to the right."""
        return replace(self, row=self.row + rows, column=self.column + columns)

    def text(self, row: int, column: int) -> str:
        """Return the range as the formula in this row and column of the block writes it.

        >>> Reference("", 1, 1, 2, 2, Step(1, 0), Step(0, 1)).text(0, 1)
        'C2:D3'
        """
        prefix = sheet_prefix(self.sheet) if self.sheet else ""
        return prefix + range_address(
            self.row + row * self.down.rows + column * self.across.rows,
            self.column + row * self.down.columns + column * self.across.columns,
            self.height,
            self.width,
            fixed=self.down == self.across == STAY,
        )
