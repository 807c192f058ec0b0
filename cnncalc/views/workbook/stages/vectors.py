"""Vectors on a sheet: what their numbers are called, and a column of them."""

from __future__ import annotations

from collections.abc import Callable

from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import STAY, Block, Quantity, Step
from cnncalc.views.workbook.stages.volumes import EACH, Finder, Index, Item, Slot, Source

__all__ = ["ONE_SLICE", "labels", "numbered", "unrolled"]

# A vector has a single slice.
ONE_SLICE = (Item((), Slot(0)),)


def numbered(noun: str, count: int) -> tuple[str, ...]:
    """Return a name for each unit.

    >>> numbered("unit", 2)
    ('unit 0', 'unit 1')
    """
    return tuple(f"{noun} {number}" for number in range(count))


def labels(source: Source) -> tuple[str, ...]:
    """Return the name of each number of a vector, such as "unit 3", or "0,2 filter 1"."""
    return tuple(
        " ".join(filter(None, (row, caption))) for row in source.rows for caption in source.captions
    )


def unrolled(result: Quantity, source: Source) -> Callable[[Index, Finder], tuple[Block, ...]]:
    """Return the rule for a column that copies a vector, whatever its rows and columns."""
    height, width = source.size
    if width == 1:
        pieces, size, step = [(0, 0)], height, EACH[0]
    else:
        pieces, size, step = [(row, row * width) for row in range(height)], width, Step(0, 1)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        first = find(source.quantity, (), steps=(step, STAY))
        return tuple(
            Block(
                *(top, 0, size, 1, "formula", result, (), top),
                formula=formulas.apply(formulas.COPY, first.moved(row, 0)),
            )
            for row, top in pieces
        )

    return draw
