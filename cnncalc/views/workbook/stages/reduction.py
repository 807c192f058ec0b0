"""All channels made one, cell by cell: their sum or their maximum."""

from __future__ import annotations

from typing import Literal

from cnncalc.substeps import parts
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_channel,
    whole,
)

__all__ = ["reduction_volumes"]


def reduction_volumes(
    mode: Literal["sum", "max"], source: Source, result: Quantity, group: str, note: str
) -> list[Volume]:
    """Return the volume of a result that joins all channels.

    A volume of partial results stands before it where one formula can't hold all channels.
    """
    shares = parts(source.shape[2])
    if len(shares) == 1:
        return [_joined(mode, source.quantity, shares[0], source, result, group, note)]
    helper = Quantity("helper", result.layer, f"partial {result.name}")
    height, width, _ = source.shape

    def part(index: Index, find: Finder) -> Formula:
        return _join(mode, source.quantity, shares[index[0]], find)

    items = tuple(
        Item((place,), Slot(place), f"channels {share[0]} to {share[-1]}")
        for place, share in enumerate(shares)
    )
    draw = whole(helper, height, width, part)
    before = f"{group}, parts"
    return [
        Volume(before, result.layer, helper, height, width, items, draw, (note,)),
        _joined(mode, helper, range(len(shares)), source, result, group, note),
    ]


def _joined(
    mode: str,
    quantity: Quantity,
    channels: range,
    source: Source,
    result: Quantity,
    group: str,
    note: str,
) -> Volume:
    height, width, _ = source.shape
    draw = whole(result, height, width, lambda _, find: _join(mode, quantity, channels, find))
    return Volume(group, result.layer, result, height, width, each_channel(("",)), draw, (note,))


def _join(mode: str, quantity: Quantity, channels: range, find: Finder) -> Formula:
    cells = [find(quantity, (channel,), steps=EACH) for channel in channels]
    return formulas.joined(mode, cells)
