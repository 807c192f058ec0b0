"""A workbook without the values that it stores beside its formulas.

LibreOffice keeps the stored values of a workbook that XlsxWriter wrote, so a check that reads
its answer back would read our own numbers. What is not there can't be kept.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.parsers import expat

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted

__all__ = ["without_stored_values"]

_END_OF_VALUE = re.compile(rb"</(?:[^>:]+:)?v\s*>")


def without_stored_values(content: bytes) -> bytes:
    """Return a workbook whose formulas have no stored values.

    Arguments: the `content` of an .xlsx file that has been checked to be safe.
    Returns the content of another, the same but for that.
    Raises InputError where a sheet is no XML.
    """
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for part in source.infolist():
            data = source.read(part)
            target.writestr(part.filename, _cut(data, _value_spans(data, part.filename)))
    return result.getvalue()


def _value_spans(part: bytes, name: str) -> list[tuple[int, int]]:
    """Return which bytes of a part to leave out: none, where it is no sheet."""
    values = _Values(part)
    try:
        values.find()
    except _NotASheetError:
        return []
    except (expat.ExpatError, LookupError, ValueError) as error:
        if not values.in_sheet:
            return []
        message = f"the workbook is damaged in its part {quoted(name)}"
        raise InputError(message) from error
    return values.spans


def _cut(data: bytes, spans: list[tuple[int, int]]) -> bytes:
    """Return the bytes outside the spans."""
    view = memoryview(data)
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(data)]
    return b"".join(view[start:end] for start, end in zip(starts, ends, strict=True))


class _NotASheetError(Exception):
    """The first element of a part is not a sheet's."""


class _Values:
    """Finds where a sheet's XML holds the values of cells that have a formula.

    `spans` are the (first, one past the last) bytes of their `v` elements, in order. A part is a
    sheet where its first element says so, whatever the part is called.
    """

    def __init__(self, part: bytes) -> None:
        self.spans: list[tuple[int, int]] = []
        self.in_sheet = False
        self._part = part
        self._has_formula = False
        self._first = 0
        self._value: tuple[int, int] | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def find(self) -> None:
        """Walk the part; raise what expat does, or _NotASheetError."""
        self._parser.Parse(self._part, True)

    def _start(self, name: str, _: object) -> None:
        tag = name.rpartition(" ")[2]
        if not self.in_sheet:
            self._enter(tag)
        elif tag == "c":
            self._has_formula, self._value = False, None
        elif tag == "f":
            self._has_formula = True
        elif tag == "v":
            self._first = self._parser.CurrentByteIndex

    def _enter(self, tag: str) -> None:
        if tag != "worksheet":
            raise _NotASheetError
        self.in_sheet = True
        if b"\0" in self._part:
            message = "a sheet must be written in UTF-8"
            raise ValueError(message)

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "v":
            # Of <v/> expat tells where it has ended, of <v>1</v> where its end tag begins.
            here = self._parser.CurrentByteIndex
            end_tag = _END_OF_VALUE.match(self._part, here)
            self._value = (self._first, end_tag.end() if end_tag else here)
        elif tag == "c" and self._has_formula and self._value:
            self.spans.append(self._value)
