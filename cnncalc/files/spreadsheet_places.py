"""Addresses of cells and ranges, as spreadsheets write them, and which files are workbooks."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from string import ascii_uppercase
from typing import NamedTuple

from cnncalc.errors import InputError, NotationError, OptionError
from cnncalc.files.paths import quoted

__all__ = [
    "LAST_COLUMN",
    "LAST_ROW",
    "WORKBOOK_ENDINGS",
    "CellRange",
    "WorkbookReference",
    "cell_name",
    "cell_position",
    "column_number",
    "parse_range",
    "parse_reference",
    "refuse_other_spreadsheets",
    "split_reference",
]

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xltx", ".xltm")
"""A workbook, one with macros, and the templates of both: they are read alike."""

_OTHERS = {
    ".xls": "an old Excel workbook",
    ".xlt": "an old Excel template",
    ".xlsb": "a binary Excel workbook",
    ".ods": "an OpenDocument spreadsheet",
    ".fods": "an OpenDocument spreadsheet",
    ".ots": "an OpenDocument template",
    ".numbers": "a Numbers spreadsheet",
    ".gsheet": "a link to a Google Sheet",
    ".gnumeric": "a Gnumeric spreadsheet",
}

_CELL_NAME = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_FILE = re.compile(
    rf"(?P<file>.+?(?:{'|'.join(map(re.escape, WORKBOOK_ENDINGS))}))(?P<place>!.*)?",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"(?P<sheet>'(?:[^']|'')+'|[^!']+[^!]*)(?:!(?P<cell_range>[^!']+))?")
# A single cell needs its $ to be told from the name of a sheet.
_RANGE_ALONE = re.compile(r"(?P<cell_range>[^'!]*:[^'!]*|\$[A-Za-z]+\$[0-9]+)")


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

    def holds(self, other: CellRange) -> bool:
        """Tell whether another range lies in this one.

        >>> CellRange(2, 2, 18, 5).holds(CellRange(2, 2, 2, 2))
        True
        """
        is_below = self.top <= other.top and other.bottom <= self.bottom
        return is_below and self.left <= other.left and other.right <= self.right


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


def refuse_other_spreadsheets(path: Path) -> None:
    """Raise InputError, with the way out, for a spreadsheet of a kind that isn't read."""
    what = _OTHERS.get(path.suffix.lower())
    if what is not None:
        message = (
            f"{quoted(path)} is {what}, which isn't read. Open it in a spreadsheet program and "
            "save or export it as .xlsx"
        )
        raise InputError(message)


class WorkbookReference(NamedTuple):
    """A file, and as far as they are named its sheet and a range of that."""

    path: Path
    sheet: str | None = None
    cell_range: str | None = None


def split_reference(text: str) -> tuple[str, str]:
    """Return the file of what stands after @, as it is written, and the place in it with its !.

    >>> split_reference("data/k.xlsm!Two!A1:C3"), split_reference("k.csv")
    (('data/k.xlsm', '!Two!A1:C3'), ('k.csv', ''))
    """
    found = _FILE.fullmatch(text)
    return (text, "") if found is None else (found["file"], found["place"] or "")


def parse_reference(text: str) -> WorkbookReference | None:
    """Read what stands after @ where it names a workbook; None where it names another file.

    A sheet's name is quoted where it holds a ! or looks like a range, and its apostrophes are
    doubled then: 'My sheet'!$A$1:$C$3. Quotes around any other name do no harm.
    Raises NotationError for a place that is none.

    >>> parse_reference("k.xlsx!'It''s mine'!$A$1:$C$3")[1:]
    ("It's mine", 'A1:C3')
    >>> parse_reference("k.xlsx!A1:C3")[1:]
    (None, 'A1:C3')
    """
    found = _FILE.fullmatch(text)
    if found is None:
        return None
    path, place = Path(found["file"]), found["place"]
    if place is None:
        return WorkbookReference(path)
    place = place.removeprefix("!")
    named = _RANGE_ALONE.fullmatch(place) or _PLACE.fullmatch(place)
    try:
        if named is not None:
            return WorkbookReference(path, *_sheet_and_range(**named.groupdict()))
    except OptionError:  # what should be a range is none
        pass
    message = (
        "expected @FILE.xlsx!SHEET!RANGE, such as @weights.xlsx!'My sheet'!A1:C3. "
        f"Received: {quoted('@' + text)}"
    )
    raise NotationError(message)


def _sheet_and_range(
    sheet: str | None = None, cell_range: str | None = None
) -> tuple[str | None, str | None]:
    if sheet is not None and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, None if cell_range is None else parse_range(cell_range).name
