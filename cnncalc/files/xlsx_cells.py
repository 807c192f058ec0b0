"""The cells of one sheet of a workbook, each with its value, its formula, or what is wrong with it.

The guard follows every row and cell with expat, and a message has to name the cell at fault; so
what was checked is read by the same parser, not by a library. Each of the two at hand hides what
decides whether a number is true: openpyxl can't read strict workbooks, fails on some chart sheets,
and doesn't say which cell is damaged; python-calamine reads error values as empty cells and
damaged numbers as text or infinity, and tells neither formulas nor the active sheet. 300,000 cells
take 1.0 s and 4 MB in the guard, then 1.4 s and 15 MB here (openpyxl 2.3 s and 12 MB, calamine
0.24 s and 21 MB). A sheet of numbers alone needs neither walk: see `xlsx_plain`.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import digits
from typing import Literal, NamedTuple

from cnncalc.files.spreadsheet_places import column_number
from cnncalc.files.xlsx_package import Package
from cnncalc.files.xlsx_xml import (
    Element,
    Handler,
    elements,
    main_names,
    walk,
    whole_number,
)

__all__ = ["Cell", "CellReader", "Special", "StoredFormula", "Value"]

_ROW, _CELL, _VALUE, _FORMULA, _TEXT, _PHONETIC, _ITEM = map(
    main_names, ("row", "c", "v", "f", "t", "rPh", "si")
)
# The number formats of dates that workbooks don't spell out: ECMA-376, 18.8.30.
_DATE_FORMATS = frozenset(
    map(str, [*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
)
# What a number format says literally: quoted, escaped, or in brackets (but for hours and the like).
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
# Day 0 of dates; 1900 counts as a leap year in them, so that it is this one from March 1900 on.
_FIRST_DAY, _FIRST_DAY_1904 = datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Special:
    """A value that is neither a number nor text nor TRUE or FALSE, and how it is written."""

    kind: Literal["error", "date", "damage", "range"]
    text: str


Value = float | bool | str | Special | None


class StoredFormula(NamedTuple):
    """A formula without its equals sign; one of a group that shares its first one has no text."""

    text: str
    shared: str | None = None


class Cell(NamedTuple):
    """A cell that holds something: its row and column from 1, and what is in it."""

    row: int
    column: int
    value: Value
    formula: StoredFormula | None
    is_text: bool = False  # a formula's empty text is stored as no value


class _Written(NamedTuple):
    """A cell as the XML has it."""

    row: int
    column: int
    kind: str
    style: str
    value: str | None
    formula: StoredFormula | None


class CellReader:
    """Reads the cells of a workbook's sheets; texts and styles are read when a cell needs them."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._strings: list[str] | None = None
        self._dates: list[bool] | None = None

    def cells(self, part: str) -> Iterator[Cell]:
        """Yield the cells of a sheet that hold something, row by row.

        Raises InputError where the sheet is damaged; a damaged cell is a Special.
        """
        package = self._package
        walked = _SheetWalk()
        for _ in walk(package.archive, part, walked, package.source):
            for written in walked.found:
                value = None if written.value is None else self._value(written, written.value)
                if value is not None or written.formula is not None:
                    place = (written.row, written.column)
                    yield Cell(*place, value, written.formula, written.kind == "str")
            walked.found.clear()

    def shows_dates(self, styles: Iterable[str]) -> bool:
        """Tell whether one of some styles of the workbook's cells is that of dates."""
        return any(self._is_date(style) for style in styles)

    def _value(self, cell: _Written, text: str) -> Value:
        if cell.kind == "n":
            return self._number(text.strip(), cell.style)
        if cell.kind == "s":
            return self._shared_text(text.strip())
        if cell.kind in ("str", "inlineStr"):
            return text
        return _special(cell.kind, text)

    def _number(self, text: str, style: str) -> Value:
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            return Special("damage", text)
        number = float(text)
        if not math.isfinite(number):
            return Special("range", text)
        return self._date(number) if style and self._is_date(style) else number

    def _date(self, number: float) -> Special:
        """Return a date or time as people write it, one beyond the calendar as a number."""
        first = _FIRST_DAY_1904 if self._package.counts_from_1904 else _FIRST_DAY
        try:
            moment = first + datetime.timedelta(seconds=round(number * 86_400))
        except OverflowError:
            return Special("date", repr(number))
        return Special("date", str(moment.time() if 0 <= number < 1 else moment))

    def _shared_text(self, text: str) -> Value:
        if self._strings is None:
            self._strings = list(self._read_strings())
        number = whole_number(text)
        if number is None or number >= len(self._strings):
            return Special("damage", f"text {text}, where there are {len(self._strings)}")
        return self._strings[number]

    def _read_strings(self) -> Iterator[str]:
        package = self._package
        if package.strings is not None:
            walked = _StringsWalk()
            for _ in walk(package.archive, package.strings, walked, package.source):
                yield from walked.found
                walked.found.clear()

    def _is_date(self, style: str) -> bool:
        if self._dates is None:
            self._dates = list(self._read_styles())
        number = whole_number(style)
        return number is not None and number < len(self._dates) and self._dates[number]

    def _read_styles(self) -> Iterator[bool]:
        """Yield whether each style of the workbook's cells is that of dates."""
        package = self._package
        if package.styles is None:
            return
        formats: dict[str, bool] = {}
        for element in elements(package.archive, package.styles, package.source):
            if (element.parent, element.name) == ("numFmts", "numFmt"):
                formats[element.attributes.get("numFmtId", "")] = _shows_dates(element)
            elif (element.parent, element.name) == ("cellXfs", "xf"):
                number = element.attributes.get("numFmtId", "0")
                yield formats.get(number, number in _DATE_FORMATS)


