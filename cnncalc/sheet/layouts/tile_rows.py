"""Volumes on a sheet: groups side by side, a row for each filter; one group alone in many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layouts.drawing import Group, Placed, captions, groups, place
from cnncalc.sheet.layouts.sheet_parts import cell_pixels
from cnncalc.sheet.plan import Text
from cnncalc.sheet.volumes import Volume

__all__ = ["TOP", "Arrangement", "tile_rows", "vector_rows"]

# What a layout arranges begins below the title, the links and a line on the sizes.
TOP = 4


@dataclass(frozen=True)
class Arrangement:
    """The slices of one sheet in their places, and its labels.

    `bottom` is the first row below all of them; `cell`, `widths` and `frozen` are the sheet's.
    """

    placed: tuple[Placed, ...]
    texts: tuple[Text, ...]
    bottom: int
    cell: int
    widths: tuple[tuple[int, int], ...] = ()
    frozen: tuple[int, int] = (0, 0)


# Tiles of a single group stand side by side up to this many columns.
MOST_COLUMNS = 100
# A heading needs some room, however narrow its numbers are.
NARROWEST = 4
# The first captions stand below a heading of two lines.
FIRST = TOP + 2

Corner = Callable[[int], Place]


def tile_rows(sheet: str, volumes: Sequence[Volume]) -> Arrangement:
    """Arrange volumes on a sheet: each filter's tiles beside each other, from group to group."""
    drawn = groups(volumes)
    corners, right, bottom = _beside(sheet, drawn) if drawn[1:] else _alone(sheet, drawn[0])
    placed = tuple(part for group in drawn for part in place(group, corners[group]))
    texts = (*_headings(corners), *captions(placed))
    return Arrangement(placed, texts, bottom, cell_pixels(right), frozen=(FIRST, 0))


def _beside(sheet: str, drawn: Sequence[Group]) -> tuple[Mapping[Group, Corner], int, int]:
    """Place groups side by side; return also the first free column and row."""
    lefts = list(accumulate((1 + max(group.tile_width, NARROWEST) for group in drawn), initial=1))
    pitches = [_pitch(group, drawn) for group in drawn]
    corners = {
        group: partial(_in_row, sheet, left, pitch)
        for group, left, pitch in zip(drawn, lefts, pitches, strict=False)
    }
    ends = (group.tiles * pitch for group, pitch in zip(drawn, pitches, strict=True))
    return corners, lefts[-1], FIRST + max(ends)


def _pitch(group: Group, drawn: Sequence[Group]) -> int:
    """Return the rows from tile to tile: groups of as many tiles line up."""
    return 1 + max(other.tile_height for other in drawn if other.tiles == group.tiles)


def _in_row(sheet: str, left: int, pitch: int, tile: int) -> Place:
    return Place(sheet, FIRST + tile * pitch, left)


def _alone(sheet: str, group: Group) -> tuple[Mapping[Group, Corner], int, int]:
    """Place the tiles of the only group row by row; return also the first free column and row."""
    across = max(1, (MOST_COLUMNS + 1) // (group.tile_width + 1))
    right = min(group.tiles, across) * (group.tile_width + 1)
    bottom = FIRST + -(-group.tiles // across) * (group.tile_height + 1)
    return {group: partial(_in_rows, sheet, group, across)}, right, bottom


def _in_rows(sheet: str, group: Group, across: int, tile: int) -> Place:
    row, column = divmod(tile, across)
    height, width = group.tile_height + 1, group.tile_width + 1
    return Place(sheet, FIRST + row * height, 1 + column * width)


def _headings(corners: Mapping[Group, Corner]) -> Iterator[Text]:
    for group, corner in corners.items():
        column = corner(0).column
        yield Text(TOP, column, group.title, "heading")
        yield Text(TOP + 1, column, group.size, "caption")


# Column A is a margin, column B holds labels; then may come columns that lead to the units'.
LABELS, LEADING = 1, 2

MARGIN_PIXELS, LABEL_PIXELS, LEADING_PIXELS = 20, 170, 80


def vector_rows(sheet: str, volumes: Sequence[Volume]) -> Arrangement:
    """Arrange vectors on a sheet.

    The volumes of a group stand beside each other, the last of them in the units' columns.
    """
    drawn = groups(volumes)
    units = LEADING + max(sum(volume.width for volume in group.volumes[:-1]) for group in drawn)
    rows = _rows(drawn)
    columns = next((volume.columns for volume in volumes if any(volume.columns)), ())
    heads = (Text(TOP, units + i, name, "caption") for i, name in enumerate(columns) if name)
    leading = tuple((column, LEADING_PIXELS) for column in range(LEADING, units))
    return Arrangement(
        tuple(part for group in drawn for part in _placed(group, Place(sheet, rows[group], units))),
        (*heads, *(text for group in drawn for text in _labels(group, rows[group], units))),
        max(rows[group] + _height(group) for group in drawn),
        0,
        ((0, MARGIN_PIXELS), (LABELS, LABEL_PIXELS), *leading),
        frozen=(TOP + 1, units),
    )


def _height(group: Group) -> int:
    return max(volume.height for volume in group.volumes)


def _rows(drawn: Sequence[Group]) -> dict[Group, int]:
    """Return the first row of each group: those of many rows have a heading and some space."""
    rows = {}
    row = TOP + 1
    for group in drawn:
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
        yield from (Text(row - 1, column, name, "caption") for name in volume.columns)
    names = next((volume.rows for volume in group.volumes if any(volume.rows)), ())
    for line, name in enumerate(names):
        yield Text(row + line, LABELS, name, "label")
