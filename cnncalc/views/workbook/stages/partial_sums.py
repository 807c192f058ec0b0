"""Sums of more terms than one formula can hold: partial sums, and their totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnncalc.views.workbook.plan import Quantity, Reference
from cnncalc.views.workbook.stages.volumes import EACH, Finder, Index, Item, Slot, Volume

__all__ = ["in_parts", "part_cells"]


def in_parts(total: Volume, partial: Volume, shares: Sequence[range], of: str) -> list[Volume]:
    """Return the volume of partial sums, and after it that of their totals.

    Arguments: the volume of the `total`; that of the `partial` sums, which is given its items here:
    those of the total, each in as many parts as there are `shares`, with the part's place in front
    of its index; what they are shares `of`.
    """
    items = tuple(
        Item(
            (place, *item.index),
            Slot(item.slot.tile, item.slot.place * len(shares) + place),
            ", ".join(filter(None, (item.caption, f"{of} {share[0]} to {share[-1]}"))),
        )
        for item in total.items
        for place, share in enumerate(shares)
    )
    return [replace(partial, items=items), replace(total, notes=("The partial sums added up.",))]


def part_cells(helper: Quantity, count: int, index: Index, find: Finder) -> list[Reference]:
    """Return the cells of the `count` parts of a sum."""
    return [find(helper, (place, *index), steps=EACH) for place in range(count)]
