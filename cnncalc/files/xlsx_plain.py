"""Large sheets of nothing but numbers, as programs write them: read many times as fast.

Such a sheet is one full rectangle of cells, each written in one of few ways: a place, perhaps a
style, perhaps a formula, a number. What is written exactly like that needs no parser of XML; a
regular expression goes through it a row at a time. All else of the sheet, its rows without their
cells, is handed on as an outline, which is XML of a usual size. Where a cell is written in any
other way, there is no result: the whole sheet is then walked with expat, which finds out what the
cell holds, or what is wrong with it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO

import numpy as np
import numpy.typing as npt

from cnncalc.files.spreadsheet_places import LAST_COLUMN, CellRange, cell_name, cell_position
from cnncalc.files.xlsx_xml import UNREADABLE

__all__ = ["PlainSheet", "read_plain_sheet"]

_CHUNK = 2**20
_OPENING, _CLOSING, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
# Attributes that say where a row is and how it looks; none of them declares a namespace.
_ROW = re.compile(rb'<row r="([1-9][0-9]{0,6})"(?: (?!xmlns)[A-Za-z0-9:]+="[A-Za-z0-9:. ]*")*>')
_TEXT = rb"[ -%'-;=?-~]*(?:&(?:amp|lt|gt|quot|apos);[ -%'-;=?-~]*)*"
_FORMULA = (
    rb'<f(?: t="(?:shared|array)")?(?: aca="(?:true|false|0|1)")?(?: ref="[A-Z0-9:]*")?'
    rb'(?: ca="[01]")?(?: si="[0-9]+")?(?:/>|>' + _TEXT + rb"</f>)"
)
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="([0-9]{1,8})")?(?: t="n")?>(' + _FORMULA + rb")?"
    rb"<v>([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)</v></c>"
)
# A cell outside of rows, which its reader would take for one all the same.
_STRAY = re.compile(rb"<c[ />]")


@dataclass(frozen=True, eq=False)
class PlainSheet:
    """A sheet that holds one full rectangle of numbers, and nothing else.

    `range` is where it stands; `values` (height, width) are the numbers, `formulas` (height, width)
    tells beside which of them there is a formula; `styles` are those of the cells. `outline` is the
    sheet without its cells.
    """

    range: CellRange
    values: npt.NDArray[np.float64]
    formulas: npt.NDArray[np.bool_]
    styles: frozenset[str]
    outline: bytes


class _OtherwiseError(Exception):
    """A sheet, or a cell of it, is written in another way."""


def read_plain_sheet(stream: IO[bytes], longest: int) -> PlainSheet | None:
    """Read a sheet of plain numbers.

    Arguments: the `stream` of its part; how many bytes the `longest` row may have, and all that
    stands before or after the rows: no more of it is in memory at once, beside the numbers.
    Returns None for what is written otherwise, or can't be unpacked.
    """
    try:
        pieces = _pieces(stream, longest)
        head, opening, first = next(pieces).partition(_OPENING)
        rows = _Rows(head + opening)
        for piece in chain([first], pieces):
            rows.add(piece)
        return rows.sheet()
    except (_OtherwiseError, *UNREADABLE):
        return None


def _pieces(stream: IO[bytes], longest: int) -> Iterator[bytes]:
    """Yield each row without its end, the first one after its head; then the tail."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *rows, rest = (rest + chunk).split(_ROW_END)
        if max(map(len, (*rows, rest))) > longest:
            raise _OtherwiseError
        yield from rows
    yield rest


class _Rows:
    """Takes the rows of a sheet one after the other, and then what follows them."""

    def __init__(self, head: bytes) -> None:
        self._outline = [head]
        self._top = self._left = self._height = 0
        self._columns: Sequence[bytes] = ()  # their letters
        self._values = array("d")
        self._formulas = bytearray()
        self._styles: set[bytes] = set()
        self._is_closed = False

    def add(self, piece: bytes) -> None:
        """Take a row without its end, or the tail; raise _OtherwiseError for anything else."""
        row = _ROW.match(piece)
        if self._is_closed:
            raise _OtherwiseError
        if row is not None:
            self._add_cells(row[1], piece[row.end() :])
            self._outline += [row[0], _ROW_END]
        elif piece.startswith(_CLOSING):
            self._outline.append(piece)
            self._is_closed = True
        else:
            raise _OtherwiseError

    def _add_cells(self, number: bytes, cells: bytes) -> None:
        before, places, styles, formulas, values = _parted(cells)
        if not self._height:
            self._begin(places)
        wanted = b"%d" % (self._top + self._height)
        if any(before) or number != wanted or places != [it + number for it in self._columns]:
            raise _OtherwiseError
        self._height += 1
        self._values.extend(map(float, values))
        self._formulas.extend(map(bool, formulas))
        self._styles.update(filter(None, styles))

    def _begin(self, places: Sequence[bytes]) -> None:
        """Find out by the first row where the rectangle stands."""
        first = cell_position(places[0].decode()) if places else None
        if first is None or first[1] + len(places) - 1 > LAST_COLUMN:
            raise _OtherwiseError
        self._top, self._left = first
        columns = range(self._left, self._left + len(places))
        self._columns = [cell_name(1, column)[:-1].encode() for column in columns]

    def sheet(self) -> PlainSheet:
        """Return what was taken; raise _OtherwiseError where a sheet isn't that alone."""
        outline = b"".join(self._outline)
        values = np.array(self._values).reshape(self._height, -1 if self._height else 0)
        if not (self._height and self._is_closed and np.isfinite(values).all()):
            raise _OtherwiseError
        if _STRAY.search(outline):
            raise _OtherwiseError
        corner = (self._top + self._height - 1, self._left + len(self._columns) - 1)
        formulas = np.frombuffer(self._formulas, np.bool_).reshape(values.shape)
        styles = frozenset(style.decode() for style in self._styles)
        return PlainSheet(
            CellRange(self._top, self._left, *corner), values, formulas, styles, outline
        )


def _parted(cells: bytes) -> Iterator[Sequence[bytes]]:
    """Return of a row's cells: what stands before each, places, styles, formulas, numbers.

    The first also has what stands after the last cell.
    """
    parts = _CELL.split(cells)
    return (parts[group :: 1 + _CELL.groups] for group in range(1 + _CELL.groups))
