"""Lays a figure out from top to bottom: texts, rows of grids with signs between them, rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.views.colors import LOOKS, ColorScale, Theme
from cnncalc.views.figure.flow_drawing import draw_grid, draw_sign, draw_stage, outline
from cnncalc.views.figure.flow_layout import Sign, SignKind
from cnncalc.views.figure.fonts import width, wrapped
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    CELL_SIZE,
    LEGEND_SIZE,
    LINE_HEIGHT,
    MARGIN,
    TITLE_SIZE,
    NumberForm,
    number_form,
)
from cnncalc.views.figure.shapes import Drawing, Line, Shape, Text
from cnncalc.views.figure.stage_boxes import Box, StageBox

__all__ = ["Grid", "GridRow", "Outline", "Pen", "cell"]

Outline = Literal["window", "weights", "products"]

_SIGN_SIZE, _BETWEEN, _BELOW = 20.0, 40.0, 16.0
_HIGHEST_CELL = 34.0
_TEXT_WIDTH, _ROW_WIDTH = 900.0, 1100.0


@dataclass(frozen=True, eq=False)
class Grid:
    """Numbers (rows, columns) with a caption above: their scale, and which are padding.

    `marked` is what is outlined, as (row, column, height, width); with a dashed line where these
    are weights. Its numbers have the `form` that is usual for them where none is given.
    """

    caption: str
    numbers: Array
    scale: ColorScale | None
    padding: NDArray[np.bool_] | None = None
    marked: tuple[int, int, int, int] | None = None
    outline: Outline = "window"
    form: NumberForm | None = None


@dataclass(frozen=True)
class GridRow:
    """Grids side by side, the signs between them, and what is said above them."""

    grids: tuple[Grid, ...]
    signs: tuple[str, ...] = ()
    note: str = ""

    def after(self, *grids: Grid) -> GridRow:
        """Return the same behind other grids, without a sign."""
        return GridRow((*grids, *self.grids), (*[""] * len(grids), *self.signs), self.note)


def cell(caption: str, value: float) -> Grid:
    """Return one number as a grid with a caption."""
    return Grid(caption, np.array([[value]]), None)


class Pen:
    """Draws one thing below the other, in a theme, numbers with at most so many decimals."""

    def __init__(self, theme: Theme, decimals: int) -> None:
        """Begin with nothing."""
        self.look = LOOKS[theme]
        self.decimals = decimals
        self._theme = theme
        self._shapes: list[Shape] = []
        self._said: list[str] = []
        self._rules: list[float] = []
        self._y, self._right = MARGIN, 0.0

    def finished(self, title: str) -> Drawing:
        """Return the figure with a title, for who doesn't see it; what it says is its headings."""
        size = (self._right + MARGIN, self._y + MARGIN - _BELOW / 2)
        rules = [Line(MARGIN, y, self._right, y, self.look.line) for y in self._rules]
        shapes = (*rules, *self._shapes)
        return Drawing(*size, self.look.paper, shapes, title, " ".join(self._said))

    def heading(self, text: str) -> None:
        """Write what comes, which is said to whoever doesn't see it, too."""
        self._said.append(f"{text}.")
        self._write([text], TITLE_SIZE, self.look.ink, is_bold=True)

    def note(self, text: str) -> None:
        """Write what is less important."""
        self._write(wrapped(text, _TEXT_WIDTH, CAPTION_SIZE), CAPTION_SIZE, self.look.muted)

    def text(self, text: str) -> None:
        """Write a text, in lines."""
        self._write(wrapped(text, _TEXT_WIDTH, CELL_SIZE), CELL_SIZE, self.look.ink)

    def gap(self, height: float = _BELOW) -> None:
        """Leave some room."""
        self._y += height

    def rule(self) -> None:
        """Draw a thin line above what comes next, as long as the widest part of the figure."""
        self._rules.append(self._y + _BELOW / 2)
        self._y += _BELOW * 1.5

    def _write(
        self, lines: Iterable[str], size: float, color: str, *, is_bold: bool = False
    ) -> None:
        for line in lines:
            self._y += LINE_HEIGHT
            self._shapes.append(Text(MARGIN, self._y - 4, line, size, color, is_bold=is_bold))
            self._right = max(self._right, MARGIN + width(line, size, is_bold=is_bold))

    def stages(self, stages: Sequence[StageBox], signs: Sequence[SignKind | None]) -> None:
        """Draw measured stages side by side, a sign or none between them."""
        x, bottom = MARGIN, self._y
        for position, stage in enumerate(stages):
            placed = stage.moved(x, self._y)
            self._shapes += draw_stage(placed, self._theme)
            x, bottom = x + stage.box.width, max(bottom, placed.box.y + placed.box.height)
            if position + 1 < len(stages):
                height = min(stage.grids.height, stages[position + 1].grids.height)
                if kind := signs[position]:
                    sign = Sign(kind, x + _BETWEEN / 2, placed.grids.y + height / 2)
                    self._shapes += draw_sign(sign, self.look)
                x += _BETWEEN
        self._right = max(self._right, x)
        self._y = bottom + _BELOW

    def rows(self, stages: Sequence[StageBox], signs: Sequence[SignKind | None]) -> None:
        """Draw measured stages with a sign or none between them, in as many rows as they take."""
        first, used = 0, 0.0
        for place, stage in enumerate(stages):
            wide = stage.box.width + _BETWEEN
            if place > first and used + wide > _ROW_WIDTH:
                self.stages(stages[first:place], signs[first : place - 1])
                first, used = place, 0.0
            used += wide
        self.stages(stages[first:], signs[first:])

    def room(self, grids: Sequence[Grid]) -> float:
        """Return how wide a cell must be for every number of some grids."""
        return max((self._form(grid).room(grid.numbers) for grid in grids), default=0.0)

    def _form(self, grid: Grid) -> NumberForm:
        return grid.form or number_form(grid.numbers, self.decimals)

    def row(self, row: GridRow, room: float) -> None:
        """Draw a row of grids, whose cells are as wide as the `room`, below what is said of it."""
        if row.note:
            self.note(row.note)
        if row.grids:
            self.grids(row.grids, row.signs, room)

    def grids(self, grids: Sequence[Grid], signs: Sequence[str], room: float) -> None:
        """Draw grids side by side, a sign or none between them; cells are as wide as the `room`."""
        x, top, bottom = MARGIN, self._y + LINE_HEIGHT, self._y
        cell, before = (room, min(room, _HIGHEST_CELL)), 0
        for grid, sign in zip(grids, ("", *signs), strict=True):
            x += _BETWEEN if x > MARGIN else 0.0
            rows = len(grid.numbers)
            # One number stands at the middle of the grid that it comes of.
            lower = (before - 1) * cell[1] / 2 if sign and rows == 1 < before else 0.0
            if sign:
                middle = top + lower + min(rows, before) * cell[1] / 2
                place = (x - _BETWEEN / 2, middle + 0.36 * _SIGN_SIZE)
                self._shapes.append(Text(*place, sign, _SIGN_SIZE, self.look.muted, "middle"))
            box = self._grid(grid, (x, top + lower), cell)
            x = max(box.x + box.width, x + width(grid.caption, LEGEND_SIZE) - _BETWEEN / 4)
            before, bottom = rows, max(bottom, box.y + box.height)
        self._right = max(self._right, x)
        self._y = bottom + 10

    def _grid(self, grid: Grid, corner: tuple[float, float], cell: tuple[float, float]) -> Box:
        rows, columns = grid.numbers.shape
        (x, y), (across, down) = corner, cell
        box = Box(x, y, columns * across, rows * down)
        if grid.caption:
            self._shapes.append(Text(x, y - 5, grid.caption, LEGEND_SIZE, self.look.muted))
        self._shapes += draw_grid(
            box, grid.numbers, grid.scale, self._form(grid), self._theme, grid.padding
        )
        if grid.marked is not None:
            row, column, height, wide = grid.marked
            inner = Box(x + column * across, y + row * down, wide * across, height * down)
            is_dashed = grid.outline == "weights"
            color = getattr(self.look, grid.outline)
            self._shapes += outline(inner, color, self.look.paper, is_dashed=is_dashed)
        return box
