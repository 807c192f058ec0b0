"""As much of a weight as a dashboard has room for: its first slices, rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cnncalc.sheet import formulas
from cnncalc.sheet.layouts.drawing import Placed
from cnncalc.sheet.plan import Block, Formula, Quantity, Scale
from cnncalc.sheet.volumes import EACH, Finder, Index, Place, Volume, formed_like

__all__ = ["cut", "first_of", "side_by_side", "what_is_shown"]

# As many slices are shown as fit these columns and lines, and so many of a slice's rows.
MOST_COLUMNS, MOST_LINES, MOST_ROWS = 32, 32, 16


def side_by_side(volume: Volume, sheet: str, top: int, left: int) -> Iterator[Placed]:
    """Place slices side by side from a sheet's row and column on, in as many lines as it takes."""
    across = _across(volume.width)
    for number, item in enumerate(volume.items):
        line, place = divmod(number, across)
        row, column = top + line * (volume.height + 1), left + place * (volume.width + 1)
        yield Placed(volume, item, Place(sheet, row, column))


def _across(width: int) -> int:
    """Return how many slices stand side by side."""
    return max(1, MOST_COLUMNS // (width + 1))


def cut(weight: Volume, quantity: Quantity, read: Quantity) -> Volume:
    """Return copies of the first slices of a weight, of their first rows and columns."""
    height, width = min(weight.height, MOST_ROWS), min(weight.width, MOST_COLUMNS)
    items = weight.items[: _across(width) * max(1, MOST_LINES // (height + 1))]

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(read, index, steps=EACH))

    copied = formed_like(weight, quantity, formula)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            replace(block, height=min(block.height, height), width=min(block.width, width))
            for block in copied.draw(index, find)
        )

    return Volume("", "", quantity, height, width, items, draw, "", scale=Scale.SIGNED)


def what_is_shown(weight: Volume, part: Volume) -> list[str]:
    """Say how much of a weight is shown, where that isn't all."""
    is_flat = all(item.slot.place == 0 for item in weight.items)
    sizes = (
        (len(part.items), len(weight.items), "filters" if is_flat else "slices"),
        (part.height, weight.height, "rows"),
        (part.width, weight.width, "columns"),
    )
    return [first_of(*size) for size in sizes if size[0] < size[1]]


def first_of(shown: int, count: int, unit: str) -> str:
    """Say that only the first are shown.

    >>> first_of(16, 20, "rows")
    'the first 16 of 20 rows'
    """
    return f"the first {shown} of {count} {unit}"
