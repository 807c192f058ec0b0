"""Which pages a sheet is printed on, and at what scale.

Excel's own fit to a page only shrinks, and breaks pages anywhere. So each page is an area of its
own, and all of a sheet have one scale: what is small is enlarged, and what is read stays readable.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cnncalc.sheet.annotations import Area
from cnncalc.sheet.paper import SPARE, Paper
from cnncalc.views.workbook.look import cell_points
from cnncalc.views.workbook.measures import Measures, Printed, Span

__all__ = ["Pages", "Room", "has_headings", "paged"]

# Width and height of what a page has room for, or of what stands on it, in pixels.
Room = tuple[float, float]

# How high the header and the footer are together.
LINES = 106
# A small sheet is enlarged up to so many times.
LARGEST = 2.0
# The smallest type, in points, before a sheet takes one more page: of numbers, of texts alone.
NUMBERS, TEXTS = 5, 6.5
# A picture of cells is shrunk up to so much rather than cut.
SMALLEST = 0.1
# So many scales are tried, from the least one to the largest.
SCALES = 8
# The width of the rows' headings, and the height of the columns'.
HEADINGS = (32, 20)


@dataclass(frozen=True)
class Pages:
    """The `areas` of a sheet that are printed, each on a page that lies or stands, at a `scale`."""

    is_landscape: bool
    scale: float
    areas: tuple[Area, ...]


def paged(measures: Measures, paper: Paper) -> Pages:
    """Return the pages of a sheet: as few as can be read, then as large as they get.

    Arguments: the sheet's `measures`; the `paper`.
    """
    pages = [
        Pages(turned, *_Paging(measures, paper.room(is_landscape=turned)).fitted())
        for turned in (False, True)
    ]
    return min(pages, key=lambda made: (len(made.areas), -made.scale))


def has_headings(measures: Measures) -> bool:
    """Tell whether rows and columns are printed with their headings: where texts name cells."""
    return any(text.style == "code" for text in measures.sheet.texts)


@dataclass(frozen=True)
class _Paging:
    """A sheet on pages that have so much room."""

    measures: Measures
    room: Room

    def fitted(self) -> tuple[float, tuple[Area, ...]]:
        """Return the scale and the areas of the pages."""
        areas = self._areas()
        return min([LARGEST, *(self._scale(area) for area in areas)]), areas

    def _areas(self) -> tuple[Area, ...]:
        """Return the sheet's own areas, else one of all that is printed, else several."""
        sheet, drawn = self.measures.sheet, self.measures.printed
        if sheet.areas or not drawn:
            return sheet.areas
        whole = Printed(_hull(span.rows for span in drawn), _hull(span.columns for span in drawn))
        if self._scale(_area(whole)) >= self._least:
            return (_area(whole),)
        return tuple(self._evenly_cut(drawn, whole))

    def _evenly_cut(self, drawn: Sequence[Printed], whole: Printed) -> list[Area]:
        """Return as few pages as can be read, cut as if for the largest scale that needs no more.

        So the last one isn't left with what the others had no room for.
        """
        least, most = self._cutting_scales(drawn)
        fewest = self._cut(drawn, whole, least)
        larger = [least + (most - least) * step / SCALES for step in range(SCALES, 0, -1)]
        cuts = (self._cut(drawn, whole, scale) for scale in larger if most > least)
        return next((areas for areas in cuts if len(areas) == len(fewest)), fewest)

    def _cut(self, drawn: Sequence[Printed], whole: Printed, scale: float) -> list[Area]:
        """Return several pages, cut between what belongs together: down, then on to the right."""
        width, height = (side / scale for side in self.room)
        # Texts run over to the right: where they begin decides on which page they are.
        blocks = [span.columns for span in drawn if not span.is_text]
        free = _free_places(blocks or [span.columns for span in drawn], whole.columns)

        found, first = [], whole.columns.first
        while first < whole.columns.end:
            end = _end(first, free, self._width, width)
            found += self._below(Span(first, end), drawn, height)
            first = end
        return found

    def _below(self, columns: Span, drawn: Sequence[Printed], height: float) -> list[Area]:
        """Return the pages of some columns, which are at most so high, one below the other."""
        rows = [span.rows for span in drawn if _is_in(span, columns)]
        if not rows:
            return []
        whole = _hull(rows)
        free = _free_places(rows, whole)
        found, first = [], whole.first
        while first < whole.end:
            # No page begins with what is empty.
            first = min(max(first, row.first) for row in rows if row.end > first)
            end = _end(first, free, self._height, height)
            found.append(_area(Printed(Span(first, end), columns)))
            first = end
        return found

    def _cutting_scales(self, drawn: Sequence[Printed]) -> tuple[float, float]:
        """Return the least and the largest scale to cut at: pictures of cells stay whole."""
        if not self.measures.sheet.cell:
            return self._least, 1
        whole = min(self._scale(_area(span)) for span in drawn if not span.is_text)
        return max(SMALLEST, min(self._least, whole)), min(1, whole)

    @cached_property
    def _has_headings(self) -> bool:
        return has_headings(self.measures)

    @property
    def _least(self) -> float:
        sheet = self.measures.sheet
        return NUMBERS / cell_points(sheet.cell) if sheet.blocks else TEXTS / cell_points(0)

    def _scale(self, area: Area) -> float:
        """Return the largest scale at which an area fits a page."""
        width = self._width(Span(area.column, area.column + area.width))
        height = self._height(Span(area.row, area.row + area.height))
        # LibreOffice enlarges what stands above and below a page, too.
        lines = LINES if height < self.room[1] else 0
        return min(self.room[0] / width, (self.room[1] + lines) / (height + lines))

    def _width(self, columns: Span) -> float:
        beside = HEADINGS[0] if self._has_headings else 0
        return SPARE[0] * (beside + self.measures.across(columns))

    def _height(self, rows: Span) -> float:
        above = HEADINGS[1] if self._has_headings else 0
        sheet = self.measures.sheet
        if sheet.areas and rows.first >= sheet.frozen[0]:
            frozen = sheet.frozen[0]
            above += self.measures.down(Span(frozen - sheet.repeated, frozen))
        return SPARE[1] * (above + self.measures.down(rows))


def _area(printed: Printed) -> Area:
    (top, bottom), (left, right) = printed.rows, printed.columns
    return Area(top, left, bottom - top, right - left)


def _hull(spans: Iterable[Span]) -> Span:
    firsts, ends = zip(*spans, strict=True)
    return Span(min(firsts), max(ends))


def _is_in(printed: Printed, around: Span) -> bool:
    """Tell whether some columns hold a text's beginning, or any column of a block."""
    first, end = printed.columns
    return first < around.end and (
        around.first <= first or (end > around.first and not printed.is_text)
    )


def _end(first: int, free: Sequence[int], size: Callable[[Span], float], most: float) -> int:
    """Return the last place where a page may end that begins at one, with at most so many pixels.

    Only what is longer by itself is cut anywhere, as late as there is room, one place at least.
    """

    def fitting(places: Sequence[int]) -> int:
        return bisect_right(places, most, key=lambda end: size(Span(first, end)))

    after = free[bisect_right(free, first) :]
    if fits := fitting(after):
        return after[fits - 1]
    return first + max(1, fitting(range(first + 1, after[0])))


def _free_places(spans: Iterable[Span], whole: Span) -> list[int]:
    """Return the places, in order and up to the end, that lie within no span."""
    free: list[int] = []
    reached = whole.first
    for first, end in sorted(spans):
        free += range(reached, first + 1)
        reached = max(reached, end)
    return [*free, *range(reached, whole.end), whole.end]
