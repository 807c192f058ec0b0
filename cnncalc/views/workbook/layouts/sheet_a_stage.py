"""A calculation too large for one sheet: a sheet for each group, its tiles in rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from cnncalc.views.workbook.layouts.drawing import Drawing
from cnncalc.views.workbook.layouts.furniture import CONTENTS, Job, cell_pixels, heading, legend
from cnncalc.views.workbook.layouts.tiles import Group, place
from cnncalc.views.workbook.plan import Sheet, Text
from cnncalc.views.workbook.stages.volumes import Place

__all__ = ["sheets_a_stage"]

# Tiles stand side by side up to this many columns.
ROW_OF_TILES = 100
# The first captions stand below the title, a link and a note.
TOP = 4


def sheets_a_stage(job: Job, groups: Sequence[Group]) -> list[Sheet]:
    """Return one sheet for each group of a calculation."""
    names = [job.take_name(text) for text in _names(groups)]
    sheets = list(zip(groups, names, strict=True))
    drawing = Drawing(
        tuple(
            placed
            for group, name in sheets
            for placed in place(group, partial(_corner, group, name))
        )
    )
    return [_sheet(job, group, name, drawing) for group, name in sheets]


def _names(groups: Sequence[Group]) -> list[str]:
    """Name a group's sheet by its title, after its layer where several have that title."""
    titles = Counter(group.title for group in groups)
    return [
        f"{group.layer} {group.title}" if titles[group.title] > 1 else group.title
        for group in groups
    ]


def _tiles_a_row(group: Group) -> int:
    return max(1, (ROW_OF_TILES + 1) // (group.tile_width + 1))


def _corner(group: Group, sheet: str, tile: int) -> Place:
    down, across = divmod(tile, _tiles_a_row(group))
    return Place(sheet, TOP + down * (group.tile_height + 1), 1 + across * (group.tile_width + 1))


def _sheet(job: Job, group: Group, name: str, drawing: Drawing) -> Sheet:
    columns = min(group.tiles, _tiles_a_row(group)) * (group.tile_width + 1)
    rows = -(-group.tiles // _tiles_a_row(group)) * (group.tile_height + 1)
    title = f"{group.title} {group.size}"
    return Sheet(
        name,
        f"{job.title} · {title}",
        " ".join(group.notes),
        job.number,
        drawing.blocks(name),
        (
            *heading(f"{job.title} · {title}", CONTENTS),
            Text(2, 1, " ".join(group.notes)),
            *drawing.captions(name),
            *legend(TOP + rows, 1),
        ),
        drawing.names(name),
        cell_pixels(columns),
        frozen=(TOP - 1, 0),
        pages=0,
    )
