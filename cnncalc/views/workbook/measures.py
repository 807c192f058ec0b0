"""How wide and high a sheet's columns, rows and texts are, in pixels: for screen and paper."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

from cnncalc.sheet.plan import Sheet, Style, Text
from cnncalc.views.workbook.look import text_look

__all__ = ["MARGIN", "Measures", "Printed", "Span", "text_pixels"]

# As a spreadsheet has them by itself.
DEFAULT_COLUMN, DEFAULT_ROW = 64, 20
# Column A, where cells have a size of their own.
MARGIN = 20
TEXT_ROW, TITLE_ROW, ENTRY_ROW, LINE = 20, 30, 34, 17
# How many pixels a character takes a point of its type, on average and with some to spare.
CHARACTER = {"plain": 0.65, "bold": 0.72, "code": 0.75}
# What stands directly above what it tells of.
HEADS: tuple[Style, ...] = ("heading", "caption", "forward", "backward", "weights", "rule")
# As XlsxWriter draws them.
CHART_WIDTH, CHART_HEIGHT = 480, 288


class Span(NamedTuple):
    """From a first row or column to the one after the last."""

    first: int
    end: int


class Printed(NamedTuple):
    """The rows and columns of a block, a chart or a text."""

    rows: Span
    columns: Span
    is_text: bool = False


@dataclass(frozen=True)
class Measures:
    """The sizes of what a sheet shows."""

    sheet: Sheet

    @cached_property
    def _widths(self) -> dict[int, int]:
        return dict(self.sheet.widths)

    @cached_property
    def _texts(self) -> dict[int, list[Text]]:
        texts: dict[int, list[Text]] = defaultdict(list)
        for text in self.sheet.texts:
            texts[text.row].append(text)
        return texts

    @cached_property
    def _block_rows(self) -> set[int]:
        return {
            row for block in self.sheet.blocks for row in range(block.row, block.row + block.height)
        }

    @cached_property
    def last_row(self) -> int:
        """The last row that holds a text or a cell of a block."""
        return max(self._texts.keys() | self._block_rows, default=0)

    def column(self, column: int) -> int:
        """Return the width of a column."""
        if self.sheet.marks and column >= self.sheet.marks:
            return 0
        if not self.sheet.cell:
            return self._widths.get(column, DEFAULT_COLUMN)
        return self._widths.get(column, self.sheet.cell if column else MARGIN)

    def row(self, row: int) -> int:
        """Return the height of a row.

        Of one without blocks it is said outright, by its wrapped texts, because spreadsheets don't
        agree on finding it by themselves.
        """
        default = self.sheet.row or self.sheet.cell or DEFAULT_ROW
        if row in self._block_rows or row > self.last_row:
            return default
        texts = self._texts.get(row, ())
        if row == 0 and any(text.style == "title" for text in texts):
            return TITLE_ROW
        # What heads the cells keeps some distance from a line to write on.
        above = self._texts.get(row - 1, ())
        if any(text.style == "entry" for text in (*texts, *above)):
            return ENTRY_ROW
        wrapped = [text for text in texts if text.style == "wrapped"]
        lengths = [text_pixels(text) / self.column(text.column) for text in wrapped]
        # XlsxWriter writes no height of 20 pixels, whatever a sheet's own is.
        text_row = TEXT_ROW if default == DEFAULT_ROW else TEXT_ROW + 1
        has_own = self.sheet.row and row >= self.sheet.frozen[0]
        least = min(self.sheet.row, text_row) if has_own else text_row
        return max([least, *(3 + LINE * math.ceil(length) for length in lengths)])

    def across(self, columns: Span) -> int:
        """Return how wide columns are together."""
        return self._lefts[columns.end] - self._lefts[columns.first]

    def down(self, rows: Span) -> int:
        """Return how high rows are together."""
        return self._tops[rows.end] - self._tops[rows.first]

    @cached_property
    def _lefts(self) -> list[int]:
        """How far each column is from the first one's left, for as many as anything reaches."""
        end = max((span.columns.end for span in self.printed), default=0)
        areas = (area.column + area.width for area in self.sheet.areas)
        return list(accumulate(map(self.column, range(max([end, *areas]))), initial=0))

    @cached_property
    def _tops(self) -> list[int]:
        """How far each row is from the first one's top, for as many as anything reaches."""
        end = max((span.rows.end for span in self.printed), default=0)
        areas = (area.row + area.height for area in self.sheet.areas)
        rows = range(max([end, self.sheet.frozen[0], *areas]))
        return list(accumulate(map(self.row, rows), initial=0))

    @property
    def has_title_alone(self) -> bool:
        """Whether the first row holds the title and nothing else: a page's header says it."""
        texts = self._texts.get(0, ())
        return 0 not in self._block_rows and bool(texts) and all(t.style == "title" for t in texts)

    @cached_property
    def printed(self) -> tuple[Printed, ...]:
        """The rows and columns of all that is printed, each text as far as it runs over.

        Hidden columns are not, nor is a title alone, nor are rows that hold nothing but links.
        """
        found = (*self._block_spans(), *self._text_spans(), *self._chart_spans())
        return tuple(span for span in found if self.column(span.columns.first))

    def _block_spans(self) -> Iterator[Printed]:
        for block in self.sheet.blocks:
            rows = Span(block.row, block.row + block.height)
            yield Printed(rows, Span(block.column, block.column + block.width))

    def _text_spans(self) -> Iterator[Printed]:
        for row, texts in self._texts.items():
            if row not in self._block_rows and all(text.link for text in texts):
                continue
            if row == 0 and self.has_title_alone:
                continue
            columns = sorted({text.column for text in texts if text.text})
            following = dict(pairwise(columns))
            for text in texts:
                end = _passed(text.column, self._run_over(text), self.column)
                end = min(end, following.get(text.column, end))
                # What heads something stays with it.
                below = row + 1 + int(text.style in HEADS and row < self.last_row)
                yield Printed(Span(row, below), Span(text.column, end), is_text=True)

    def _run_over(self, text: Text) -> int:
        """Return how wide a text is where it runs over the cells to its right, at least a pixel."""
        return 1 if text.style == "wrapped" else max(1, text_pixels(text))

    def _chart_spans(self) -> Iterator[Printed]:
        for chart in self.sheet.charts:
            bottom = _passed(chart.row, CHART_HEIGHT, self.row)
            right = _passed(chart.column, CHART_WIDTH, self.column)
            yield Printed(Span(chart.row, bottom), Span(chart.column, right))


def text_pixels(text: Text) -> int:
    """Return how long a text is in a single line."""
    look = text_look(text.style)
    kind = "code" if text.style == "code" else "bold" if look.get("bold") else "plain"
    points: float = look["font_size"]
    return math.ceil(len(text.text) * (points * CHARACTER[kind]))


def _passed(first: int, pixels: int, size: Callable[[int], int]) -> int:
    """Return the place after those that so many pixels cover, from the first one on.

    What is hidden covers nothing, and is the end.
    """
    place = first
    while pixels > 0 and size(place):
        pixels -= size(place)
        place += 1
    return max(place, first + 1)
