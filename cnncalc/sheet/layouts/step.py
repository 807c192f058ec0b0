"""Where the volumes of a step stand: sections below each other, each in the order of calculation.

A section is read like a text, from left to right and shelf by shelf; a shelf is no wider than a
page. Volumes in slices have these below each other, and so have vectors. What is called how, and by
which rule it came about, stands directly above the cells, no wider than they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise
from math import ceil

from cnncalc.sheet.annotations import Area, Style, Text
from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layouts.drawing import Placed, captions, groups
from cnncalc.sheet.layouts.step_pages import COLUMNS, Cost, Shelf, fewest, pages
from cnncalc.sheet.layouts.step_stacks import ROOM, Stack, packed, stacks, text_columns
from cnncalc.sheet.training.sections import Direction, Section

__all__ = ["Arranged", "Head", "arrange"]

# The first column, and the rows above a shelf's titles: its bar, the names of its layers.
LEFT, ABOVE = 1, 2
# A bold character of a section's title and of a layer's call, in pixels.
BAR_CHARACTER, HEAD_CHARACTER = 7.5, 8
_BARS: Mapping[Direction, Style] = {
    "weights": "weights bar",
    "forward": "forward bar",
    "backward": "backward bar",
}


@dataclass(frozen=True)
class Head:
    """What stands above a layer: its name, and its call where there is room."""

    name: str
    call: str = ""

    def fitting(self, columns: int) -> str:
        """Return what of it fits so many columns."""
        whole = f"{self.name} · {self.call}" if self.call else self.name
        return whole if text_columns(whole, HEAD_CHARACTER) <= columns else self.name


@dataclass(frozen=True)
class Arranged:
    """The slices of a step's sheet in their places, its labels, and the areas that are printed.

    `bottom` is the first row below them; `columns` is how many they take; `rows` are those of the
    sections' titles.
    """

    placed: tuple[Placed, ...]
    texts: tuple[Text, ...]
    bottom: int
    columns: int
    rows: tuple[int, ...]
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class _Line:
    """The stacks of a shelf, each with its layer's head and its first column, below a bar."""

    section: Section
    stood: tuple[tuple[Head, Stack, int], ...]
    is_first: bool

    @cached_property
    def tops(self) -> tuple[int, ...]:
        """The rows from the bar to each stack's first cells.

        These stand in one row if a page has room for that, else each directly below its heading.
        """
        above = max([0, *(stack.above for _, stack, _ in self.stood)])
        height = max([0, *(stack.height for _, stack, _ in self.stood)])
        if above + height <= ROOM:
            return (ABOVE + above,) * len(self.stood)
        return tuple(ABOVE + stack.above for _, stack, _ in self.stood)

    @property
    def height(self) -> int:
        """All its rows."""
        stood = zip(self.tops, self.stood, strict=True)
        return max([ABOVE, *(top + stack.height for top, (_, stack, _) in stood)])

    @property
    def right(self) -> int:
        """The column behind its last."""
        ends = [column + stack.columns for _, stack, column in self.stood]
        return max([LEFT + text_columns(self.title, BAR_CHARACTER), *ends])

    @property
    def title(self) -> str:
        return self.section.title + ("" if self.is_first else ", continued")


def arrange(sheet: str, sections: Sequence[Section], heads: Sequence[Head], top: int) -> Arranged:
    """Arrange the sections of a step on a sheet, the first from the row `top` on.

    Arguments: the `sheet`'s name; the `sections`; the `heads` of the image, each layer and the
    loss; the `top` row.
    """
    lines = [line for section in sections for line in _lines(section, heads)]
    right = max(line.right for line in lines)
    placed: list[Placed] = []
    texts: list[Text] = []
    shelves: list[Shelf] = []
    rows = []
    for line in lines:
        slices = []
        for down, (_, stack, column) in zip(line.tops, line.stood, strict=True):
            first = Place(sheet, top + down, column)
            slices += list(stack.placed(first))
            texts += stack.texts(first)
        placed += slices
        area = Area(top, LEFT, line.height, min(right, max(line.right, LEFT + COLUMNS)) - LEFT)
        shelves.append(Shelf(area, tuple(map(_area, slices)), line.is_first))
        rows += [top] if line.is_first else []
        top += line.height + 1
    areas = pages(shelves)
    for line, shelf in zip(lines, shelves, strict=True):
        begins = [area.column for area in areas if area.row == shelf.area.row] or [LEFT]
        texts += _bar(line, shelf.area.row, begins, right)
        texts += _names(line, shelf.area.row + 1, begins)
    texts += captions(placed)
    return Arranged(tuple(placed), tuple(texts), top, right, tuple(rows), areas)


def _lines(section: Section, heads: Sequence[Head]) -> Iterator[_Line]:
    """Yield the shelves of a section, such that they are as low as they can be."""
    layers = [
        (head, stacks(groups(volumes), section.direction))
        for head, volumes in zip(heads, section.by_layer, strict=True)
    ]
    if section.direction == "backward":
        layers.reverse()
    found = [(head, stack) for head, of_layer in layers for stack in of_layer]
    lines = fewest(len(found), lambda first, end: _line(section, found[first:end]))
    for number, line in enumerate(lines or (_Line(section, (), is_first=True),)):
        yield replace(line, is_first=number == 0)


def _line(section: Section, found: Sequence[tuple[Head, Stack]]) -> tuple[Cost, _Line] | None:
    """Return stacks on a shelf, those of a layer below each other as far as there is room.

    None if there isn't room on it for all. What is higher than a page is cut into equal parts, and
    what stands beside it is no higher than these.
    """
    most = max(stack.rows for _, stack in found)
    if most > ROOM:
        most = ceil(most / ceil(most / ROOM)) - ABOVE
    stood = []
    column = LEFT
    for head, of_layer in groupby(found, lambda each: each[0]):
        for stack in packed([stack for _, stack in of_layer], most):
            stood.append((head, stack, column))
            column += stack.width + 1
    if len(found) > 1 and column - 1 - LEFT > COLUMNS:
        return None
    line = _Line(section, tuple(stood), is_first=False)
    return (line.height + 1, column), line


def _bar(line: _Line, row: int, begins: Sequence[int], right: int) -> Iterator[Text]:
    """Yield a shelf's bar as wide as the sheet, with its title on each page that it begins."""
    style = _BARS[line.section.direction]
    for column in range(LEFT, right):
        yield Text(row, column, line.title if column in begins else "", style)


def _names(line: _Line, row: int, begins: Sequence[int]) -> Iterator[Text]:
    """Yield what stands above the columns of each layer, and again where a page cuts it."""
    names: dict[int, Head] = {}
    for head, stack, column in line.stood:
        if head not in names.values():
            names[column] = head
        names |= {cut: head for cut in begins if column < cut < column + stack.width}
    columns = sorted(names)
    for column, following in pairwise([*columns, max(line.right, LEFT + COLUMNS)]):
        yield Text(row, column, names[column].fitting(following - column), "heading")


def _area(placed: Placed) -> Area:
    """Return where a slice stands, with the row of its caption."""
    _, row, column = placed.place
    return Area(row - 1, column, placed.volume.height + 1, placed.volume.width)
