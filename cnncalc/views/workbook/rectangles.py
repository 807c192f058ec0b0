"""Few rectangles around many blocks, so that one rule can name all of them.

Between the blocks there may be texts and empty cells, which have no colour by a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.sheet.plan import Block
from cnncalc.sheet.references import range_address

__all__ = ["Crowd", "Rectangle", "bunches"]


class Rectangle(NamedTuple):
    """A rectangle of cells, its last row and column included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def of(cls, block: Block) -> Rectangle:
        """Return the cells of a block."""
        bottom, right = block.row + block.height - 1, block.column + block.width - 1
        return cls(block.row, block.column, bottom, right)

    def address(self, *, fixed: bool = False) -> str:
        """Return its address, with dollar signs where `fixed`."""
        size = (self.bottom - self.top + 1, self.right - self.left + 1)
        return range_address(self.top, self.left, *size, fixed=fixed)

    def meets(self, other: Rectangle) -> bool:
        """Tell whether both have a cell in common."""
        rows = self.top <= other.bottom and other.top <= self.bottom
        return rows and self.left <= other.right and other.left <= self.right

    def joined(self, other: Rectangle) -> Rectangle:
        """Return the smallest rectangle that holds both."""
        return Rectangle(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))


class Crowd:
    """All blocks of a sheet, which tell how far a rectangle around some of them may reach."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._rectangles = [Rectangle.of(block) for block in blocks]
        boxes = np.array(self._rectangles, dtype=np.int64).reshape(-1, 4)
        self._order = np.argsort(boxes[:, 0], kind="stable")
        self._boxes: NDArray[np.int64] = boxes[self._order]
        self._highest = int((boxes[:, 2] - boxes[:, 0]).max(initial=0))

    def rectangles(self, places: Sequence[int]) -> list[Rectangle]:
        """Return rectangles that hold the blocks at these places, and of no other block a cell.

        They don't overlap. Blocks that follow each other share one wherever they can be.

        >>> from cnncalc.sheet.plan import Quantity
        >>> blocks = [Block(0, column, 2, 2, "formula", Quantity("stage")) for column in (0, 3, 6)]
        >>> [found.address() for found in Crowd(blocks).rectangles([0, 1])]
        ['A1:E2']
        """
        is_other = np.ones(len(self._rectangles), dtype=bool)
        is_other[list(places)] = False
        is_held = np.zeros(len(self._rectangles), dtype=bool)
        found: list[Rectangle] = []
        for place in places:
            if is_held[place]:
                continue
            grown = found[-1].joined(self._rectangles[place]) if found else self._rectangles[place]
            inside = self._inside(grown, is_other)
            is_free = inside is not None and not any(map(grown.meets, found[:-1]))
            if found and is_free:
                found[-1] = grown
                is_held[inside] = True
            else:
                found.append(self._rectangles[place])
        return found

    def _inside(self, around: Rectangle, is_other: NDArray[np.bool_]) -> NDArray[np.int64] | None:
        """Return the blocks in a rectangle; None if it meets another, or cuts one in two."""
        between = (around.top - self._highest, around.bottom + 1)
        near = slice(*np.searchsorted(self._boxes[:, 0], between))
        tops, lefts, bottoms, rights = self._boxes[near].T
        is_met = (bottoms >= around.top) & (lefts <= around.right) & (rights >= around.left)
        is_within = (tops >= around.top) & (bottoms <= around.bottom)
        is_within &= (lefts >= around.left) & (rights <= around.right)
        places = self._order[near]
        if (is_met & (is_other[places] | ~is_within)).any():
            return None
        inside: NDArray[np.int64] = places[is_within]
        return inside


def bunches(
    rectangles: Sequence[Rectangle], most: int, characters: int
) -> Iterator[list[Rectangle]]:
    """Yield the rectangles in bunches of so many at most, their addresses in so many characters.

    >>> few = [Rectangle(row, 0, row, 1) for row in range(3)]
    >>> [[each.address() for each in bunch] for bunch in bunches(few, 2, 99)]
    [['A1:B1', 'A2:B2'], ['A3:B3']]
    """
    bunch: list[Rectangle] = []
    length = 0
    for each in rectangles:
        needed = len(each.address(fixed=True)) + 1
        if bunch and (len(bunch) == most or length + needed > characters):
            yield bunch
            bunch, length = [], 0
        bunch.append(each)
        length += needed
    if bunch:
        yield bunch
