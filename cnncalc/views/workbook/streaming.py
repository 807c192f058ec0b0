"""XlsxWriter, row by row: a workbook of constant memory, and sheets that take formulas as they are.

XlsxWriter looks through every formula for functions that newer versions of Excel spell
differently, by some thirty regular expressions: most of the time that a large workbook takes.
The formulas of a plan use none of these functions. The method that is replaced is private, so
the release is pinned in pyproject.toml, and a test compares the bytes with the stock class's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

__all__ = ["StreamingWorksheet", "Target", "new_workbook"]

Target = Path | BinaryIO

# The date in a workbook's properties: the same command makes the same bytes.
CREATED = datetime.datetime(2017, 1, 1)


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
        options = {"constant_memory": True, "tmpdir": folder, "use_zip64": True}
        workbook = Workbook(target, options)
        workbook.worksheet_class = StreamingWorksheet
        workbook.set_properties({"title": title, "comments": "Made by cnncalc", "created": CREATED})
        try:
            yield workbook
        except BaseException:
            # What is left open could not be removed everywhere.
            for worksheet in workbook.worksheets():
                worksheet.row_data_fh.close()
            raise
        workbook.close()
