"""What stands below a film's stages: which number it is, and of what it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnncalc.network import Array
from cnncalc.sheet.scenes import Region
from cnncalc.views.colors import LOOKS, ColorScale, Theme
from cnncalc.views.figure.flow_drawing import draw_grid
from cnncalc.views.figure.flow_layout import FlowLayout
from cnncalc.views.figure.fonts import shortened, width
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    CELL_HEIGHT,
    CELL_SIZE,
    GAP,
    LINE_HEIGHT,
    MARGIN,
    TITLE_SIZE,
    NumberForm,
    number_form,
)
from cnncalc.views.figure.shapes import Line, Rectangle, Shape, Text
from cnncalc.views.figure.stage_boxes import Box
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.moments import Moment
from cnncalc.views.film.sentences import (
    cell_product,
    cell_sentence,
    moment_heading,
    number_text,
)

__all__ = ["Panel"]

# A window and its weights are drawn where they have no more rows and columns.
_MOST_SIDE = 5
_DECIMALS = 4
_SIGN, _SIGN_SIZE = 30.0, 18.0
_CAPTION = CAPTION_SIZE + 6
_SAMPLES = 60
_WHOLE = (
    ("window", False, "what is read"),
    ("weights", True, "the weights on it"),
    ("result", False, "what comes of it"),
)


@dataclass(frozen=True, eq=False)
class _Grid:
    """A matrix to draw: its `caption`, its numbers, its outline's colour, and how it looks."""

    caption: str
    numbers: Array
    outline: str
    scale: ColorScale | None
    is_dashed: bool = False


@dataclass(frozen=True, eq=False)
class Panel:
    """The place below a film's stages: `room` in width, its `cells` as wide as their numbers.

    `rows` are those of the largest window that is drawn, 0 where none is.
    """

    cells: FlowCells
    layout: FlowLayout
    theme: Theme
    room: float
    rows: int
    cell: float

    @classmethod
    def of(
        cls, cells: FlowCells, layout: FlowLayout, moments: Sequence[Moment], theme: Theme
    ) -> Panel:
        """Return the panel of a play, measured for all its `moments`."""
        step = max(1, len(moments) // _SAMPLES)
        found = (cell_product(cells, moment.cell) for moment in moments[::step])
        drawn = [product.values for product in found if product and _is_small(product.values[0])]
        rows = max((len(window) for window, _ in drawn), default=0)
        held = (array for values in drawn for array in (*values, values[0] * values[1]))
        cell = max((number_form(array, _DECIMALS).room(array) for array in held), default=0.0)
        panel = cls(cells, layout, theme, layout.width, rows, cell)
        columns = max((window.shape[1] for window, _ in drawn), default=0)
        needed = 2 * MARGIN + 3 * columns * cell + 3 * _SIGN + 60
        return panel if needed <= layout.width else cls(cells, layout, theme, layout.width, 0, 0)

    @property
    def height(self) -> float:
        """How high it is."""
        grid = _CAPTION + self.rows * CELL_HEIGHT + GAP if self.rows else 0.0
        return GAP + 2 * LINE_HEIGHT + grid + MARGIN

    def draw(self, moment: Moment | None, top: float) -> Iterator[Shape]:
        """Yield what stands there at a `moment`, None for the whole; it begins at `top`."""
        look = LOOKS[self.theme]
        yield Line(MARGIN, top, self.room - MARGIN, top, look.line)
        first = top + GAP + LINE_HEIGHT
        if moment is None:
            yield from self._whole(first)
            return
        room = self.room - 2 * MARGIN
        heading = shortened(moment_heading(self.cells, moment), room, TITLE_SIZE)
        yield Text(MARGIN, first, heading, TITLE_SIZE, look.ink, is_bold=True)
        most = int(room / width("0", CELL_SIZE))
        sentence = shortened(cell_sentence(self.cells, moment.cell, most), room, CELL_SIZE)
        yield Text(MARGIN, first + LINE_HEIGHT + 3, sentence, CELL_SIZE, look.ink)
        yield from self._products(moment, first + LINE_HEIGHT + GAP + 3)

    def _whole(self, y: float) -> Iterator[Shape]:
        """Yield what is calculated, and what the outlines of the play mean."""
        look = LOOKS[self.theme]
        calls = " → ".join(column.call for column in self.cells.flow.columns if column.call)
        text = shortened(calls, self.room - 2 * MARGIN, TITLE_SIZE)
        yield Text(MARGIN, y, text, TITLE_SIZE, look.ink, is_bold=True)
        x = MARGIN
        for name, is_dashed, meaning in _WHOLE:
            color = str(getattr(look, name))
            yield Rectangle(x + 1, y + 9, 14, 11, "", color, 2.0, is_dashed)
            yield Text(x + 22, y + LINE_HEIGHT + 3, meaning, CELL_SIZE, look.muted)
            x += 22 + width(meaning, CELL_SIZE) + 3 * GAP

    def _products(self, moment: Moment, top: float) -> Iterator[Shape]:
        """Yield window × weights = products, and their sum, where there is room for them."""
        product = cell_product(self.cells, moment.cell)
        if product is None or not self.rows or not _is_small(product.values[0]):
            return
        look = LOOKS[self.theme]
        window, weights = product.values
        first, second = (self._scale(region) for region in product.regions)
        grids = (
            _Grid("window", window, look.window, first),
            _Grid("weights", weights, look.weights, second, is_dashed=True),
            _Grid("products", window * weights, look.products, None),
        )
        x, middle = MARGIN, top + _CAPTION + len(window) * CELL_HEIGHT / 2
        for grid, sign in zip(grids, ("×", "=", "→"), strict=True):
            yield from self._grid(grid, x, top)
            x += grid.numbers.shape[1] * self.cell + _SIGN
            place = (x - _SIGN / 2, middle + 0.36 * _SIGN_SIZE)
            yield Text(*place, sign, _SIGN_SIZE, look.muted, "middle")
        result = number_text(product.total)
        place = (x, middle + 0.36 * _SIGN_SIZE)
        yield Text(x, top + CAPTION_SIZE, "sum", CAPTION_SIZE, look.muted)
        yield Text(*place, result, _SIGN_SIZE, look.result, is_bold=True)

    def _grid(self, grid: _Grid, x: float, top: float) -> Iterator[Shape]:
        look = LOOKS[self.theme]
        rows, columns = grid.numbers.shape
        box = Box(x, top + _CAPTION, columns * self.cell, rows * CELL_HEIGHT)
        yield Text(x, top + CAPTION_SIZE, grid.caption, CAPTION_SIZE, look.muted)
        yield from draw_grid(box, grid.numbers, grid.scale, _form(grid.numbers), self.theme)
        yield Rectangle(*box, "", grid.outline, 2.5, grid.is_dashed)

    def _scale(self, region: Region) -> ColorScale | None:
        """Return the scale of the stage that a region is of, None where it isn't drawn."""
        stage = self.cells.stages[region.slice].number
        return next((box.scale for box in self.layout.stages if box.number == stage), None)


def _form(numbers: Array) -> NumberForm:
    return number_form(numbers, _DECIMALS)


def _is_small(window: Array) -> bool:
    return bool(np.isfinite(window).all()) and max(window.shape) <= _MOST_SIDE
