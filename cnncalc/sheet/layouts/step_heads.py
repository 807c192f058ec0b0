"""What tells a page of a step apart: the names of layers above its columns, its sections' bars.

Both stand at each layer, and again where a page begins within one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cnncalc.sheet.annotations import Area, Style, Text
from cnncalc.sheet.layouts.step_pages import COLUMNS
from cnncalc.sheet.layouts.step_stacks import text_columns
from cnncalc.sheet.training.sections import Direction, Section

__all__ = ["Bar", "Head", "Heads"]

# A bold character of a section's title and of a layer's call, in pixels.
BAR_CHARACTER, HEAD_CHARACTER = 7.5, 8
_BARS: Mapping[Direction, Style] = {
    "weights": "weights bar",
    "forward": "forward bar",
    "backward": "backward bar",
}


@dataclass(frozen=True)
class Head:
    """What stands above the columns of a layer: its name, and its call where there is room."""

    name: str
    call: str = ""

    def fitting(self, columns: int) -> str:
        """Return what of it fits so many columns."""
        whole = f"{self.name} · {self.call}" if self.call else self.name
        return whole if text_columns(whole, HEAD_CHARACTER) <= columns else self.name


@dataclass(frozen=True)
class Bar:
    """The bar above a shelf; the first of its `section`, or one where that goes on."""

    section: Section
    row: int
    is_first: bool

    def fitting(self, columns: int) -> str:
        """Return what it says in so many columns."""
        whole = self.section.title + ("" if self.is_first else ", continued")
        fits = text_columns(whole, BAR_CHARACTER) <= columns
        return whole if fits else self.section.link


@dataclass(frozen=True)
class Heads:
    """The heads and bars of a sheet.

    `lefts` are the first columns of its layers, and the one behind the last; `heads` are theirs;
    `areas` are those that are printed; `bars` stand from above.
    """

    lefts: tuple[int, ...]
    heads: tuple[Head, ...]
    areas: tuple[Area, ...]
    bars: tuple[Bar, ...]

    def texts(self, row: int) -> Iterator[Text]:
        """Yield the bars, and the names of layers in a `row`."""
        for column, text in self._names.items():
            yield Text(row, column, text, "heading")
        for bar in self.bars:
            style = _BARS[bar.section.direction]
            said = self._said(bar)
            for column in range(self.lefts[0], self.lefts[-1]):
                yield Text(bar.row, column, said.get(column, ""), style)

    def widened(self, area: Area) -> Area:
        """Return an area with room for the last of its layers' names, and for its bars."""
        right = area.column + area.width
        name = max(column for column in self._names if column < right)
        ends = [name + text_columns(self._names[name], HEAD_CHARACTER)]
        for bar in self.bars:
            if area.row <= bar.row < area.row + area.height:
                text = self._said(bar)[area.column]
                ends.append(area.column + text_columns(text, BAR_CHARACTER))
        end = min(max(ends), self._next(name), area.column + COLUMNS)
        return replace(area, width=max(right, end) - area.column)

    @cached_property
    def _begins(self) -> list[int]:
        """The columns where layers and pages begin."""
        return sorted({*self.lefts[:-1], *(area.column for area in self.areas)})

    def _next(self, column: int) -> int:
        """Return where the next layer or page begins; behind the last one there is room enough."""
        number = bisect_right(self._begins, column)
        return self._begins[number] if number < len(self._begins) else column + COLUMNS

    @cached_property
    def _names(self) -> dict[int, str]:
        """What stands above the columns where layers and pages begin."""
        return {
            column: self.heads[bisect_right(self.lefts, column) - 1].fitting(
                self._next(column) - column
            )
            for column in self._begins
        }

    def _said(self, bar: Bar) -> dict[int, str]:
        """Return what a bar says, by column: on each page, and at each layer that has room."""
        here = {a.column for a in self.areas if a.row <= bar.row < a.row + a.height}
        needed = sorted({self.lefts[0], *here})
        said: dict[int, str] = {}
        end = 0
        for column in self._begins:
            if column in needed:
                following = next((other for other in needed if other > column), column + COLUMNS)
                text = bar.fitting(following - column)
            else:
                text = bar.fitting(self._next(column) - column)
                if column < end or text == bar.section.link:
                    continue
            said[column] = text
            end = column + text_columns(text, BAR_CHARACTER)
        return said
