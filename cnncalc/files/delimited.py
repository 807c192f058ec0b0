"""Text in cells, a record a line: CSV as RFC 4180 has it, and as spreadsheets write it.

Which sign separates the cells is seen in the first line: a semicolon, which spreadsheets write
where decimals have a comma, before a tab, a comma and a space. Cells may be quoted; a quoted one
may hold the separator, line ends, and quotes that are doubled.
Source: https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted

__all__ = ["SPACE", "CellNumbers", "Record", "encoding_of", "is_blank", "records", "separator_of"]

SPACE = " "

_SEPARATORS = ";\t,"
_BLANK = _SEPARATORS + " \r\n"
_QUOTED = re.compile(r'"[^"]*("|$)')
# The first line by which a file tells Excel its separator.
_DECLARED = re.compile(r'"?sep=(?P<separator>[;,\t|])"?', re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+\-−]?(\d+,\d*|,\d+)([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+\-−]?[1-9]\d{0,2}[,.]\d{3}")


def encoding_of(start: bytes) -> str:
    """Return how a text is encoded by its first bytes: UTF-16 with its mark, else UTF-8."""
    return "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


class Record(NamedTuple):
    """The cells of one record, and the line it begins in, counted from 1."""

    line: int
    cells: list[str]


def is_blank(cells: Iterable[str]) -> bool:
    """Tell whether a record is an empty line: spreadsheets write one as separators alone."""
    return not any(cell.strip(_BLANK) for cell in cells)


def separator_of(line: str) -> str:
    r"""Return what separates the cells of a line: a space where nothing else does.

    >>> separator_of('"a;b",1')
    ','
    """
    bare = _QUOTED.sub("", line)
    return next((sign for sign in _SEPARATORS if sign in bare), SPACE)


def records(lines: Iterable[str], source: str) -> tuple[str, Iterator[Record]]:
    """Split a text into records.

    Arguments: its `lines`; `source`, what to call it in a message.
    Returns the separator, and the records in order, which raise InputError with its line for a
    quote that is never closed, or has something after it.

    >>> list(records(['1;"2;3"'], "a text")[1])
    [Record(line=1, cells=['1', '2;3'])]
    """
    rest = iter(lines)
    skipped: list[str] = []
    for line in rest:
        declared = None if skipped else _DECLARED.fullmatch(line.strip())
        if declared is not None:
            return declared["separator"], _split(rest, declared["separator"], source, 2)
        if not is_blank([line]):
            opening = list(_to_closed_quotes(line, rest))
            separator = separator_of("".join(opening))
            return separator, _split(chain(skipped, opening, rest), separator, source, 1)
        skipped.append(line)
    return SPACE, _split(skipped, SPACE, source, 1)


def _to_closed_quotes(line: str, rest: Iterator[str]) -> Iterator[str]:
    """Yield a line, and those that it goes on in where it opens a quote and doesn't close it."""
    yield line
    quotes = line.count('"')
    while quotes % 2 and (further := next(rest, None)) is not None:
        yield further
        quotes += further.count('"')


def _split(lines: Iterable[str], separator: str, source: str, first: int) -> Iterator[Record]:
    rest = iter(lines)
    number = first
    for line in rest:
        if '"' not in line:
            bare = line.rstrip("\r\n")
            yield Record(number, bare.split() if separator == SPACE else bare.split(separator))
            number += 1
            continue
        text = line.strip() if separator == SPACE else line
        reader = csv.reader(
            chain([text], rest), delimiter=separator, skipinitialspace=True, strict=True
        )
        try:
            yield Record(number, next(reader))
        except csv.Error as error:
            raise InputError(_quote_message(f"{source}, line {number}", reader.line_num)) from error
        number += reader.line_num


def _quote_message(where: str, lines: int) -> str:
    """Say what is wrong with the quotes of a record of so many lines."""
    if lines > 1:
        return f"{where}: a quote is opened and never closed"
    return (
        f"{where}: a cell in quotes must be closed, and followed by a separator; quotes inside it "
        'are doubled, as in "5"" wide"'
    )


class CellNumbers:
    """Reads the cells of one text as numbers, and finds out how their decimals are written.

    Spreadsheets write decimals, and thousands, as the country has them. Where the separator leaves
    no doubt, decimals may have a comma; what may be either is refused.
    """

    def __init__(self, number: Callable[[str], float], separator: str, source: str) -> None:
        self._number = number
        self._separator = separator
        self._source = source
        self._signs: dict[str, tuple[str, str]] = {}  # the first cell with each: text and place
        self._certain: set[str] = set()  # the signs that can only be those of decimals
        self._has_whole = False

    def read(self, record: Record, label: int | None = None) -> list[float]:
        """Return the numbers that the cells of a record spell.

        Arguments: the `record`; which of its cells is a `label` to leave out, counted from 0.
        Raises InputError, naming the line and column of a cell that holds something else.
        """
        numbers = []
        for column, cell in enumerate(record.cells, start=1):
            if column - 1 == label:
                continue
            text = cell.strip()
            try:
                if "," in text or ("." in text and "." not in self._certain):
                    numbers.append(self._decimal(text, record.line, column))
                else:
                    self._has_whole = True
                    numbers.append(self._number(text))
            except ValueError as error:
                message = f"{self._place(record.line, column)}: {error}"
                raise InputError(message) from error
        return numbers

    def _decimal(self, text: str, line: int, column: int) -> float:
        plain = text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text
        number = self._number(plain)
        sign = "," if "," in text else "."
        if sign not in self._signs:
            self._signs[sign] = (text, self._place(line, column))
        if not _THOUSANDS.fullmatch(text):
            self._certain.add(sign)
        return number

    def _place(self, line: int, column: int) -> str:
        return f"{self._source}, line {line:,}, column {column:,}"

    def check(self) -> str | None:
        """Return how decimals were read where a person may mean thousands; None without doubt.

        Raises InputError where it can't be told which sign begins the decimals.
        """
        if len(self._signs) > 1:
            places = " and ".join(f"{quoted(text)} in {at}" for text, at in self._signs.values())
            message = f"decimals must all have a point, or all a comma. Received: {places}"
            raise InputError(message)
        for sign, (text, where) in self._signs.items():
            # With semicolons decimals have a comma, and points are between thousands: where not
            # all numbers have as many decimals, as a program writes them.
            is_usual = self._separator == ";" if sign == "," else self._separator != ";"
            if sign in self._certain or is_usual:
                continue
            decimal, thousands = text.replace(",", "."), text.replace(sign, "")
            if sign == "," or self._has_whole:
                message = (
                    f"{where}: {quoted(text)} may be {decimal} or {thousands}. Expected "
                    f"{_unambiguous(sign, text, thousands)}"
                )
                raise InputError(message)
            return f"points read as those of decimals, {quoted(text)} as {decimal}, not {thousands}"
        return None


def _unambiguous(sign: str, text: str, thousands: str) -> str:
    """Say how to write a number that may have thousands or decimals."""
    if sign == ",":
        return "thousands without a comma, and decimals with a point"
    return (
        f"thousands without a point ({thousands}), and decimals with a comma, as usual between "
        f"semicolons ({text.replace('.', ',')}), or tabs or commas in place of the semicolons"
    )
