"""How large the sheets of a plan are: formulas, numbers, and bytes as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from cnncalc.layers import InputLayer, Layer, Shape, ZeroPadding2D
from cnncalc.network import walk
from cnncalc.sheet.plan import Block, Plan, Sheet

__all__ = ["MANY_FORMULAS", "Estimate", "estimate", "least_formulas", "longest_formula"]

# From here on, spreadsheets take noticeably long to open and recalculate a workbook.
MANY_FORMULAS = 250_000


class _Bytes(NamedTuple):
    """How many bytes are taken by each of these, the first of which is an empty workbook.

    A text comes with its place and its link, a formula with its value; characters are those that
    formulas are written with.
    """

    workbook: float
    sheet: float
    text: float
    number: float
    formula: float
    character: float

    def of(self, *counts: int) -> int:
        """Return the bytes of one workbook and of so many of the others, in their order."""
        each = zip(self, (1, *counts), strict=True)
        return round(sum(size * count for size, count in each))


# Measured on calculations and trainings of 70 to 500,000 formulas, all within a quarter.
_PACKED = _Bytes(7_500, 450, 20, 9, 9, 0.14)
# Measured as well: at most, unpacked, and after a save by another program, which writes more.
_UNPACKED = _Bytes(0, 20_000, 200, 70, 100, 1.2)


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
    counts = (sheets, texts, numbers, formulas, characters)
    cells = formulas + numbers + texts + sum(map(_rows, plan.sheets))
    packed, unpacked = _PACKED.of(*counts), _UNPACKED.of(*counts)
    return Estimate(formulas, numbers, packed, cells, sheets, unpacked)


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
