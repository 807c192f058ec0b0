"""What a workbook holds, and what a spreadsheet engine makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["CellValue", "Evaluation", "Place", "WorkbookCells"]

# What a cell holds: a number, TRUE or FALSE, or a text; an error is its text, such as "#DIV/0!".
CellValue = float | bool | str


class Place(NamedTuple):
    """Where a cell stands: its sheet, and its row and column counted from 0."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class WorkbookCells:
    """The cells of a workbook that hold something.

    `constants` are the cells without a formula, `formulas` the others (without their equals
    sign), `stored` the values that the workbook stores beside its formulas.
    """

    constants: Mapping[Place, CellValue]
    formulas: Mapping[Place, str]
    stored: Mapping[Place, CellValue]


@dataclass(frozen=True)
class Evaluation:
    """The values of a workbook's formula cells, as a spreadsheet engine evaluated them.

    `engine` is its name and version. A formula that gives nothing has no place in `values`;
    cells without a formula may have one.
    """

    engine: str
    values: Mapping[Place, CellValue]
