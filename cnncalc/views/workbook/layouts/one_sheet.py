"""A small calculation on one sheet: its groups side by side, its filters one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate

from cnncalc.views.workbook.layouts.drawing import Drawing
from cnncalc.views.workbook.layouts.furniture import (
    ABOUT,
    CONTENTS,
    Job,
    cell_pixels,
    heading,
    legend,
    notes,
)
from cnncalc.views.workbook.layouts.tiles import Group, place
from cnncalc.views.workbook.plan import Sheet, Text
from cnncalc.views.workbook.stages.volumes import Place

__all__ = ["fits_one_sheet", "one_sheet"]

# A sheet reads as one picture up to so many columns and rows.
MOST_COLUMNS, MOST_ROWS = 66, 80
# A heading needs some room, however narrow its numbers are.
NARROWEST = 3
# The first captions stand below the title, a link, and a heading of two lines.
TOP = 4


def fits_one_sheet(groups: Sequence[Group]) -> bool:
    """Tell whether all groups of a calculation still read as one picture."""
    return _lefts(groups)[-1] <= MOST_COLUMNS and _bottom(groups) <= MOST_ROWS


def _lefts(groups: Sequence[Group]) -> list[int]:
    """Return the first column of each group side by side, and the one after the last."""
    return list(accumulate((1 + max(g.tile_width, NARROWEST) for g in groups), initial=1))


def _pitch(groups: Sequence[Group]) -> int:
    """Return the rows from tile to tile, the same in all groups, so that filters line up."""
    return 1 + max(group.tile_height for group in groups)


def _bottom(groups: Sequence[Group]) -> int:
    return TOP + _pitch(groups) * max(group.tiles for group in groups)


def one_sheet(job: Job, groups: Sequence[Group]) -> Sheet:
    """Return the sheet of a calculation that fits on one."""
    name = job.take_name("" if job.prefix else "Calculation")
    lefts, pitch, bottom = _lefts(groups), _pitch(groups), _bottom(groups)
    columns = dict(zip(groups, lefts, strict=False))
    drawing = Drawing(
        tuple(
            placed
            for group, left in columns.items()
            for placed in place(group, partial(_corner, name, left, pitch))
        )
    )
    return Sheet(
        name,
        job.title,
        job.specification.note,
        job.number,
        drawing.blocks(name),
        (
            *heading(job.title, CONTENTS if job.prefix else ABOUT),
            *_headings(columns),
            *drawing.captions(name),
            *notes(groups, bottom, 1),
            *legend(bottom + len(groups) + 1, 1),
        ),
        drawing.names(name),
        cell_pixels(lefts[-1]),
        frozen=(TOP, 0),
    )


def _corner(sheet: str, left: int, pitch: int, tile: int) -> Place:
    return Place(sheet, TOP + tile * pitch, left)


def _headings(columns: Mapping[Group, int]) -> Iterator[Text]:
    for group, column in columns.items():
        yield Text(TOP - 2, column, group.title, "heading")
        yield Text(TOP - 1, column, group.size, "caption")
