"""Where the volumes of a step stand: sections below each other, in each a band of columns a layer.

A layer's band has the same columns in every section, so that a gradient stands below what it is
the gradient of. In a band, volumes in slices stand side by side, their slices one below the other;
vectors stand below each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from math import ceil

from cnncalc.views.workbook.layouts.tiles import Group, Placed, groups, place
from cnncalc.views.workbook.plan import Style, Text
from cnncalc.views.workbook.stages.volumes import Place, Volume
from cnncalc.views.workbook.training.sections import Direction, Section

__all__ = ["CELL", "ROW", "Arranged", "arrange", "text_columns"]

# The pixels of a cell: numbers of four digits fit, and a step's rows stay together.
CELL, ROW = 48, 20
# A character of a heading, in pixels.
CHARACTER = 5.6
# A heading needs some room, however narrow its numbers are; a longer one takes no more than this.
NARROWEST, WIDEST_TEXT = 2, 12
# On the way forward, a vector that takes more rows stands by itself.
MOST_ROWS = 3
_BARS: Mapping[Direction, Style] = {
    "weights": "weights bar",
    "forward": "forward bar",
    "backward": "backward bar",
}


@dataclass(frozen=True)
class Arranged:
    """The slices of a step's sheet in their places, its labels, and the columns of its bands.

    `lefts` are the bands' first columns, and the first one after the last band.
    """

    placed: tuple[Placed, ...]
    texts: tuple[Text, ...]
    bottom: int
    lefts: tuple[int, ...]


@dataclass(frozen=True)
class _Lane:
    """Groups that stand below each other in a band: several vectors, or one group in slices."""

    groups: tuple[Group, ...]
    direction: Direction

    @property
    def is_flat(self) -> bool:
        return _is_flat(self.groups[0])

    @property
    def width(self) -> int:
        own = max(group.tile_width for group in self.groups)
        if not self.is_flat:
            return max(own, NARROWEST)
        # The first heading finds a row in which it covers no other.
        inner = [text_columns(heading(group, self.direction)) for group in self.groups[1:]]
        return max(own, min(max(inner, default=NARROWEST), WIDEST_TEXT))

    @property
    def height(self) -> int:
        """Its rows, those of captions included: a lane of vectors begins with a heading instead."""
        if self.is_flat:
            return sum(group.tile_height for group in self.groups) - 1
        return sum(group.tiles * group.tile_height for group in self.groups)


def heading(group: Group, direction: Direction) -> str:
    """Return what stands above a group: its title, and of a gradient or an update its rule."""
    if direction == "forward" or group.volumes[0].quantity.kind in ("weight", "training"):
        return group.title
    notes = " ".join(dict.fromkeys(group.notes))
    return f"{group.title}: {notes}" if notes else group.title


def _stand_together(first: Group, second: Group, direction: Direction) -> bool:
    """Tell whether two groups stand below each other: both are vectors, in few rows."""
    both = (first, second)
    is_short = all(group.volumes[0].height <= MOST_ROWS for group in both)
    return all(map(_is_flat, both)) and (is_short or direction != "forward")


def text_columns(text: str) -> int:
    """Return how many columns a heading takes."""
    return ceil(len(text) * CHARACTER / CELL)


def _is_flat(group: Group) -> bool:
    return all(item.index == () for volume in group.volumes for item in volume.items)


def arrange(sheet: str, sections: Sequence[Section], top: int) -> Arranged:
    """Arrange the sections of a step on a sheet, the first from the row `top` on."""
    bands = [[_lanes(band, each.direction) for band in each.bands] for each in sections]
    widths = [max(map(_width, column)) for column in zip(*bands, strict=True)]
    lefts = tuple(accumulate(widths, initial=1))
    placed: list[Placed] = []
    texts: list[Text] = []
    for section, lanes in zip(sections, bands, strict=True):
        texts += _bar(section, top, lefts[-1])
        columns = list(_with_columns(lanes, lefts))
        heads = _headings(columns)
        texts += [text.moved(top + 1) for text in heads]
        first = top + 2 + max([0, *(text.row for text in heads)])
        for lane, column in columns:
            placed += _placed(lane, Place(sheet, first, column))
            texts += _inner_headings(lane, first, column)
        top = first + max([0, *(lane.height for lane, _ in columns)]) + 1
    texts += _captions(placed)
    return Arranged(tuple(placed), tuple(texts), top, lefts)


def _lanes(band: Sequence[Volume], direction: Direction) -> list[_Lane]:
    lanes: list[_Lane] = []
    for group in groups(band):
        if lanes and _stand_together(lanes[-1].groups[-1], group, direction):
            lanes[-1] = _Lane((*lanes[-1].groups, group), direction)
        else:
            lanes.append(_Lane((group,), direction))
    return [each for lane in lanes for each in _narrower(lane)]


def _narrower(lane: _Lane) -> list[_Lane]:
    """Return a lane, or where that takes fewer columns, its groups beside each other."""
    apart = [_Lane((group,), lane.direction) for group in lane.groups]
    return apart if _width(apart) < _width([lane]) else [lane]


def _width(lanes: Sequence[_Lane]) -> int:
    return sum(lane.width + 1 for lane in lanes)


def _with_columns(
    bands: Sequence[Sequence[_Lane]], lefts: Sequence[int]
) -> Iterator[tuple[_Lane, int]]:
    """Yield each lane of a section with its first column."""
    for lanes, left in zip(bands, lefts, strict=False):
        column = left
        for lane in lanes:
            yield lane, column
            column += lane.width + 1


def _bar(section: Section, row: int, right: int) -> Iterator[Text]:
    """Yield a section's title on a bar as wide as the sheet."""
    style = _BARS[section.direction]
    yield Text(row, 1, section.title, style)
    for column in range(2, right):
        yield Text(row, column, "", style)


def _headings(columns: Sequence[tuple[_Lane, int]]) -> list[Text]:
    """Return the lanes' headings, in as many rows as it takes that none covers another."""
    starts: list[int] = []  # of the last heading in each row, from the bottom up
    rows = []
    for lane, column in reversed(columns):
        end = column + text_columns(heading(lane.groups[0], lane.direction))
        row = next((row for row, taken in enumerate(starts) if end < taken), len(starts))
        starts[row : row + 1] = [column]
        rows.append(row)
    return [
        _heading(lane.groups[0], lane, len(starts) - 1 - row, column)
        for (lane, column), row in zip(reversed(columns), rows, strict=True)
    ]


def _heading(group: Group, lane: _Lane, row: int, column: int) -> Text:
    return Text(row, column, heading(group, lane.direction), lane.direction)


def _inner_headings(lane: _Lane, first: int, column: int) -> Iterator[Text]:
    """Yield the headings of a lane's further groups, each in the row above its vector."""
    row = first - 1
    for before, group in pairwise(lane.groups):
        row += before.tile_height
        yield _heading(group, lane, row, column)


def _placed(lane: _Lane, first: Place) -> Iterator[Placed]:
    """Place a lane's groups, from the row below its heading on."""
    corner = first._replace(row=first.row - lane.is_flat)
    for group in lane.groups:
        yield from place(group, partial(_tile, corner, group.tile_height))
        corner = corner._replace(row=corner.row + group.tile_height)


def _tile(first: Place, height: int, tile: int) -> Place:
    return first._replace(row=first.row + tile * height)


def _captions(placed: Sequence[Placed]) -> Iterator[Text]:
    for each in placed:
        if each.item.caption:
            yield Text(each.place.row - 1, each.place.column, each.item.caption, "caption")
