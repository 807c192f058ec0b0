"""Vectors on a sheet: one below the other in the same columns, a dense layer's weights last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.views.workbook.layouts.arrangement import TOP, Arrangement
from cnncalc.views.workbook.layouts.tiles import Group, Placed, groups
from cnncalc.views.workbook.plan import Text
from cnncalc.views.workbook.stages.volumes import Place, Volume

__all__ = ["vector_rows"]

# Column A is a margin, column B holds labels; then may come columns that lead to the units'.
LABELS, LEADING = 1, 2
MARGIN_PIXELS, LABEL_PIXELS, LEADING_PIXELS = 20, 170, 80


def vector_rows(sheet: str, volumes: Sequence[Volume]) -> Arrangement:
    """Arrange vectors on a sheet.

    The volumes of a group stand beside each other, the last of them in the units' columns.
    """
    every = groups(volumes)
    units = LEADING + max(sum(volume.width for volume in each.volumes[:-1]) for each in every)
    rows = _rows(every)
    columns = next((volume.columns for volume in volumes if any(volume.columns)), ())
    heads = (Text(TOP, units + i, name, "caption") for i, name in enumerate(columns) if name)
    leading = tuple((column, LEADING_PIXELS) for column in range(LEADING, units))
    return Arrangement(
        tuple(each for group in every for each in _placed(group, Place(sheet, rows[group], units))),
        (*heads, *(text for group in every for text in _labels(group, rows[group], units))),
        max(rows[group] + _height(group) for group in every),
        0,
        ((0, MARGIN_PIXELS), (LABELS, LABEL_PIXELS), *leading),
        frozen=(TOP + 1, units),
    )


def _height(group: Group) -> int:
    return max(volume.height for volume in group.volumes)


def _rows(every: Sequence[Group]) -> dict[Group, int]:
    """Return the first row of each group: those of many rows have a heading and some space."""
    rows = {}
    row = TOP + 1
    for group in every:
        row += 2 if _height(group) > 1 else 0
        rows[group] = row
        row += _height(group)
    return rows


def _placed(group: Group, first: Place) -> Iterator[Placed]:
    """Place a group's volumes to the left of, and up to, the units' first cell."""
    column = first.column
    for volume in reversed(group.volumes):
        if volume is not group.volumes[-1]:
            column -= volume.width
        yield Placed(volume, volume.items[0], first._replace(column=column))


def _labels(group: Group, row: int, units: int) -> Iterator[Text]:
    if _height(group) == 1:
        yield Text(row, LABELS, group.title, "label")
        return
    yield Text(row - 1, LABELS, group.title, "heading")
    for volume, column in zip(reversed(group.volumes[:-1]), range(units - 1, 0, -1), strict=False):
        yield Text(row - 1, column, volume.quantity.name, "caption")
    names = next((volume.rows for volume in group.volumes if any(volume.rows)), ())
    for place, name in enumerate(names):
        yield Text(row + place, LABELS, name, "label")
