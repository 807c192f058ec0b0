"""The cells of .xlsx workbooks, through openpyxl and behind the guard."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from cnncalc.errors import CnncalcError, InputError
from cnncalc.files.paths import printable, quoted
from cnncalc.files.xlsx_guard import check_workbook

__all__ = [
    "Content",
    "Oddity",
    "Rows",
    "Worksheet",
    "is_number_place",
    "open_worksheets",
    "openpyxl_errors",
]


@dataclass(frozen=True)
class Oddity:
    """A cell that holds something other than a number.

    `what` names it in a message. `is_label` where it may stand beside a block of numbers, as text
    does; an error value, or a formula without a stored value, should have been a number.
    """

    what: str
    is_label: bool


Content = float | Oddity | None
Rows = Mapping[int, list[Content]]

_UNVALUED = Oddity(
    "a formula without a stored value (open and save the workbook in a spreadsheet program, so "
    "that it carries values)",
    is_label=False,
)


@dataclass(frozen=True)
class Worksheet:
    """One sheet, read on demand; `unvalued` are its formulas without a stored value."""

    name: str
    source: Any  # openpyxl's ReadOnlyWorksheet, whose type stubs fit neither use made of it here
    unvalued: frozenset[tuple[int, int]]

    def rows(self) -> Rows:
        """Return the cells of each row that holds any, by its number, from column A on."""
        return {row: cells for row, cells in self._rows() if any(c is not None for c in cells)}

    def holds_numbers(self) -> bool:
        """Tell whether there is a number, or something that should have been one."""
        return any(is_number_place(content) for _, cells in self._rows() for content in cells)

    def _rows(self) -> Iterator[tuple[int, list[Content]]]:
        # What a sheet says of its own size may be wrong.
        self.source.reset_dimensions()
        for row, cells in enumerate(self.source.iter_rows(), start=1):
            yield (
                row,
                [
                    self._unvalued(row, column)
                    if cell.value is None
                    else _content(cell.value, cell.data_type)
                    for column, cell in enumerate(cells, start=1)
                ],
            )

    def _unvalued(self, row: int, column: int) -> Content:
        return _UNVALUED if (row, column) in self.unvalued else None


def is_number_place(content: Content) -> bool:
    """Tell whether a cell holds a number, or something that should have been one."""
    return isinstance(content, float) or (content is not None and not content.is_label)


def _content(value: object, data_type: str) -> Content:
    """Return a cell's number, or what it holds instead."""
    if isinstance(value, bool):
        return Oddity(f"the logical value {str(value).upper()}", is_label=True)
    if isinstance(value, int | float):
        return _finite(value)
    if data_type == "e":
        return Oddity(f"the error {printable(str(value))}", is_label=False)
    if isinstance(value, str):
        return Oddity(f"the text {quoted(value)}", is_label=True)
    return Oddity(f"the date or time {printable(str(value))}", is_label=True)


def _finite(value: float) -> Content:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    return number if math.isfinite(number) else Oddity("a number out of range", is_label=False)


@contextmanager
def open_worksheets(path: Path) -> Iterator[tuple[Worksheet, ...]]:
    """Open an .xlsx workbook for reading, and close it at the end.

    Yields its worksheets in order. Raises InputError where the file is no workbook, is damaged,
    or is more than the guard lets through.
    """
    checked = check_workbook(path)
    with openpyxl_errors(quoted(path)):
        book = load_workbook(
            io.BytesIO(checked.content), read_only=True, data_only=True, keep_links=False
        )
        try:
            yield _worksheets(book, checked.unvalued)
        finally:
            book.close()


def _worksheets(
    book: Workbook, unvalued: Mapping[str, frozenset[tuple[int, int]]]
) -> tuple[Worksheet, ...]:
    sheets: list[Any] = book.worksheets
    # openpyxl keeps the name of a sheet's part to itself; a test holds that it is there.
    parts = [sheet._worksheet_path for sheet in sheets]  # noqa: SLF001
    return tuple(
        Worksheet(sheet.title, sheet, unvalued.get(part, frozenset()))
        for sheet, part in zip(sheets, parts, strict=True)
    )


@contextmanager
def openpyxl_errors(source: str) -> Iterator[None]:
    """Turn what openpyxl raises into an InputError, and keep its warnings from the user.

    Arguments: `source`, what to call the workbook in a message.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except CnncalcError:
        raise
    # A damaged workbook may raise KeyError, IndexError, ValueError, ParseError and others.
    except Exception as error:
        message = f"{source} is a damaged workbook: {printable(str(error))}"
        raise InputError(message) from error
