"""A small calculation on one sheet: its groups side by side, its filters one below the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate

from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layouts.drawing import Drawing, Group, place
from cnncalc.sheet.layouts.sheet_parts import (
    ABOUT,
    CONTENTS,
    Job,
    cell_pixels,
    heading,
    legend,
    sentences,
)
from cnncalc.sheet.plan import Sheet, Text

__all__ = ["fits_one_sheet", "one_sheet", "sheets_a_stage"]

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
    blocks = drawing.blocks(name)
    cell = cell_pixels(lefts[-1])
    said = [f"{group.title}: {sentence}" for group in groups for sentence in group.sentences]
    notes = sentences(said, bottom, 1, (lefts[-1] - 2) * cell)
    return Sheet(
        name,
        job.title,
        job.specification.note,
        job.number,
        blocks,
        (
            *heading(job.title, CONTENTS if job.prefix else ABOUT),
            *_headings(columns),
            *drawing.captions(name),
            *notes,
            *legend(bottom + len(notes) + 1, 1, {block.role for block in blocks}),
        ),
        drawing.names(name),
        cell,
        frozen=(TOP, 0),
    )


def _corner(sheet: str, left: int, pitch: int, tile: int) -> Place:
    return Place(sheet, TOP + tile * pitch, left)


def _headings(columns: Mapping[Group, int]) -> Iterator[Text]:
    for group, column in columns.items():
        yield Text(TOP - 2, column, group.title, "heading")
        yield Text(TOP - 1, column, group.size, "caption")


# Tiles stand side by side up to this many columns.
ROW_OF_TILES = 100


def sheets_a_stage(job: Job, groups: Sequence[Group]) -> list[Sheet]:
    """Return one sheet for each group of a calculation."""
    names = [job.take_name(text) for text in _names(groups)]
    sheets = list(zip(groups, names, strict=True))
    drawing = Drawing(
        tuple(
            placed
            for group, name in sheets
            for placed in place(group, partial(_stage_corner, group, name))
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


def _stage_corner(group: Group, sheet: str, tile: int) -> Place:
    down, across = divmod(tile, _tiles_a_row(group))
    return Place(sheet, TOP + down * (group.tile_height + 1), 1 + across * (group.tile_width + 1))


def _sheet(job: Job, group: Group, name: str, drawing: Drawing) -> Sheet:
    columns = min(group.tiles, _tiles_a_row(group)) * (group.tile_width + 1)
    rows = -(-group.tiles // _tiles_a_row(group)) * (group.tile_height + 1)
    title = f"{group.title} {group.size}"
    blocks = drawing.blocks(name)
    return Sheet(
        name,
        f"{job.title} · {title}",
        " ".join(group.sentences),
        job.number,
        blocks,
        (
            *heading(f"{job.title} · {title}", CONTENTS),
            *_two_lines(group.sentences),
            *drawing.captions(name),
            *legend(TOP + rows, 1, {block.role for block in blocks}),
        ),
        drawing.names(name),
        cell_pixels(columns),
        frozen=(TOP, 0),
    )


def _two_lines(said: Sequence[str]) -> Iterator[Text]:
    """Yield the first sentence above the cells, and the others below it: a page isn't wider."""
    lines = (said[:1], said[1:])
    yield from (Text(TOP - 2 + row, 1, " ".join(line)) for row, line in enumerate(lines) if line)
