"""The check that a workbook is safe to read, made before anything of it is kept.

A small .xlsx file can hold millions of cells, XML nested so deep or entities so large that they
fill the memory, or a cell so far down that a reader counts rows for minutes. This module unpacks
and walks every part with expat in bounded time and memory, building nothing.

Of a sheet that holds plain numbers alone expat walks the outline: `xlsx_plain` has followed each of
its cells. Its numbers are kept, as all that there is to be read of it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, NoReturn
from xml.parsers import expat

import numpy as np

from cnncalc.errors import InputError, OptionError
from cnncalc.files.paths import check_readable, quoted, reason
from cnncalc.files.spreadsheet_places import LAST_COLUMN, LAST_ROW, cell_position, parse_range
from cnncalc.files.xlsx_plain import PlainSheet, read_plain_sheet
from cnncalc.files.xlsx_xml import CHUNK, UNREADABLE, main_names, whole_number
from cnncalc.verification.reading_limits import MOST_CELLS, MOST_SHEETS, MOST_UNPACKED_BYTES

__all__ = ["EXPORTED_LIMITS", "LIMITS", "CheckedWorkbook", "Limits", "check_workbook"]

MIB = 2**20

_DEPTH_OF_VALUES = 5  # worksheet, sheetData, row, c, v

_ROW, _MERGE, _SHEET = map(main_names, ("row", "mergeCell", "sheet"))


@dataclass(frozen=True)
class Limits:
    """The largest workbook that is read, each number over the whole workbook.

    `skipped_cells` are those left out before each row's last, `rows` counts those before a sheet's
    last, as a reader of tables has to.
    """

    file_bytes: int = 64 * MIB
    parts: int = 10_000
    unpacked_bytes: int = MOST_UNPACKED_BYTES
    token_bytes: int = MIB
    depth: int = 100
    elements: int = 8_000_000
    sheets: int = MOST_SHEETS
    rows: int = 4 * LAST_ROW
    cells: int = 2_000_000
    skipped_cells: int = 2_000_000
    merged_cells: int = 1_000_000


LIMITS = Limits()

EXPORTED_LIMITS = Limits(
    elements=10_000_000, cells=MOST_CELLS, skipped_cells=LAST_ROW * LAST_COLUMN
)
"""Those of a workbook that cnncalc exported, whose cells are read by their places: none that are
left out cost anything."""

_LIMIT_WORDS = {
    "token_bytes": "bytes a tag",
    "depth": "elements inside each other",
    "elements": "elements in the workbook",
    "sheets": "sheets",
    "rows": "rows in the workbook",
    "cells": "cells in the workbook",
    "skipped_cells": "cells left out between others in the workbook",
    "merged_cells": "merged cells in the workbook",
}


@dataclass(frozen=True)
class CheckedWorkbook:
    """The content of a workbook that is safe to read, and what to call it in a message.

    `plain_sheets` are those of its sheets that hold plain numbers alone, by the names of their
    parts.
    """

    content: bytes
    source: str
    plain_sheets: Mapping[str, PlainSheet]


class _UnsafeError(Exception):
    """A part of a workbook is not as it should be; the message goes on from "the part …"."""


def check_workbook(path: Path, limits: Limits = LIMITS) -> CheckedWorkbook:
    """Check that an .xlsx file is a workbook that can be read in bounded time and memory.

    Arguments: `path`; `limits` on what it holds.
    Returns its content, read once, so that what was checked is what is read later.
    Raises InputError where it is no workbook, is damaged, goes beyond a limit, or has a DTD.
    """
    if check_readable(path) > limits.file_bytes:
        _refuse(path, f"is too large: at most {limits.file_bytes // MIB} MiB are read")
    try:
        content = path.read_bytes()
    except OSError as error:
        _refuse(path, f"can't be read: {reason(error)}", error)
    totals = _Totals(limits)
    plain_sheets = {}
    with _opened(path, content, limits) as archive:
        for part in archive.infolist():
            plain = _plain_sheet(archive, part, totals)
            if plain is None:
                _walk_part(path, archive, part, totals)
            else:
                plain_sheets[part.filename] = plain
    return CheckedWorkbook(content, quoted(path), plain_sheets)


def _refuse(path: Path, what: str, cause: Exception | None = None) -> NoReturn:
    message = f"{quoted(path)} {what}"
    raise InputError(message) from cause


def _opened(path: Path, content: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open the archive and check its table of contents."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        has_password = "EncryptedPackage".encode("utf-16-le") in content
        if has_password:
            _refuse(path, "has a password. Expected a workbook without one")
        _refuse(path, "is an old .xls workbook. Save it as .xlsx in a spreadsheet program")
    # Counted before zipfile builds an object for each.
    if content.count(b"PK\x01\x02") > limits.parts:
        _refuse(path, f"is not read: it holds more than {limits.parts:,} parts")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        _refuse(path, "is not an .xlsx workbook, or is damaged", error)
    parts = archive.infolist()
    if "[Content_Types].xml" not in archive.namelist():
        _refuse(path, f"is not an .xlsx workbook: it is {_kind_of_archive(archive)}")
    if len({part.filename for part in parts}) != len(parts):
        _refuse(path, "is not read: two of its parts have the same name")
    if any(part.flag_bits & 1 for part in parts):
        _refuse(path, "has a password. Expected an .xlsx workbook without one")
    if any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts):
        _refuse(path, "is not read: it is packed in a way that workbooks never are")
    if sum(part.file_size for part in parts) > limits.unpacked_bytes:
        _refuse(path, f"is not read: it unpacks to more than {limits.unpacked_bytes // MIB} MiB")
    return archive


def _kind_of_archive(archive: zipfile.ZipFile) -> str:
    """Say what an archive is that is no workbook of Excel's kind."""
    names = archive.namelist()
    if any(name.endswith(".iwa") for name in names):
        return "a Numbers spreadsheet. Export it as Excel (.xlsx)"
    if "mimetype" in names and "content.xml" in names:
        return "an OpenDocument file. Open it in a spreadsheet program and save it as .xlsx"
    return "some other kind of archive"


