"""Addresses of cells and ranges, as spreadsheets write them."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_uppercase
from typing import NamedTuple

from cnncalc.errors import OptionError
from cnncalc.files.paths import quoted

__all__ = [
    "LAST_COLUMN",
    "LAST_ROW",
    "CellRange",
    "cell_name",
    "cell_position",
    "column_number",
    "parse_range",
]

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_CELL_NAME = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class CellRange(NamedTuple):
    """A range of cells: its first and last row and column, counted from 1.

    >>> CellRange(2, 2, 18, 5).name
    'B2:E18'
    """

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        """The range as a spreadsheet writes it, a single cell without a colon."""
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    @property
    def height(self) -> int:
        """The number of its rows."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """The number of its columns."""
        return self.right - self.left + 1


def cell_name(row: int, column: int) -> str:
    """Return the name of the cell at a row and column, counted from 1.

    >>> cell_name(18, 5)
    'E18'
    """
    letters = ""
    while column:
        column, letter = divmod(column - 1, len(ascii_uppercase))
        letters = ascii_uppercase[letter] + letters
    return f"{letters}{row}"


def cell_position(name: str) -> tuple[int, int] | None:
    """Return a cell's (row, column), counted from 1, or None for a name that is none.

    >>> cell_position("E18")
    (18, 5)
    """
    match = _CELL_NAME.fullmatch(name)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1])
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """Return the number of a column, counted from 1.

    >>> column_number("AA")
    27
    """
    number = 0
    for letter in letters:
        number = number * len(ascii_uppercase) + ascii_uppercase.index(letter) + 1
    return number


def parse_range(text: str) -> CellRange:
    """Return the range that a text such as B2:E18 or $B$2 names, whichever corner stands first.

    Raises OptionError for any other text.

    >>> parse_range("e18:b2").name
    'B2:E18'
    """
    first, colon, last = text.strip().upper().replace("$", "").partition(":")
    corner, opposite = cell_position(first), cell_position(last if colon else first)
    if corner is None or opposite is None:
        message = f"a range must name two corners, such as B2:E18. Received: {quoted(text)}"
        raise OptionError(message)
    (top, bottom), (left, right) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
    return CellRange(top, left, bottom, right)
