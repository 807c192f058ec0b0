"""A matrix of numbers and what is marked in it, drawn cell by cell.

On a colour terminal its cells are shaded by their value; elsewhere it is plain aligned text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rich.color import ColorSystem
from rich.style import Style
from rich.text import Text

from cnncalc.network import Array
from cnncalc.rules.ranges import ANY
from cnncalc.shapes import Pads
from cnncalc.views.colors import ColorScale, scale_of
from cnncalc.views.terminal.blocks import Block
from cnncalc.views.terminal.colors import Scale, shades, shown_scale
from cnncalc.views.terminal.screen import EMPTY, FAINT, Screen

__all__ = [
    "CELL_MARGIN",
    "CHOSEN_STYLE",
    "NO_PADS",
    "PADDING_MARK",
    "WINDOW_STYLE",
    "Cell",
    "Excerpt",
    "Matrix",
    "Shown",
    "draw_corners",
    "draw_full",
    "draw_near_window",
    "draw_whole",
]

Cell = tuple[int, int]

# Indices of rows or columns in order; None stands for those left out.
Shown = Sequence[int | None]

PADDING_MARK = "ᵖ"
WINDOW_STYLE = Style(color="#000000", bgcolor="#ffb000", bold=True)
CHOSEN_STYLE = Style(color="#ffffff", bgcolor="#c1121f", bold=True)
# A matrix of so many rows is shown whole even where the terminal must scroll.
ROWS_ALWAYS_SHOWN = 32
CORNER = 3
# A space, or the sign of a marked cell, on either side of a number.
CELL_MARGIN = 2

NO_PADS = Pads(0, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Matrix:
    """A (height, width) matrix and what to mark in it.

    `pads` tells how much of it is padding, which has no index; `window` holds the cells to
    highlight, `chosen` those that won; `indexed` asks for row and column numbers. `scale` is that
    of the stage that it belongs to; None where it stands alone, and may be negative. `hidden` are
    the (height, width) cells that aren't filled yet: they take the room of their numbers.
    """

    values: Array
    pads: Pads = NO_PADS
    window: frozenset[Cell] = frozenset()
    chosen: frozenset[Cell] = frozenset()
    indexed: bool = True
    scale: ColorScale | None = None
    hidden: NDArray[np.bool_] | None = None

    @property
    def height(self) -> int:
        """The number of rows."""
        return int(self.values.shape[0])

    @property
    def width(self) -> int:
        """The number of columns."""
        return int(self.values.shape[1])

    def row_name(self, row: int) -> str:
        """Return a row's index without the padding, or nothing for a row of padding."""
        return _name(row - self.pads.top, self.height - self.pads.top - self.pads.bottom)

    def column_name(self, column: int) -> str:
        """Return a column's index without the padding, or nothing for a column of padding."""
        return _name(column - self.pads.left, self.width - self.pads.left - self.pads.right)

    def is_empty(self, row: int, column: int) -> bool:
        """Tell whether a cell holds no number, or not yet."""
        is_hidden = self.hidden is not None and bool(self.hidden[row, column])
        return is_hidden or bool(np.isnan(self.values[row, column]))

    def is_padding(self, row: int, column: int) -> bool:
        """Tell whether a cell was added around the input."""
        return not (self.row_name(row) and self.column_name(column))


def _name(index: int, count: int) -> str:
    return str(index) if 0 <= index < count else ""


@dataclass(frozen=True)
class Excerpt:
    """Some rows and columns of a matrix, all columns of one width, as on a sheet."""

    matrix: Matrix
    rows: Shown
    columns: Shown
    screen: Screen

    @cached_property
    def width(self) -> int:
        """The characters of a line."""
        return self.gutter + len(self.columns) * self.cell

    @cached_property
    def cell(self) -> int:
        """The characters of a column: its longest text and the margins."""
        texts = [self._filled(row, column) for row in self.rows for column in self.columns]
        if self.matrix.indexed:
            texts += map(self._column_name, self.columns)
        return max(map(len, texts)) + CELL_MARGIN

    @cached_property
    def gutter(self) -> int:
        """The characters of the row numbers and what sets them apart."""
        if not self.matrix.indexed:
            return 0
        return max(len(self._row_name(row)) for row in self.rows) + 2

    @property
    def block(self) -> Block:
        """The lines, with the indices above and at the left."""
        body = [self._line(row) for row in self.rows]
        if not self.matrix.indexed:
            return body
        bar = " " if self.screen.colors else "│"
        body = [
            self.screen.line(f"{self._row_name(row):>{self.gutter - 2}} {bar}", FAINT) + line
            for row, line in zip(self.rows, body, strict=True)
        ]
        return [*self._header(), *body]

    def _header(self) -> Block:
        names = (f"{self._column_name(column):>{self.cell - 1}} " for column in self.columns)
        header = self.screen.line(" " * self.gutter + "".join(names), FAINT)
        if self.screen.colors:
            return [header]
        rule = "┌" + "─" * (self.cell * len(self.columns) - 1)
        return [header, self.screen.line(" " * (self.gutter - 1) + rule, FAINT)]

    def _row_name(self, row: int | None) -> str:
        return self.screen.spell("⋮") if row is None else self.matrix.row_name(row)

    def _column_name(self, column: int | None) -> str:
        return self.screen.spell("…") if column is None else self.matrix.column_name(column)

    def _text(self, row: int | None, column: int | None) -> str:
        if row is not None and column is not None and self.matrix.is_empty(row, column):
            return self.screen.spell(EMPTY)
        return self._filled(row, column)

    def _filled(self, row: int | None, column: int | None) -> str:
        if row is None or column is None:
            sign = "⋱" if row is column else "⋮" if row is None else "…"
            return self.screen.spell(sign)
        return self.screen.number(float(self.matrix.values[row, column]))

    def _line(self, row: int | None) -> Text:
        line = self.screen.line()
        if self.screen.colors is None:
            return line.append("".join(self._plain(row, column) for column in self.columns))
        for column, style in zip(self.columns, self._styles(row), strict=True):
            line.append(f"{self._text(row, column):>{self.cell - 1}} ", style)
        return line

    def _plain(self, row: int | None, column: int | None) -> str:
        """Return a cell's text, in brackets under the window, with a mark for padding."""
        text, before, after = self._text(row, column), "", " "
        if row is not None and column is not None:
            if (row, column) in self.matrix.window:
                before, after = "[", "]"
            elif self.matrix.is_padding(row, column) and text != self.screen.spell(EMPTY):
                after = self.screen.spell(PADDING_MARK)
        return f"{before + text:>{self.cell - 1}}{after}"

    def _styles(self, row: int | None) -> list[Style]:
        if row is None:
            return [FAINT] * len(self.columns)
        present = [column for column in self.columns if column is not None]
        system = self.screen.colors or ColorSystem.TRUECOLOR
        values = self.matrix.values[row, present]
        styles = {
            column: self._marked(row, column) or shade
            for column, shade in zip(present, shades(values, self._scale, system), strict=True)
        }
        return [FAINT if column is None else styles[column] for column in self.columns]

    def _marked(self, row: int, column: int) -> Style | None:
        """Return the style of a cell that is not simply shaded by its value."""
        if (row, column) in self.matrix.chosen:
            return CHOSEN_STYLE
        if (row, column) in self.matrix.window:
            return WINDOW_STYLE
        is_faint = self.matrix.is_empty(row, column) or self.matrix.is_padding(row, column)
        return FAINT if is_faint else None

    @cached_property
    def _scale(self) -> Scale:
        stage = self.matrix.scale or scale_of(self.matrix.values, ANY)
        return shown_scale(stage, self.screen.display.colors)


