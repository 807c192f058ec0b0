"""The blocks of a slice: what the user enters, what one formula fills, with padding around.

A slice is drawn as if its first cell were A1, once the layout has told where the slices that its
formulas read stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from cnncalc.geometry import Geometry
from cnncalc.shapes import Pads
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Reference, Role, Step

__all__ = [
    "EACH",
    "Draw",
    "Finder",
    "Index",
    "Place",
    "entered",
    "framed",
    "sliding",
    "whole",
]

Index = tuple[int, ...]

# How a reference moves that follows its formula, row by row and column by column.
EACH = (Step(1, 0), Step(0, 1))


class Place(NamedTuple):
    """Where a slice's first cell stands."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True)
class Finder:
    """Finds the cells of another slice for the formulas on one sheet."""

    places: Mapping[tuple[Quantity, Index], Place]
    sheet: str

    def __call__(
        self,
        quantity: Quantity,
        index: Index,
        size: tuple[int, int] = (1, 1),
        steps: tuple[Step, Step] = (STAY, STAY),
    ) -> Reference:
        """Return a reference to the first cells of a slice, `size` of them, moving by `steps`."""
        sheet, row, column = self.places[quantity, index]
        elsewhere = "" if sheet == self.sheet else sheet
        return Reference(elsewhere, row, column, *size, *steps)


Draw = Callable[[Index, Finder], tuple[Block, ...]]


def entered(quantity: Quantity, height: int, width: int, role: Role) -> Draw:
    """Return the rule for slices that the user enters."""
    return lambda index, _: (Block(0, 0, height, width, role, quantity, index),)


def whole(
    quantity: Quantity, height: int, width: int, formula: Callable[[Index, Finder], Formula]
) -> Draw:
    """Return the rule for slices that are one block of one formula."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        block = Block(0, 0, height, width, "formula", quantity, index, formula=formula(index, find))
        return (block,)

    return draw


def framed(padded: Quantity, geometry: Geometry, inner: Draw) -> Draw:
    """Return the rule for slices with padding around them.

    Arguments: the `padded` quantity; the window's `geometry`; the rule for what is `inner`.
    """
    pads = geometry.pads

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        (block,) = inner(index, find)
        if block.quantity == padded:
            block = replace(block, first_row=pads.top, first_column=pads.left)
        return (block.moved(pads.top, pads.left), *_frame(padded, geometry.padded, pads, index))

    return draw


def _frame(padded: Quantity, size: tuple[int, int], pads: Pads, index: Index) -> list[Block]:
    """Return the blocks of padding: above and below in full width, left and right between."""
    height, width = size
    top, bottom, left, right = pads
    between = height - top - bottom
    strips = (
        (0, 0, top, width),
        (height - bottom, 0, bottom, width),
        (top, 0, between, left),
        (top, width - right, between, right),
    )
    return [
        Block(row, column, rows, columns, "padding", padded, index, row, column)
        for row, column, rows, columns in strips
        if rows and columns
    ]


def sliding(geometry: Geometry) -> tuple[tuple[int, int], tuple[Step, Step]]:
    """Return the size of a window and how it steps from cell to cell of the result."""
    down, across = geometry.vertical, geometry.horizontal
    return (down.window, across.window), (Step(down.stride, 0), Step(0, across.stride))
