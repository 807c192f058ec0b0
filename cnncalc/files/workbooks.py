"""The sheets of .xlsx workbooks, and what their cells are as numbers, behind the guard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cnncalc.files.numerals import spells_number
from cnncalc.files.paths import printable, quoted
from cnncalc.files.xlsx_cells import Cell, CellReader, Special
from cnncalc.files.xlsx_guard import check_workbook
from cnncalc.files.xlsx_package import Doubt, SheetEntry, open_package

__all__ = [
    "UNCALCULATED",
    "Content",
    "Oddity",
    "OpenWorkbook",
    "Position",
    "Rows",
    "SheetCells",
    "Worksheet",
    "is_number_place",
    "is_number_text",
    "open_workbook",
]


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
        return self.has_cells and any(
            is_number_place(self._content(cell)) for cell in self.reader.cells(self.entry.part)
        )

    def holds_number_texts(self) -> bool:
        """Tell whether there is a text that spells a number."""
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


@contextmanager
def open_workbook(path: Path) -> Iterator[OpenWorkbook]:
    """Open an .xlsx workbook, or one of its kind, for reading; close it at the end.

    Raises InputError where the file is no workbook, is damaged, or is more than the guard lets
    through; also when a sheet is read.
    """
    checked = check_workbook(path)
    with open_package(checked.content, checked.source) as package:
        reader = CellReader(package)
        sheets = tuple(Worksheet(entry, reader, package.doubt) for entry in package.sheets)
        yield OpenWorkbook(sheets, package.active)
