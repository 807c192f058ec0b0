"""The sheets of .xlsx workbooks, and what their cells are as numbers, behind the guard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cnncalc.errors import InputError
from cnncalc.files.numerals import spells_number
from cnncalc.files.paths import printable, quoted
from cnncalc.files.spreadsheet_places import cell_name
from cnncalc.files.xlsx_cells import Cell, CellReader, Special, StoredFormula
from cnncalc.files.xlsx_guard import check_workbook
from cnncalc.files.xlsx_package import Doubt, SheetEntry, open_package
from cnncalc.files.xlsx_plain import PlainSheet
from cnncalc.verification.comparison import CellValue, Place, WorkbookCells

__all__ = [
    "UNCALCULATED",
    "Content",
    "Oddity",
    "OpenWorkbook",
    "Outline",
    "Position",
    "Rows",
    "SheetCells",
    "Worksheet",
    "formula_places",
    "is_number_place",
    "is_number_text",
    "open_workbook",
    "read_cells",
    "read_outline",
    "read_stored_values",
]

# What a workbook is called in a message where only its content is known.
_SOURCE = "the file"


@dataclass(frozen=True)
class Oddity:
    """A cell that holds something other than a number.

    `what` names it in a message. `is_label` where it may stand beside a block of numbers, as text
    does; an error value, or a formula that was never calculated, should have been a number.
    `spells_number` where a text may be a number that is stored as text.
    """

    what: str
    is_label: bool
    spells_number: bool = False


Content = float | Oddity | None
Rows = Mapping[int, list[Content]]
Position = tuple[int, int]

UNCALCULATED = Oddity("a formula that was never calculated", is_label=False)


@dataclass(frozen=True)
class SheetCells:
    """The cells of each row that holds any, by its number, from column A on.

    `doubted` are the cells whose numbers are stored beside formulas in a workbook that asks to be
    calculated anew: they may be out of date.
    """

    rows: Rows
    doubted: frozenset[Position]


@dataclass(frozen=True)
class Worksheet:
    """One sheet, read on demand."""

    entry: SheetEntry
    reader: CellReader
    doubt: Doubt
    plain: PlainSheet | None

    @property
    def name(self) -> str:
        """What its tab says."""
        return self.entry.name

    @property
    def has_cells(self) -> bool:
        """Whether it is a sheet of cells; a chart, or a dialog, may have a sheet of its own."""
        return self.entry.kind == "worksheet"

    @property
    def is_visible(self) -> bool:
        """Whether its tab can be seen."""
        return self.entry.state == "visible"

    @cached_property
    def numbers(self) -> PlainSheet | None:
        """The whole sheet where it holds one block of numbers that nobody doubts, else None.

        None, too, where a cell has to be looked at to tell: a date is stored as a number, and a
        formula that was never calculated as 0.
        """
        plain = self.plain
        if plain is None or self.reader.shows_dates(plain.styles):
            return None
        doubted = plain.formulas & ((self.doubt == "all") | (plain.values == 0))
        return None if self.doubt != "none" and doubted.any() else plain

    def cells(self) -> SheetCells:
        """Read the whole sheet."""
        rows: dict[int, list[Content]] = {}
        doubted = set()
        for cell in self.reader.cells(self.entry.part):
            content = self._content(cell)
            if content is None:
                continue
            row = rows.setdefault(cell.row, [])
            row.extend([None] * (cell.column - 1 - len(row)))
            row.append(content)
            if self.doubt != "none" and cell.formula is not None and isinstance(content, float):
                doubted.add((cell.row, cell.column))
        return SheetCells(rows, frozenset(doubted))

    def holds_numbers(self) -> bool:
        """Tell whether there is a number, or something that should have been one."""
        if self.numbers is not None:
            return self.has_cells
        return self.has_cells and any(
            is_number_place(self._content(cell)) for cell in self.reader.cells(self.entry.part)
        )

    def holds_number_texts(self) -> bool:
        """Tell whether there is a text that spells a number."""
        if self.numbers is not None:
            return False
        return self.has_cells and any(
            is_number_text(self._content(cell)) for cell in self.reader.cells(self.entry.part)
        )

    def _content(self, cell: Cell) -> Content:
        value = cell.value
        if cell.formula is not None and self._is_uncalculated(cell):
            return UNCALCULATED
        if isinstance(value, bool):
            return Oddity(f"the logical value {str(value).upper()}", is_label=True)
        if isinstance(value, str):
            what = f"the text {quoted(value)}"
            return Oddity(what, is_label=True, spells_number=spells_number(value))
        return _oddity(value) if isinstance(value, Special) else value

    def _is_uncalculated(self, cell: Cell) -> bool:
        if cell.value is None:
            return not cell.is_text
        is_number = isinstance(cell.value, float)
        return is_number and (self.doubt == "all" or (self.doubt == "zeros" and cell.value == 0))


def is_number_place(content: Content) -> bool:
    """Tell whether a cell holds a number, or something that should have been one."""
    return isinstance(content, float) or (content is not None and not content.is_label)


def is_number_text(content: Content) -> bool:
    """Tell whether a cell holds a number as text."""
    return isinstance(content, Oddity) and content.spells_number


def _oddity(value: Special) -> Oddity:
    text = printable(value.text)
    if value.kind == "date":
        return Oddity(f"the date or time {text}", is_label=True)
    whats = {
        "error": f"the error {text}",
        "range": "a number out of range",
        "damage": f"the damaged value {quoted(value.text)}",
    }
    return Oddity(whats[value.kind], is_label=False)


@dataclass(frozen=True)
class OpenWorkbook:
    """The sheets of a workbook in order, and which one is on top when it is opened."""

    worksheets: tuple[Worksheet, ...]
    active: int


@dataclass(frozen=True)
class Outline:
    """What a workbook says of itself, before any cell is read.

    `program` is what saved it, empty where it is as cnncalc writes it; `is_own` where cnncalc wrote
    it first.
    """

    program: str
    is_own: bool
    sheets: tuple[SheetEntry, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What its sheets are called."""
        return tuple(sheet.name for sheet in self.sheets)


