"""Where the volumes of a step stand: sections below each other, in each some columns a layer.

A layer has the same columns in every section, so that a gradient stands below what it is the
gradient of. In these, volumes in slices stand side by side, their slices one below the other;
vectors stand below each other. What is called how, and by which rule it came about, stands directly
above the cells, no wider than they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import accumulate, pairwise
from math import ceil
from operator import add
from textwrap import wrap

from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layouts.drawing import Group, Placed, captions, groups, place
from cnncalc.sheet.plan import Style, Text
from cnncalc.sheet.training.sections import Direction, Section
from cnncalc.sheet.volumes import Volume

__all__ = ["CELL", "ROW", "Arranged", "arrange", "text_columns"]

# The pixels of a cell: numbers of four digits fit, and a step's rows stay together.
CELL, ROW = 48, 20
# A character of a heading, in pixels, and a bold one of a section's title.
CHARACTER, BAR_CHARACTER = 5.6, 6.8
# A title and a rule need some columns, however narrow their numbers are.
NARROWEST, NARROWEST_RULE = 2, 3
# On the way forward, a vector that takes more rows stands by itself.
MOST_ROWS = 3
_BARS: Mapping[Direction, Style] = {
    "weights": "weights bar",
    "forward": "forward bar",
    "backward": "backward bar",
}


@dataclass(frozen=True)
class Arranged:
    """The slices of a step's sheet in their places, its labels, and each layer's first column.

    `lefts` are these, the image's before and the loss's behind, and the first one after all;
    `rows` are those of the sections' titles.
    """

    placed: tuple[Placed, ...]
    texts: tuple[Text, ...]
    bottom: int
    lefts: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class _Stack:
    """Groups that stand below each other: several vectors, or one group in slices."""

    groups: tuple[Group, ...]
    direction: Direction

    @property
    def is_flat(self) -> bool:
        return _is_flat(self.groups[0])

    @cached_property
    def width(self) -> int:
        """Its columns; titles and rules are wrapped to them."""
        has_rule = any(_rule(group, self.direction) for group in self.groups)
        least = NARROWEST_RULE if has_rule else NARROWEST
        return max(least, *(group.tile_width for group in self.groups))

    @cached_property
    def headings(self) -> tuple[tuple[Text, ...], ...]:
        """Of each group, the lines of its title and its rule, from row 0 on."""
        return tuple(
            tuple(Text(row, 0, line, style) for row, (line, style) in enumerate(self._lines(group)))
            for group in self.groups
        )

    def _lines(self, group: Group) -> Iterator[tuple[str, Style]]:
        # The column between two stacks is free, too.
        room = int((self.width + 1) * CELL / CHARACTER) - 1
        for line in wrap(group.title, room):
            yield line, self.direction
        for line in wrap(_rule(group, self.direction), room):
            yield line, "rule"

    @property
    def free(self) -> int:
        """The rows between its first cells and those below its heading: of captions, if none is."""
        items = self.groups[0].volumes[0].items
        return int(not self.is_flat and not any(item.caption for item in items))

    @property
    def tops(self) -> list[int]:
        """The first row of each group's cells, those of captions included, from row 0 on."""
        heights = [group.tiles * group.tile_height - self.is_flat for group in self.groups]
        above = [len(lines) for lines in self.headings[1:]]
        return list(accumulate(map(add, heights, above), initial=0))

    @property
    def height(self) -> int:
        """Its rows, from its first group's cells on."""
        last = self.groups[-1]
        return self.tops[-1] + last.tiles * last.tile_height - self.is_flat


def _rule(group: Group, direction: Direction) -> str:
    """Return in few words how a gradient or an update comes about."""
    if direction == "forward" or group.volumes[0].is_told_by_title:
        return ""
    return " ".join(dict.fromkeys(volume.rule for volume in group.volumes if volume.rule))


