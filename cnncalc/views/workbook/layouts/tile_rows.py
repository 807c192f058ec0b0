"""Volumes on a sheet: groups side by side, a row for each filter; one group alone in many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate

from cnncalc.views.workbook.layouts.arrangement import TOP, Arrangement
from cnncalc.views.workbook.layouts.furniture import cell_pixels
from cnncalc.views.workbook.layouts.tiles import Group, groups, place
from cnncalc.views.workbook.plan import Text
from cnncalc.views.workbook.stages.volumes import Place, Volume

__all__ = ["tile_rows"]

# Tiles of a single group stand side by side up to this many columns.
MOST_COLUMNS = 100
# A heading needs some room, however narrow its numbers are.
NARROWEST = 4
# The first captions stand below a heading of two lines.
FIRST = TOP + 2

Corner = Callable[[int], Place]


def tile_rows(sheet: str, volumes: Sequence[Volume]) -> Arrangement:
    """Arrange volumes on a sheet: each filter's tiles beside each other, from group to group."""
    every = groups(volumes)
    corners, right, bottom = _beside(sheet, every) if every[1:] else _alone(sheet, every[0])
    placed = tuple(each for group in every for each in place(group, corners[group]))
    captions = (
        Text(each.place.row - 1, each.place.column, each.item.caption, "caption")
        for each in placed
        if each.item.caption
    )
    texts = (*_headings(corners), *captions)
    return Arrangement(placed, texts, bottom, cell_pixels(right), frozen=(FIRST, 0))


def _beside(sheet: str, every: Sequence[Group]) -> tuple[Mapping[Group, Corner], int, int]:
    """Place groups side by side; return also the first free column and row."""
    lefts = list(accumulate((1 + max(each.tile_width, NARROWEST) for each in every), initial=1))
    pitches = [_pitch(group, every) for group in every]
    corners = {
        group: partial(_in_row, sheet, left, pitch)
        for group, left, pitch in zip(every, lefts, pitches, strict=False)
    }
    ends = (group.tiles * pitch for group, pitch in zip(every, pitches, strict=True))
    return corners, lefts[-1], FIRST + max(ends)


def _pitch(group: Group, every: Sequence[Group]) -> int:
    """Return the rows from tile to tile: groups of as many tiles line up."""
    return 1 + max(other.tile_height for other in every if other.tiles == group.tiles)


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
