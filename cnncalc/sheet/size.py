"""How large the sheets of a plan are: formulas, numbers, and bytes as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnncalc.layers import InputLayer, Layer, Shape, ZeroPadding2D
from cnncalc.network import walk
from cnncalc.sheet.plan import Block, Plan

__all__ = ["MANY_FORMULAS", "Estimate", "estimate", "least_formulas", "longest_formula"]

# From here on, spreadsheets take noticeably long to open and recalculate a workbook.
MANY_FORMULAS = 250_000

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
            size += cells * (BYTES_A_FORMULA + BYTES_A_CHARACTER * len(longest_formula(block)))
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


def longest_formula(block: Block) -> str:
    """Return the formula of the block's last cell: its addresses are the longest."""
    return block.formula.text(block.height - 1, block.width - 1) if block.formula else ""
