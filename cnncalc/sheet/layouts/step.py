"""Where the volumes of a step stand: sections below each other, in each some columns a layer.

A layer has the same columns in every section, so that a gradient stands below what it is the
gradient of. What is called how, and by which rule it came about, stands directly above the cells,
no wider than they are. A section that no page has room for goes on on further shelves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest

from cnncalc.sheet.annotations import Area, Text
from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layouts.drawing import Placed, captions, groups
from cnncalc.sheet.layouts.step_heads import Bar, Head, Heads
from cnncalc.sheet.layouts.step_pages import Box, Shelf, pages
from cnncalc.sheet.layouts.step_stacks import ROOM, Stack, on_shelves, packed, stacks
from cnncalc.sheet.training.sections import Section

__all__ = ["Arranged", "arrange"]

# The stacks of a layer in a section: what begins it, and what continues that.
Turns = Sequence[Sequence[Stack]]
# The stacks of a shelf, each with its first column.
Columns = Sequence[tuple[Stack, int]]


@dataclass(frozen=True)
class Arranged:
    """The slices of a step's sheet in their places, its labels, and the areas that are printed.

    `bottom` is the first row below them, `columns` how many they take; `rows` are those of the
    sections' titles.
    """

    placed: tuple[Placed, ...]
    texts: tuple[Text, ...]
    bottom: int
    columns: int
    rows: tuple[int, ...]
    areas: tuple[Area, ...]


def arrange(sheet: str, sections: Sequence[Section], heads: Sequence[Head], top: int) -> Arranged:
    """Arrange the sections of a step on a sheet, the first from the row `top` on.

    Arguments: the `sheet`'s name; the `sections`; the `heads` above the columns of the image, each
    layer and the loss, in the row above; the `top` row.
    """
    turns = [_turns(section) for section in sections]
    lefts = tuple(accumulate(_widths(sections, turns), initial=1))
    placed: list[Placed] = []
    texts: list[Text] = []
    shelves: list[Shelf] = []
    bars: list[Bar] = []
    row = top
    for section, by_layer in zip(sections, turns, strict=True):
        for number, columns in enumerate(_shelves(by_layer, lefts)):
            stood = [(stack, Place(sheet, *place)) for stack, place in _places(columns, row + 1)]
            for stack, first in stood:
                placed += stack.placed(first)
                texts += stack.texts(first)
            bars.append(Bar(section, row, is_first=number == 0))
            shelves.append(Shelf(row, tuple(_box(stack, first) for stack, first in stood)))
            row = 1 + max([row + 1, *(box.area.row + box.area.height for box in shelves[-1].boxes)])
    areas = pages(shelves, lefts)
    drawn = Heads(lefts, tuple(heads), areas, tuple(bars))
    return Arranged(
        tuple(placed),
        (*texts, *captions(placed), *drawn.texts(top - 1)),
        row,
        lefts[-1],
        tuple(bar.row for bar in bars if bar.is_first),
        tuple(map(drawn.widened, areas)),
    )


def _turns(section: Section) -> list[Turns]:
    """Return the stacks of each layer, packed as high as the highest of them."""
    found = [stacks(groups(volumes), section.direction) for volumes in section.by_layer]
    rows = [stack.rows for turns in found for turn in turns for stack in turn]
    most = min(ROOM, max(rows, default=0))
    return [[packed(turn, most) for turn in turns] for turns in found]


def _widths(sections: Sequence[Section], by_section: Sequence[Sequence[Turns]]) -> Iterator[int]:
    """Yield the columns of each layer: enough for a sample; all else may go on below."""
    for column in zip(*by_section, strict=True):
        least = [stack.width + 1 for turns in column for turn in turns for stack in turn]
        samples = [
            sum(stack.width + 1 for stack in turn)
            for section, turns in zip(sections, column, strict=True)
            if section.is_of_sample
            for turn in turns
        ]
        yield max([0, *least, *samples])


def _shelves(by_layer: Sequence[Turns], lefts: Sequence[int]) -> Iterator[Columns]:
    """Yield the stacks of each shelf of a section, one at least."""
    shelves = [
        [[(stack, left + column) for stack, column in shelf] for shelf in on_shelves(turns, room)]
        for turns, left, room in zip(by_layer, lefts, _gaps(lefts), strict=False)
    ]
    for shelf in list(zip_longest(*shelves, fillvalue=[])) or [()]:
        yield [each for of_layer in shelf for each in of_layer]


def _gaps(lefts: Sequence[int]) -> list[int]:
    return [right - left for left, right in zip(lefts, lefts[1:], strict=False)]


def _places(columns: Columns, top: int) -> Iterator[tuple[Stack, tuple[int, int]]]:
    """Yield the row and the column of each stack's first cells, in one row if a page has room.

    Else each stands as high as its heading lets it.
    """
    above = max([0, *(stack.above for stack, _ in columns)])
    height = max([0, *(stack.height for stack, _ in columns)])
    for stack, column in columns:
        yield stack, (top + (above if above + height <= ROOM else stack.above), column)


def _box(stack: Stack, first: Place) -> Box:
    slices = (
        Area(row - 1, column, each.volume.height + 1, each.volume.width)
        for each in stack.placed(first)
        for _, row, column in [each.place]
    )
    return Box(stack.area(first), tuple(slices))