def _plain_sheet(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, totals: _Totals
) -> PlainSheet | None:
    """Return a sheet of plain numbers, counted; None for any other part, and one beyond a limit."""
    try:
        with archive.open(part) as stream:
            plain = read_plain_sheet(stream, totals.limit("token_bytes"))
    except UNREADABLE:
        return None
    if plain is None:
        return None
    counted = totals.copy()
    walk = _PartWalk(counted)
    try:
        walk.parser().Parse(plain.outline, True)
        walk.add_plain_cells(plain)
    except (_UnsafeError, expat.ExpatError, *UNREADABLE):
        return None
    totals.take_over(counted)
    return plain


def _walk_part(
    path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo, totals: _Totals
) -> None:
    try:
        with archive.open(part) as stream:
            _feed(_PartWalk(totals).parser(), stream, totals)
    except _UnsafeError as error:
        _refuse(path, f"is not read: its part {quoted(part.filename)} {error}", error)
    except UNREADABLE as error:
        _refuse(path, f"is damaged in its part {quoted(part.filename)}", error)


def _feed(parser: expat.XMLParserType, stream: IO[bytes], totals: _Totals) -> None:
    """Feed a part to expat, up to where it isn't XML any more: every reader will stop there."""
    fed = 0
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            totals.check("token_bytes", fed - parser.CurrentByteIndex)
    except expat.ExpatError:
        return


