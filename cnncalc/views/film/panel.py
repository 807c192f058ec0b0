"""What stands below a film's stages: which number it is, and of what it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cnncalc.views.colors import LOOKS, Theme
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
)
from cnncalc.views.figure.shapes import Line, Rectangle, Shape, Text
from cnncalc.views.figure.stage_boxes import Box
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.insets import Inset, InsetGrid, inset_form, make_inset
from cnncalc.views.film.moments import Moment
from cnncalc.views.film.sentences import cell_sentence, moment_heading

__all__ = ["Panel"]

_SIGN, _SIGN_SIZE = 30.0, 18.0
# A caption stands so far above its matrix.
_ABOVE = 6.0
_CAPTION = CAPTION_SIZE + _ABOVE
# Behind a number, or a caption that is longer than its matrix is wide.
_APART = 12.0
# So many lines say which layers there are.
_MOST_CALLS = 3
# A sample of an outline stands before what it means.
_SAMPLE = 22.0


class _Meaning(NamedTuple):
    """What an outline of a `color` of the look means."""

    color: str
    is_dashed: bool
    text: str

    @property
    def wide(self) -> float:
        """How much room it takes."""
        return _SAMPLE + width(self.text, CELL_SIZE)


_WHOLE = (
    _Meaning("window", is_dashed=False, text="what is read"),
    _Meaning("weights", is_dashed=True, text="the weights on it"),
    _Meaning("result", is_dashed=False, text="what comes of it"),
)


@dataclass(frozen=True, eq=False)
class Panel:
    """The place below a film's stages: `room` in width, as high as the highest of its insets.

    `rows` are those of this one, 0 where there is none; `widths` says how wide the cells of each
    stage's insets are, by the stage's number.
    """

    cells: FlowCells
    layout: FlowLayout
    theme: Theme
    room: float
    rows: int
    widths: Mapping[int, float]

    @classmethod
    def of(
        cls, cells: FlowCells, layout: FlowLayout, moments: Iterable[Moment], theme: Theme
    ) -> Panel:
        """Return the panel of a play, measured for the `moments` that are shown of it."""
        widths: dict[int, float] = {}
        found: list[tuple[int, Inset]] = []
        for moment in moments:
            inset = make_inset(cells, layout, LOOKS[theme], moment.cell)
            if inset is not None:
                stage = moment.scene.stage
                found.append((stage, inset))
                widths[stage] = max(widths.get(stage, 0.0), inset.cell)
        fitting = (_fitted(inset, widths[stage], layout.width) for stage, inset in found)
        rows = max((inset.rows for inset in fitting if inset is not None), default=0)
        return cls(cells, layout, theme, layout.width, rows, widths)

    @property
    def height(self) -> float:
        """How high it is."""
        grid = _CAPTION + self.rows * CELL_HEIGHT + GAP if self.rows else 0.0
        return max(GAP + 2 * LINE_HEIGHT + grid + MARGIN, self.whole_height)

    @property
    def whole_height(self) -> float:
        """How high what it says of the whole is."""
        return GAP + LINE_HEIGHT * (len(self._calls) + len(self._legend)) + MARGIN

    @property
    def _calls(self) -> list[str]:
        """What is calculated, in as many lines as that takes, cut where these are too many."""
        room = self.room - 2 * MARGIN
        lines: list[str] = []
        for column in self.cells.flow.columns:
            call = f"→ {column.call}" if lines else column.call
            longer = f"{lines[-1]} {call}" if lines else call
            if not column.call:
                continue
            if lines and width(longer, TITLE_SIZE, is_bold=True) <= room:
                lines[-1] = longer
            else:
                lines.append(shortened(call, room, TITLE_SIZE, is_bold=True))
        if len(lines) > _MOST_CALLS:
            cut = f"{lines[_MOST_CALLS - 1]} …"
            lines[_MOST_CALLS - 1 :] = [shortened(cut, room, TITLE_SIZE, is_bold=True)]
        return lines

    @property
    def _legend(self) -> list[list[_Meaning]]:
        """What the outlines of the play mean, in as many lines as that takes."""
        lines: list[list[_Meaning]] = [[]]
        used = MARGIN
        for meaning in _WHOLE:
            if lines[-1] and used + meaning.wide > self.room - MARGIN:
                lines.append([])
                used = MARGIN
            lines[-1].append(meaning)
            used += meaning.wide + 3 * GAP
        return lines

    def draw(self, moment: Moment | None, top: float) -> Iterator[Shape]:
        """Yield what stands there at a `moment`, None for the whole; it begins at `top`."""
        look = LOOKS[self.theme]
        yield Line(MARGIN, top, self.room - MARGIN, top, look.line)
        first = top + GAP + LINE_HEIGHT
        if moment is None:
            yield from self._whole(first)
            return
        room = self.room - 2 * MARGIN
        heading = moment_heading(self.cells, moment)
        heading = shortened(heading, room, TITLE_SIZE, is_bold=True)
        yield Text(MARGIN, first, heading, TITLE_SIZE, look.ink, is_bold=True)
        most = int(room / width("0", CELL_SIZE))
        sentence = shortened(cell_sentence(self.cells, moment.cell, most), room, CELL_SIZE)
        yield Text(MARGIN, first + LINE_HEIGHT + 3, sentence, CELL_SIZE, look.ink)
        yield from self._inset(moment, first + LINE_HEIGHT + GAP + 3)

    def _whole(self, y: float) -> Iterator[Shape]:
        """Yield what is calculated, and what the outlines of the play mean."""
        look = LOOKS[self.theme]
        for calls in self._calls:
            yield Text(MARGIN, y, calls, TITLE_SIZE, look.ink, is_bold=True)
            y += LINE_HEIGHT
        y -= LINE_HEIGHT
        for line in self._legend:
            x = MARGIN
            for meaning in line:
                color = str(getattr(look, meaning.color))
                yield Rectangle(x + 1, y + 9, 14, 11, "", color, 2.0, meaning.is_dashed)
                base = y + LINE_HEIGHT + 3
                yield Text(x + _SAMPLE, base, meaning.text, CELL_SIZE, look.muted)
                x += meaning.wide + 3 * GAP
            y += LINE_HEIGHT

    def _inset(self, moment: Moment, top: float) -> Iterator[Shape]:
        """Yield what the number is made of, and the number, where there is room for them."""
        look = LOOKS[self.theme]
        inset = make_inset(self.cells, self.layout, look, moment.cell)
        cell = self.widths.get(moment.scene.stage, 0.0)
        inset = None if inset is None else _fitted(inset, cell, self.layout.width)
        if inset is None:
            return
        x, middle = MARGIN, top + _CAPTION + inset.rows * CELL_HEIGHT / 2
        for grid in inset.grids:
            yield from self._grid(grid, x, middle, cell)
            x += _room(grid, cell)
            place = (x - _SIGN / 2, middle + 0.36 * _SIGN_SIZE)
            yield Text(*place, grid.sign, _SIGN_SIZE, look.muted, "middle")
        caption = shortened(inset.caption, self.room - x - MARGIN, CAPTION_SIZE)
        place = (x, middle + 0.36 * _SIGN_SIZE)
        yield Text(x, middle - CELL_HEIGHT / 2 - _ABOVE, caption, CAPTION_SIZE, look.muted)
        yield Text(*place, inset.result, _SIGN_SIZE, look.result, is_bold=True)

    def _grid(self, grid: InsetGrid, x: float, middle: float, cell: float) -> Iterator[Shape]:
        look = LOOKS[self.theme]
        rows, columns = grid.numbers.shape
        height = rows * CELL_HEIGHT
        box = Box(x, middle - height / 2, columns * cell, height)
        yield Text(x, box.y - _ABOVE, grid.caption, CAPTION_SIZE, look.muted)
        form = inset_form(grid.numbers)
        yield from draw_grid(box, grid.numbers, grid.scale, form, self.theme)
        yield Rectangle(*box, "", grid.outline, 2.5, grid.is_dashed)


def _room(grid: InsetGrid, cell: float) -> float:
    """Return how much room a matrix takes with its caption and the sign behind it."""
    columns: int = grid.numbers.shape[1]
    return max(columns * cell + _SIGN, width(grid.caption, CAPTION_SIZE) + _APART)


def _fitted(inset: Inset, cell: float, room: float) -> Inset | None:
    """Return an inset as far as there is room for it, None where there isn't.

    What its cells are multiplied to can be left out, not what they are.
    """
    forms = (inset, inset.shorter)
    return next((form for form in forms if _needed(form, cell) <= room), None)


def _needed(inset: Inset, cell: float) -> float:
    """Return how wide a frame must be for an inset whose cells are so wide."""
    grids = sum(_room(grid, cell) for grid in inset.grids)
    needed: float = 2 * MARGIN + grids + width(inset.result, _SIGN_SIZE, is_bold=True)
    return needed
