"""How large the sheets of a plan are: formulas, numbers, and bytes as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnncalc.layers import InputLayer, Layer, Shape, ZeroPadding2D
from cnncalc.network import walk
from cnncalc.sheet.plan import Block, Plan, Sheet

__all__ = ["MANY_FORMULAS", "Estimate", "estimate", "least_formulas", "longest_formula"]

# From here on, spreadsheets take noticeably long to open and recalculate a workbook.
MANY_FORMULAS = 250_000

# Measured on calculations and trainings of 70 to 500,000 formulas, all within a quarter: bytes as
# packed of an empty workbook, a sheet, a number entered, a formula's cell with its value, of
# each character that it is written with, of a text with its place and its link.
BYTES_AT_LEAST = 7_500
BYTES_A_SHEET = 450
BYTES_A_NUMBER = 9
BYTES_A_FORMULA = 9
BYTES_A_CHARACTER = 0.14
BYTES_A_TEXT = 20

# Measured as well, unpacked and after a save by another program, which writes more: bytes at most
# of an empty sheet, of a number, a formula, each of its characters, and a text.
UNPACKED_A_SHEET = 20_000
UNPACKED_A_NUMBER = 70
UNPACKED_A_FORMULA = 100
UNPACKED_A_CHARACTER = 1.2
UNPACKED_A_TEXT = 200


@dataclass(frozen=True)
class Estimate:
    """How many formulas and other numbers a workbook holds, and about how many bytes it takes.

    `cells` are at most so many with texts and empty ones, on so many `sheets`; `unpacked_bytes` is
    what its parts have at most.
    """

    formulas: int
    numbers: int
    bytes: int
    cells: int
    sheets: int
    unpacked_bytes: int

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
    formulas = numbers = characters = 0
    for block in (block for sheet in plan.sheets for block in sheet.blocks):
        cells = block.height * block.width
        if block.formula is None:
            numbers += cells
        else:
            formulas += cells
            characters += cells * len(longest_formula(block))
    # Contents and About stand beside the plan's own sheets.
    sheets, texts = len(plan.sheets) + 2, sum(len(sheet.texts) for sheet in plan.sheets)
    size = (
        BYTES_AT_LEAST
        + BYTES_A_SHEET * sheets
        + BYTES_A_TEXT * texts
        + BYTES_A_NUMBER * numbers
        + BYTES_A_FORMULA * formulas
        + BYTES_A_CHARACTER * characters
    )
    unpacked = (
        UNPACKED_A_SHEET * sheets
        + UNPACKED_A_TEXT * texts
        + UNPACKED_A_NUMBER * numbers
        + UNPACKED_A_FORMULA * formulas
        + UNPACKED_A_CHARACTER * characters
    )
    return Estimate(
        formulas,
        numbers,
        round(size),
        formulas + numbers + texts + sum(map(_rows, plan.sheets)),
        sheets,
        round(unpacked),
    )


def _rows(sheet: Sheet) -> int:
    """Return how many rows a sheet has: one without blocks has a cell all the same."""
    texts = (text.row + 1 for text in sheet.texts)
    return max([1, *texts, *(block.row + block.height for block in sheet.blocks)])


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


def longest_formula(block: Block) -> str:
    """Return the formula of the block's last cell: its addresses are the longest."""
    return block.formula.text(block.height - 1, block.width - 1) if block.formula else ""