class _Totals:
    """What the parts of one workbook hold together, checked against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._of = limits
        self._limits: dict[str, int] = asdict(limits)
        self._counts = dict.fromkeys(self._limits, 0)

    def limit(self, what: str) -> int:
        """Return a limit."""
        return self._limits[what]

    def copy(self) -> _Totals:
        """Return totals that go on from these."""
        copied = _Totals(self._of)
        copied.take_over(self)
        return copied

    def take_over(self, others: _Totals) -> None:
        """Count from now on as others have."""
        self._counts = dict(others._counts)

    def add(self, what: str, number: int = 1) -> None:
        """Count some more of what one limit is on."""
        self._counts[what] += number
        self.check(what, self._counts[what])

    def check(self, what: str, number: int) -> None:
        """Raise _UnsafeError where a number is beyond its limit."""
        if number > self._limits[what]:
            message = f"goes beyond the limit of {self._limits[what]:,} {_LIMIT_WORDS[what]}"
            raise _UnsafeError(message)


class _PartWalk:
    """Follows the rows and cells of one part as its reader will, keeping only where it is."""

    def __init__(self, totals: _Totals) -> None:
        self._totals = totals
        self._depth = 0
        self._row_depth = 0  # 0 outside a row
        self._row = 0
        self._column = 0

    def parser(self) -> expat.XMLParserType:
        """Return an expat parser that reports here."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        return parser

    def add_plain_cells(self, plain: PlainSheet) -> None:
        """Count the cells of a sheet whose outline was walked.

        Raises _UnsafeError beyond a limit, or where its rows are no rows of a sheet.
        """
        if self._row != plain.range.bottom:
            message = "has something else in place of its rows"
            raise _UnsafeError(message)
        cells = plain.values.size
        self._totals.check("depth", _DEPTH_OF_VALUES)
        self._totals.add("elements", 2 * cells + int(np.count_nonzero(plain.formulas)))
        self._totals.add("cells", cells)
        self._totals.add("skipped_cells", (plain.range.left - 1) * plain.range.height)

    def _doctype(self, *_: object) -> None:
        message = "has a document type declaration, which no workbook needs"
        raise _UnsafeError(message)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._totals.check("depth", self._depth)
        self._totals.add("elements")
        if name in _ROW:
            self._start_row(attributes.get("r"))
        elif self._row_depth and self._depth == self._row_depth + 1:
            self._start_cell(attributes)
        elif name in _MERGE:
            self._totals.add("merged_cells", _area(attributes.get("ref", "")))
        elif name in _SHEET:
            self._totals.add("sheets")

    def _start_row(self, number: str | None) -> None:
        """Count a row and those left out before it."""
        if self._row_depth:
            message = f"has a row inside row {self._row}"
            raise _UnsafeError(message)
        row = self._row + 1 if number is None else _row_number(number)
        if not self._row < row <= LAST_ROW:
            message = f"has row {quoted(str(number))} after row {self._row}"
            raise _UnsafeError(message)
        self._totals.add("rows", row - self._row)
        self._row, self._column, self._row_depth = row, 0, self._depth

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        """Count a cell and those left out before it."""
        name = attributes.get("r")
        row, column = (self._row, self._column + 1)
        if name is not None:
            row, column = cell_position(name) or (0, 0)
        if row != self._row or not self._column < column <= LAST_COLUMN:
            message = f"has cell {quoted(str(name))} after column {self._column} of row {self._row}"
            raise _UnsafeError(message)
        self._totals.add("cells")
        if column > self._column + 1:
            self._totals.add("skipped_cells", column - self._column - 1)
        self._column = column

    def _end(self, _: str) -> None:
        if self._depth == self._row_depth:
            self._row_depth = 0
        self._depth -= 1


def _row_number(text: str) -> int:
    """Return a row's number; some programs write 3.0. Anything else is 0, which is refused."""
    return whole_number(text.removesuffix(".0")) or 0


def _area(reference: str) -> int:
    """Return the number of cells of a merged range; a name that is none merges nothing."""
    try:
        merged = parse_range(reference)
    except OptionError:
        return 0
    return merged.height * merged.width
