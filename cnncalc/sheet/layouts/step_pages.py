"""The pages of a step: which of its shelves are printed together, and where a page has to cut.

A sheet's shelves stand below each other. A page takes as many as it has room for; a shelf is cut
only if no page has room for it, between slices if it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Generic, TypeVar

from cnncalc.sheet.annotations import Area
from cnncalc.sheet.paper import shared_room

__all__ = ["CELL", "COLUMNS", "ROW", "ROWS", "Cost", "Shelf", "Span", "cuts", "fewest", "pages"]

# The pixels of a cell: numbers of four digits fit, and a page has room for images of 28 columns.
CELL, ROW = 39, 17
# What a page has room for where a step's smallest texts, of 10 points, are printed at 8.
_WIDTH, _HEIGHT = shared_room(0.8)
# The pixels of the row that is repeated on each page.
_HEAD = 21

COLUMNS = int(_WIDTH / CELL)
ROWS = int((_HEIGHT - _HEAD) / ROW)

# From a first row or column to the one after the last.
Span = tuple[int, int]
Cost = tuple[int, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Shelf:
    """What stands beside each other below a bar; the first one of its section, or a later one.

    `area` is all of it, the bar and texts included; `slices` are what had better stay whole.
    """

    area: Area
    slices: tuple[Area, ...]
    is_first: bool

    @property
    def bottom(self) -> int:
        """The row behind its last."""
        return self.area.row + self.area.height


@dataclass(frozen=True)
class _Parts(Generic[T]):
    """Some things in parts, and what that costs."""

    cost: Cost
    parts: tuple[T, ...] = ()


def fewest(count: int, part: Callable[[int, int], tuple[Cost, T] | None]) -> tuple[T, ...]:
    """Return the parts of so many things in order that cost least together.

    Arguments: the `count`; a function that returns the cost of those from a first one to before
    another, and what is made of them; None where they don't fit, and so no more of them do.

    >>> fewest(3, lambda first, end: ((1,), (first, end)) if end - first < 3 else None)
    ((0, 2), (2, 3))
    """
    best: list[_Parts[T]] = [_Parts(())]
    for end in range(1, count + 1):
        found = []
        for first in reversed(range(end)):
            made = part(first, end)
            if made is None:
                break
            before, (cost, last) = best[first], made
            total = tuple(map(sum, zip(before.cost or (0,) * len(cost), cost, strict=True)))
            found.append(_Parts(total, (*before.parts, last)))
        best.append(min(found, key=lambda parts: parts.cost))
    return best[-1].parts


def pages(shelves: Sequence[Shelf]) -> tuple[Area, ...]:
    """Return the areas that are printed, each on a page: as few as there can be.

    Where it takes no more of them, a page begins with a section.

    >>> image = Area(0, 1, 11, 8)
    >>> pages([Shelf(image, (image,), is_first=True)])
    (Area(row=0, column=1, height=11, width=8),)
    """
    runs = fewest(len(shelves), lambda first, end: _page(shelves[first:end]))
    return tuple(area for run in runs for area in run)


def _page(shelves: Sequence[Shelf]) -> tuple[Cost, tuple[Area, ...]] | None:
    first, last = shelves[0], shelves[-1]
    width = max(shelf.area.width for shelf in shelves)
    area = Area(first.area.row, first.area.column, last.bottom - first.area.row, width)
    if len(shelves) > 1 and (area.height > ROWS or area.width > COLUMNS):
        return None
    parts = tuple(_parts(area, first.slices)) if len(shelves) == 1 else (area,)
    return (len(parts), int(not first.is_first)), parts


def _parts(area: Area, slices: Sequence[Area]) -> Iterator[Area]:
    """Yield an area in parts that fit a page, without those that hold no cells."""
    high = [(each.row, each.row + each.height) for each in slices]
    wide = [(each.column, each.column + each.width) for each in slices]
    for top, bottom in cuts((area.row, area.row + area.height), high, ROWS):
        for left, right in cuts((area.column, area.column + area.width), wide, COLUMNS):
            part = Area(top, left, bottom - top, right - left)
            held = [each for each in slices if _meet(part, each)]
            if part == area or (held and top == area.row):
                yield part
            elif held:
                yield _trimmed(part, held)


def _trimmed(part: Area, held: Sequence[Area]) -> Area:
    """Return a part without what is blank below the cells it holds.

    What goes on stands in the same columns as on the page before, where it is called by its name.
    """
    bottom = max(each.row + each.height for each in held)
    return replace(part, height=min(part.height, bottom - part.row))


def _meet(one: Area, other: Area) -> bool:
    return (
        one.row < other.row + other.height
        and other.row < one.row + one.height
        and one.column < other.column + other.width
        and other.column < one.column + one.width
    )


def cuts(whole: Span, spans: Sequence[Span], most: int) -> Iterator[Span]:
    """Yield a range in parts of `most` rows or columns, without a cut through any of the `spans`.

    What is longer by itself is cut into parts that are about equal.

    >>> list(cuts((0, 10), [(0, 4), (5, 9)], 7)), list(cuts((0, 10), [(0, 10)], 7))
    ([(0, 5), (5, 10)], [(0, 5), (5, 10)])
    """
    start, end = whole
    while end - start > most:
        # What stands above the first of them stays with it.
        least = min((last for _, last in spans if last > start), default=start + 1)
        places = range(start + most, least - 1, -1)
        at = next((at for at in places if _is_free(at, spans)), None)
        if at is None:
            cut = [last for first, last in spans if first < start + most < last]
            long = max(cut, default=start + most) - start
            at = start + ceil(long / ceil(long / most))
        yield start, at
        start = at
    yield start, end


def _is_free(at: int, spans: Sequence[Span]) -> bool:
    return not any(first < at < end for first, end in spans)
