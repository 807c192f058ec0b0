"""The pages of a step: which of its shelves, and which of their columns, are printed together.

A sheet's shelves stand below each other. In each there are boxes side by side: cells with their
headings. A page takes boxes that follow each other, of one shelf or of several, with the bars that
head these; nothing is cut that fits a page. As few pages are taken as there can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

from cnncalc.sheet.annotations import Area

__all__ = ["CELL", "COLUMNS", "ROW", "ROWS", "Box", "Shelf", "cuts", "pages"]

# The pixels of a cell: numbers of four digits fit, and rows of 28 pixels fit a page.
CELL, ROW = 41, 17
# Of A4 and Letter in landscape, what both print: 254 mm × 165 mm, in pixels of 1/96 inch.
_PRINTED = (960, 623)
# The percentage at which the smallest texts of a step, of 10 points, are printed at 8.
_SCALE = 80
# The pixels of the row with the names of layers, which is printed on each page.
_HEAD = 20

COLUMNS = _PRINTED[0] * 100 // _SCALE // CELL
ROWS = (_PRINTED[1] * 100 // _SCALE - _HEAD) // ROW

Span = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """Cells with their headings; `slices` are the rectangles that had better stay whole."""

    area: Area
    slices: tuple[Area, ...]


@dataclass(frozen=True)
class Shelf:
    """Boxes beside each other, below the bar in a `row`."""

    row: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class _Pages:
    """Some pages; `broken` counts those that begin within a layer."""

    areas: tuple[Area, ...] = ()
    broken: int = 0

    @property
    def cost(self) -> tuple[int, int, int]:
        """What is to be least: the pages, those that begin within a layer, what is blank."""
        cells = sum(area.height * area.width for area in self.areas)
        return len(self.areas), self.broken, cells

    def followed_by(self, other: _Pages) -> _Pages:
        return _Pages(self.areas + other.areas, self.broken + other.broken)


def pages(shelves: Sequence[Shelf], lefts: Sequence[int]) -> tuple[Area, ...]:
    """Return the areas that are printed, each on a page: as few as there can be.

    Arguments: the `shelves`, from above; the first columns of layers, `lefts`, where a page had
    better begin.

    >>> image = Area(1, 1, 10, 8)
    >>> pages([Shelf(0, (Box(image, (image,)),))], [1])
    (Area(row=0, column=1, height=11, width=8),)
    """
    found = _fewest(len(shelves), lambda first, end: _band(shelves[first:end], lefts))
    assert found is not None  # noqa: S101 (a shelf by itself has its pages)
    return found.areas


def _fewest(count: int, part: Callable[[int, int], _Pages | None]) -> _Pages | None:
    """Return the best pages of so many things in order, given those of some that follow each other.

    These are None where the things can't be printed together, and so no longer part can.
    """
    best = [_Pages()]
    for end in range(1, count + 1):
        found = []
        for first in reversed(range(end)):
            last = part(first, end)
            if last is None:
                break
            found.append(best[first].followed_by(last))
        if not found:
            return None
        best.append(min(found, key=lambda some: some.cost))
    return best[-1]


def _band(shelves: Sequence[Shelf], lefts: Sequence[int]) -> _Pages | None:
    """Return the pages of shelves that stand on the same pages, None if they are too high."""
    boxes = [box.area for shelf in shelves for box in shelf.boxes]
    bottom = max((box.row + box.height for box in boxes), default=0)
    if len(shelves) > 1 and bottom - shelves[0].row > ROWS:
        return None
    strips = _strips(boxes)
    return _fewest(
        len(strips), lambda first, end: _run(shelves, (strips[first][0], strips[end - 1][1]), lefts)
    )


def _strips(boxes: Sequence[Area]) -> list[Span]:
    """Return the columns that boxes take, those together that can't be parted from above."""
    strips: list[Span] = []
    for left, right in sorted((box.column, box.column + box.width) for box in boxes):
        if strips and left < strips[-1][1]:
            strips[-1] = (strips[-1][0], max(right, strips[-1][1]))
        else:
            strips.append((left, right))
    return strips


def _run(shelves: Sequence[Shelf], columns: Span, lefts: Sequence[int]) -> _Pages | None:
    """Return the page of what shelves have in some columns, several if nothing can be parted.

    None if there is too much, or if a shelf between has nothing there.
    """
    left, right = columns
    held = [
        [box for box in shelf.boxes if left <= box.area.column < right] for shelf in shelves
    ]
    taken = [number for number, boxes in enumerate(held) if boxes]
    first, last = taken[0], taken[-1]
    if last - first >= len(taken):
        return None
    boxes = [box for each in held for box in each]
    if right - left > COLUMNS and len(_strips([box.area for box in boxes])) > 1:
        return None
    row = shelves[first].row
    bottom = max(box.area.row + box.area.height for box in boxes)
    area = Area(row, left, bottom - row, right - left)
    parts = tuple(_parts(area, [each for box in boxes for each in box.slices]))
    return _Pages(parts, int(left not in lefts))


def _parts(area: Area, slices: Sequence[Area]) -> Iterator[Area]:
    """Yield an area in parts that fit a page, without those that hold no cells."""
    high = [(each.row, each.row + each.height) for each in slices]
    wide = [(each.column, each.column + each.width) for each in slices]
    for top, bottom in cuts((area.row, area.row + area.height), high, ROWS):
        for left, right in cuts((area.column, area.column + area.width), wide, COLUMNS):
            held = [
                each
                for each in slices
                if each.row < bottom
                and each.row + each.height > top
                and each.column < right
                and each.column + each.width > left
            ]
            if held:
                yield Area(top, left, bottom - top, right - left)


def cuts(whole: Span, spans: Sequence[Span], most: int) -> Iterator[Span]:
    """Yield a range in parts of `most` rows or columns, without a cut through any of the `spans`.

    What is longer by itself is cut into parts that are about equal.

    >>> list(cuts((0, 10), [(0, 4), (5, 9)], 7)), list(cuts((0, 10), [(0, 10)], 7))
    ([(0, 5), (5, 10)], [(0, 5), (5, 10)])
    """
    start, end = whole
    while end - start > most:
        free = partial(_is_free, spans=spans)
        at = next(filter(free, range(start + most, start, -1)), None)
        if at is None:
            long = max(b for a, b in spans if a < start + most < b) - start
            at = start + ceil(long / ceil(long / most))
        yield start, at
        start = at
    yield start, end


def _is_free(at: int, spans: Sequence[Span]) -> bool:
    return not any(first < at < end for first, end in spans)
