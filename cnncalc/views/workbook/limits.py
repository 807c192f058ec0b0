"""How large a workbook will be, and what no spreadsheet can hold: known before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import InputLayer, Layer, Shape, ZeroPadding2D
from cnncalc.network import walk
from cnncalc.views.workbook.plan import Block, Plan, Sheet

__all__ = [
    "MANY_FORMULAS",
    "MOST_FORMULAS",
    "Estimate",
    "estimate",
    "least_formulas",
    "require_formulas",
    "require_limits",
]

# From here on, spreadsheets take noticeably long to open and recalculate a workbook.
MANY_FORMULAS = 250_000
# More than this must be asked for.
MOST_FORMULAS = 1_000_000

# https://support.microsoft.com/en-us/office/excel-specifications-and-limits
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_IN_FORMULA = 8_192

# Measured on calculations and trainings of 70 to 500,000 formulas, all within a quarter: compressed
# bytes of an empty workbook, of a number entered, of a formula's cell with its value, of each
# character that it is written with, of a text with its place and its link.
BYTES_AT_LEAST = 8_500
BYTES_A_NUMBER = 9
BYTES_A_FORMULA = 9
BYTES_A_CHARACTER = 0.14
BYTES_A_TEXT = 20


@dataclass(frozen=True)
class Estimate:
    """How many formulas and other numbers a workbook holds, and about how many bytes it takes."""

    formulas: int
    numbers: int
    bytes: int

    @property
    def note(self) -> str:
        """What spreadsheets make of so many formulas; empty where there is nothing to say."""
        if self.formulas <= MANY_FORMULAS:
            return ""
        return (
            f"{self.formulas:,} formulas, about {self.bytes / 1e6:,.0f} MB: a spreadsheet may take "
            "a minute or more to open this workbook, and to follow a change"
        )


def estimate(plan: Plan) -> Estimate:
    """Return how large the workbook of a plan will be."""
    formulas = numbers = 0
    size = float(BYTES_AT_LEAST + BYTES_A_TEXT * sum(len(sheet.texts) for sheet in plan.sheets))
    for block in (block for sheet in plan.sheets for block in sheet.blocks):
        cells = block.height * block.width
        if block.formula is None:
            numbers += cells
            size += cells * BYTES_A_NUMBER
        else:
            formulas += cells
            size += cells * (BYTES_A_FORMULA + BYTES_A_CHARACTER * len(_longest(block)))
    return Estimate(formulas, numbers, round(size))


def least_formulas(layers: Sequence[Layer], input_shape: Shape) -> int:
    """Return how many formulas a network's workbook has at least, without planning any.

    There is one for each number that a layer puts out; the input and padding are entered.

    >>> from cnncalc.layers import MaxPooling2D
    >>> least_formulas([MaxPooling2D(2)], (4, 4, 1))
    4
    """
    return sum(
        prod(layer.output_shape(shape))
        for layer, shape in walk(layers, input_shape)
        if not isinstance(layer, InputLayer | ZeroPadding2D)
    )


def require_limits(plan: Plan, *, large: bool = False) -> None:
    """Make sure that a spreadsheet can hold a plan.

    Raises ShapeError for a sheet or formula past Excel's limits, OptionError for more than a
    million formulas unless `large`.
    """
    for sheet in plan.sheets:
        for block in sheet.blocks:
            _require_room(sheet, block)
            _require_short(sheet, block)
    require_formulas(estimate(plan).formulas, large=large)


def require_formulas(formulas: int, *, large: bool = False, words: str = "") -> None:
    """Raise OptionError for a workbook of more than a million formulas, unless `large`.

    The `words` before the number may say that there are "at least" so many.
    """
    if formulas > MOST_FORMULAS and not large:
        message = (
            f"a workbook of more than {MOST_FORMULAS:,} formulas must be asked for with "
            f"export-xlsx --large. Received: a calculation of {words}{formulas:,} formulas"
        )
        raise OptionError(message)


def _require_room(sheet: Sheet, block: Block) -> None:
    rows, columns = block.row + block.height, block.column + block.width
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        message = (
            f"a sheet holds {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns at most. Received: "
            f"the sheet {sheet.name!r} of {rows:,} rows and {columns:,} columns; a smaller image, "
            "or fewer units, will fit"
        )
        raise ShapeError(message)


def _require_short(sheet: Sheet, block: Block) -> None:
    length = len(_longest(block))
    if length > MOST_IN_FORMULA:
        message = (
            f"a formula holds {MOST_IN_FORMULA:,} characters at most. Received: one of "
            f"{length:,} on the sheet {sheet.name!r}"
        )
        raise ShapeError(message)


def _longest(block: Block) -> str:
    """Return the formula of the block's last cell: its addresses are the longest."""
    return block.formula.text(block.height - 1, block.width - 1) if block.formula else ""