@contextmanager
def open_workbook(path: Path) -> Iterator[OpenWorkbook]:
    """Open an .xlsx workbook, or one of its kind, for reading; close it at the end.

    Raises InputError where the file is no workbook, is damaged, or is more than the guard lets
    through; also when a sheet is read.
    """
    checked = check_workbook(path)
    with open_package(checked.content, checked.source) as package:
        reader = CellReader(package)
        plain = checked.plain_sheets
        sheets = tuple(
            Worksheet(entry, reader, package.doubt, plain.get(entry.part))
            for entry in package.sheets
        )
        yield OpenWorkbook(sheets, package.active)


def read_cells(content: bytes, sheet: str | None = None) -> WorkbookCells:
    """Read every cell of a workbook, or of one sheet.

    Arguments: the `content` of an .xlsx file that has been checked to be safe; the name of the
    `sheet`.
    Returns its constants, its formulas and its stored values.
    Raises InputError where the workbook is damaged; a damaged cell is named.
    """
    constants: dict[Place, CellValue] = {}
    formulas: dict[Place, str] = {}
    stored: dict[Place, CellValue] = {}
    shared: dict[tuple[str, str], Any] = {}
    for place, cell in _cells(content, sheet):
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


def read_outline(content: bytes) -> Outline:
    """Read what a workbook says of itself; arguments and errors are those of `read_cells`."""
    with open_package(content, _SOURCE) as package:
        return Outline(package.program, package.is_own, package.sheets)


def _cells(content: bytes, only: str | None = None) -> Iterator[tuple[Place, Cell]]:
    """Yield the cells that hold something, and where they stand; of all sheets, or of one."""
    with open_package(content, _SOURCE) as package:
        reader = CellReader(package)
        _require_own_parts(package.sheets)
        for sheet in package.sheets:
            if sheet.kind == "worksheet" and only in (None, sheet.name):
                for cell in reader.cells(sheet.part):
                    yield Place(sheet.name, cell.row - 1, cell.column - 1), cell


def _require_own_parts(sheets: Sequence[SheetEntry]) -> None:
    """Raise InputError where sheets share a part: a few bytes more would be as many cells again."""
    first: dict[str, str] = {}
    for sheet in sheets:
        if first.setdefault(sheet.part, sheet.name) != sheet.name:
            message = (
                f"{_SOURCE} is a damaged workbook: its sheets {quoted(first[sheet.part])} and "
                f"{quoted(sheet.name)} are one"
            )
            raise InputError(message)


def _written_out(place: Place, formula: StoredFormula, shared: dict[tuple[str, str], Any]) -> str:
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