def _stand_together(first: Group, second: Group, direction: Direction) -> bool:
    """Tell whether two groups stand below each other: both are vectors, in few rows."""
    both = (first, second)
    is_short = all(group.volumes[0].height <= MOST_ROWS for group in both)
    return all(map(_is_flat, both)) and (is_short or direction != "forward")


def text_columns(text: str, character: float = CHARACTER) -> int:
    """Return how many columns a text takes whose characters are so many pixels wide."""
    return ceil(len(text) * character / CELL)


def _is_flat(group: Group) -> bool:
    return all(item.index == () for volume in group.volumes for item in volume.items)


def arrange(sheet: str, sections: Sequence[Section], top: int) -> Arranged:
    """Arrange the sections of a step on a sheet, the first from the row `top` on."""
    by_layer = [
        [_stacks(volumes, section.direction) for volumes in section.by_layer]
        for section in sections
    ]
    widths = [max(map(_width, column)) for column in zip(*by_layer, strict=True)]
    lefts = tuple(accumulate(widths, initial=1))
    placed: list[Placed] = []
    texts: list[Text] = []
    rows = []
    for section, stacks in zip(sections, by_layer, strict=True):
        rows.append(top)
        texts += _bar(section, top, lefts)
        columns = list(_with_columns(stacks, lefts))
        # The longest heading begins below the section's title, the others end where it does.
        first = top + 1 + max([0, *(len(stack.headings[0]) - stack.free for stack, _ in columns)])
        for stack, column in columns:
            placed += _placed(stack, Place(sheet, first, column))
            texts += _headings(stack, first, column)
        top = first + max([0, *(stack.height for stack, _ in columns)]) + 1
    texts += captions(placed)
    return Arranged(tuple(placed), tuple(texts), top, lefts, tuple(rows))


def _stacks(volumes: Sequence[Volume], direction: Direction) -> list[_Stack]:
    stacks: list[_Stack] = []
    for group in groups(volumes):
        if stacks and _stand_together(stacks[-1].groups[-1], group, direction):
            stacks[-1] = _Stack((*stacks[-1].groups, group), direction)
        else:
            stacks.append(_Stack((group,), direction))
    return stacks


def _width(stacks: Sequence[_Stack]) -> int:
    return sum(stack.width + 1 for stack in stacks)


def _with_columns(
    by_layer: Sequence[Sequence[_Stack]], lefts: Sequence[int]
) -> Iterator[tuple[_Stack, int]]:
    """Yield each stack of a section with its first column."""
    for stacks, left in zip(by_layer, lefts, strict=False):
        column = left
        for stack in stacks:
            yield stack, column
            column += stack.width + 1


def _bar(section: Section, row: int, lefts: Sequence[int]) -> Iterator[Text]:
    """Yield a section's title on a bar as wide as the sheet, anew at each layer that has room."""
    style = _BARS[section.direction]
    long = text_columns(section.title, BAR_CHARACTER)
    end = 0
    for left, right in pairwise(lefts):
        is_shown = left == lefts[0] or (left >= end and long <= right - left)
        if is_shown:
            end = left + long
        yield Text(row, left, section.title if is_shown else "", style)
        for column in range(left + 1, right):
            yield Text(row, column, "", style)


def _headings(stack: _Stack, first: int, column: int) -> Iterator[Text]:
    """Yield the titles and rules of a stack's groups, each directly above its cells."""
    for top, lines in zip(stack.tops, stack.headings, strict=True):
        for text in lines:
            row = first + top - len(lines) + stack.free + text.row
            yield replace(text, row=row, column=column)


def _placed(stack: _Stack, first: Place) -> Iterator[Placed]:
    """Place a stack's groups, from the row below its heading on."""
    for top, group in zip(stack.tops, stack.groups, strict=True):
        corner = first._replace(row=first.row + top - stack.is_flat)
        yield from place(group, partial(_tile, corner, group.tile_height))


def _tile(first: Place, height: int, tile: int) -> Place:
    return first._replace(row=first.row + tile * height)