def _shows_dates(number_format: Element) -> bool:
    """Tell whether a number format has a place for days, hours and the like."""
    code = _LITERAL.sub("", number_format.attributes.get("formatCode", "").split(";")[0])
    return code.lower() != "general" and any(sign in code.lower() for sign in "dmyhs")


def _special(kind: str, text: str) -> Value:
    """Return the value of a cell that is neither a number nor text."""
    if kind == "b":
        value = {"0": False, "false": False, "1": True, "true": True}.get(text.strip().lower())
        return Special("damage", text) if value is None else value
    if kind == "e":
        return Special("error", text)
    if kind == "d":
        return Special("date", text.replace("T", " "))
    return Special("damage", f"a value of type {kind}")


class _StringsWalk(Handler):
    """Collects the texts that cells share: runs joined, without what says how they are read."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._in_text = False
        self._in_phonetic = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        del attributes
        if name in _PHONETIC:
            self._in_phonetic = True
        elif name in _TEXT:
            self._in_text = not self._in_phonetic

    def text(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)

    def end(self, name: str) -> None:
        self._in_text = False
        if name in _PHONETIC:
            self._in_phonetic = False
        elif name in _ITEM:
            self.found.append("".join(self._parts))
            self._parts.clear()


class _SheetWalk(Handler):
    """Follows the cells of a sheet; the guard has checked that each stands where it says."""

    def __init__(self) -> None:
        self.found: list[_Written] = []
        self._row = 0
        self._column = 0
        self._attributes: Mapping[str, str] | None = None  # those of the cell that is open
        self._taking: list[str] | None = None
        self._value: list[str] = []
        self._formula: list[str] = []
        self._formula_attributes: Mapping[str, str] | None = None
        self._in_phonetic = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _VALUE:
            self._taking = self._value
        elif name in _CELL:
            self._start_cell(attributes)
        elif name in _ROW:
            number = attributes.get("r")
            self._row = self._row + 1 if number is None else int(float(number))
            self._column = 0
        elif name in _FORMULA:
            self._formula_attributes = attributes
            self._taking = self._formula
        elif name in _PHONETIC:
            self._in_phonetic = True
        elif name in _TEXT and not self._in_phonetic:
            self._taking = self._value

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("r")
        self._column = self._column + 1 if name is None else column_number(name.rstrip(digits))
        self._attributes = attributes
        self._value, self._formula, self._formula_attributes = [], [], None

    def text(self, text: str) -> None:
        if self._taking is not None:
            self._taking.append(text)

    def end(self, name: str) -> None:
        if name in _CELL and self._attributes is not None:
            kind = self._attributes.get("t", "n")
            value = "".join(self._value)
            place = (self._row, self._column, kind, self._attributes.get("s", ""))
            self.found.append(_Written(*place, value or None, self._written_formula()))
            self._attributes = None
        elif name in _PHONETIC:
            self._in_phonetic = False
        self._taking = None

    def _written_formula(self) -> StoredFormula | None:
        attributes = self._formula_attributes
        if attributes is None:
            return None
        shared = attributes.get("si") if attributes.get("t") == "shared" else None
        return StoredFormula("".join(self._formula), shared)
