"""A block's formulas as text, a row at a time, fast enough for a million of them.

What changes along a row are a reference's column letters, what changes down a column its row
numbers: a row is made by filling the numbers into the template once, then the letters, which are
worked out once for all rows.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from cnncalc.provenance import OWN_MARK
from cnncalc.sheet.plan import STAY, Block, Formula, Reference, Tiled
from cnncalc.sheet.references import column_letters, sheet_prefix

__all__ = ["CREATED", "FONT", "StreamingWorksheet", "Target", "formula_rows", "new_workbook"]

# A reference's place in a template; braces of the formula's own are doubled.
_PLACE = re.compile(r"(?<!\{)\{(\d+)\}")


def formula_rows(block: Block) -> Iterator[list[str]]:
    """Yield the formulas of a block's rows, without equals signs; the same as `Formula.text`.

    >>> from cnncalc.sheet.plan import Quantity, Step
    >>> twice = Formula("2*{0}", (Reference("", 0, 0, 1, 1, Step(1, 0), Step(0, 1)),))
    >>> block = Block(0, 2, 2, 2, "formula", Quantity("input"), formula=twice)
    >>> list(formula_rows(block))
    [['2*A1', '2*B1'], ['2*A2', '2*B2']]
    """
    formula = block.formula
    if formula is None:
        return
    if isinstance(formula, Tiled) or _turns(formula):
        for row in range(block.height):
            yield [formula.text(row, column) for column in range(block.width)]
        return
    pieces = _pieces(formula)
    template = "".join(piece.text for piece in pieces)
    numbers = [number for piece in pieces for number in piece.rows]
    letters = [
        tuple(
            column_letters(first + column * step)
            for piece in pieces
            for first, step in piece.columns
        )
        for column in range(block.width)
    ]
    for row in range(block.height):
        line = template % tuple(first + row * step for first, step in numbers)
        yield [line % columns for columns in letters]


def _turns(formula: Formula) -> bool:
    """Tell of a reference down a row for each column: it has no letters of its own a column."""
    return any(reference.down.columns or reference.across.rows for reference in formula.references)


@dataclass(frozen=True)
class _Piece:
    """A part of a formula: text with places for row numbers and, later, column letters.

    `rows` and `columns` are the (first, step) of what goes into each place.
    """

    text: str
    rows: tuple[tuple[int, int], ...] = ()
    columns: tuple[tuple[int, int], ...] = ()


def _pieces(formula: Formula) -> list[_Piece]:
    """Split a template at its references."""
    parts = _PLACE.split(formula.template)
    return [
        _reference_piece(formula.references[int(part)])
        if place % 2
        else _text_piece(part.replace("{{", "{").replace("}}", "}"))
        for place, part in enumerate(parts)
    ]


def _text_piece(text: str) -> _Piece:
    # The text goes through % twice, and a sheet's name may hold that sign.
    return _Piece(text.replace("%", "%%%%"))


def _reference_piece(reference: Reference) -> _Piece:
    if reference.down == reference.across == STAY:
        return _text_piece(reference.text(0, 0))
    down, across = reference.down.rows, reference.across.columns
    rows: list[tuple[int, int]] = [(reference.row + 1, down)]
    columns = [(reference.column, across)]
    text = "%%s%d"
    if (reference.height, reference.width) != (1, 1):
        text = "%%s%d:%%s%d"
        rows.append((reference.row + reference.height, down))
        columns.append((reference.column + reference.width - 1, across))
    prefix = _text_piece(sheet_prefix(reference.sheet) if reference.sheet else "").text
    return _Piece(prefix + text, tuple(rows), tuple(columns))


Target = Path | BinaryIO

# The date in a workbook's properties: the same command makes the same bytes.
CREATED = datetime.datetime(2017, 1, 1)

# Columns are as wide as so many digits of a workbook's font. Of Arial every program has one that is
# as wide; without Excel's own Calibri, LibreOffice takes one whose digits are a third wider.
FONT: Mapping[str, Any] = {"font_name": "Arial", "font_size": 10, "font_scheme": "none"}


class StreamingWorksheet(Worksheet):  # type: ignore[misc] # XlsxWriter ships no types
    """A worksheet for formulas that use no function that needs a prefix."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        del expand_future_functions  # there are none
        return formula.removeprefix("=")


@contextmanager
def new_workbook(target: Target, title: str) -> Iterator[Any]:
    """Make a workbook of constant memory that is written when the block ends without an error.

    Arguments: the path or binary stream it goes to; the `title` in its properties.
    """
    with TemporaryDirectory(prefix="cnncalc-") as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "use_zip64": True,
            "default_format_properties": FONT,
        }
        workbook = Workbook(target, options)
        workbook.worksheet_class = StreamingWorksheet
        workbook.set_properties({"title": title, "comments": OWN_MARK, "created": CREATED})
        try:
            yield workbook
        except BaseException:
            # What is left open could not be removed everywhere.
            for worksheet in workbook.worksheets():
                worksheet.row_data_fh.close()
            raise
        workbook.close()