def draw_whole(matrix: Matrix, screen: Screen) -> Block | None:
    """Draw every number of a matrix, or return None where they don't fit the screen.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> for line in draw_whole(Matrix(np.array([[1.0, -2.5]])), screen):
    ...     print(line.plain.rstrip())
           0     1
      ┌───────────
    0 │    1  -2.5
    """
    if matrix.height > max(ROWS_ALWAYS_SHOWN, screen.height):
        return None
    # A column needs this much in any case: a photo need not be measured.
    if matrix.width * (1 + CELL_MARGIN) > screen.width:
        return None
    whole = Excerpt(matrix, range(matrix.height), range(matrix.width), screen)
    return whole.block if whole.width <= screen.width else None


def draw_full(matrix: Matrix, screen: Screen) -> Block:
    """Draw every number of a matrix, its columns in chunks of as many as the screen is wide."""
    return _in_chunks(Excerpt(matrix, range(matrix.height), range(matrix.width), screen))


def draw_corners(matrix: Matrix, screen: Screen) -> Block:
    """Draw the corners of a matrix; one of a few rows gets as many columns as fit."""
    rows = _ends(matrix.height, CORNER)
    cuts_both = matrix.height > len(rows) and matrix.width > 2 * CORNER + 1
    columns = CORNER if cuts_both else screen.width // (1 + CELL_MARGIN) // 2
    while columns > 0:
        excerpt = Excerpt(matrix, rows, _ends(matrix.width, columns), screen)
        if excerpt.width <= screen.width:
            return excerpt.block
        columns -= 1
    # Long numbers on a narrow screen: the first and the last column, one below the other.
    outer = [column for column in _ends(matrix.width, 1) if column is not None]
    return _in_chunks(Excerpt(matrix, rows, outer, screen))


def _in_chunks(excerpt: Excerpt) -> Block:
    """Draw an excerpt, one chunk of columns below the other where it is wider than the screen."""
    matrix, columns, screen = excerpt.matrix, excerpt.columns, excerpt.screen
    if excerpt.width <= screen.width:
        return excerpt.block
    count = max(1, (screen.width - excerpt.gutter) // excerpt.cell)
    block: Block = []
    for first in range(0, len(columns), count):
        chunk = columns[first : first + count]
        names = f"columns {chunk[0]} to {chunk[-1]}" if len(chunk) > 1 else f"column {chunk[0]}"
        label = f"{names} of 0 to {matrix.width - 1}"
        block += [*([screen.line()] if block else []), screen.line(label, "bold")]
        block += Excerpt(matrix, excerpt.rows, chunk, screen).block
    return block


def draw_near_window(matrix: Matrix, screen: Screen) -> Block | None:
    """Draw the cells under a matrix's window and those next to them, or None if too many."""
    rows = _around({cell[0] for cell in matrix.window}, matrix.height)
    columns = _around({cell[1] for cell in matrix.window}, matrix.width)
    if len(rows) > screen.height or len(columns) * (1 + CELL_MARGIN) > screen.width:
        return None
    near = Excerpt(matrix, rows, columns, screen)
    return near.block if near.width <= screen.width else None


def _ends(count: int, shown: int) -> Shown:
    """Return the first and last indices, so many `shown` of both, None between; all if as short."""
    if count <= 2 * shown + 1:
        return range(count)
    return [*range(shown), None, *range(count - shown, count)]


def _around(covered: set[int], count: int) -> Shown:
    """Return the indices from the first covered to the last, and one more on either side."""
    first, last = max(0, min(covered) - 1), min(count - 1, max(covered) + 1)
    before: list[int | None] = [None] if first > 0 else []
    after: list[int | None] = [None] if last < count - 1 else []
    return [*before, *range(first, last + 1), *after]
