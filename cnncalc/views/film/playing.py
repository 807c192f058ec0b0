"""A calculation that plays: which frames there are, and how each is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import Values
from cnncalc.sheet.scenes import Region, cell_formula
from cnncalc.views.figure.flow_drawing import Shown, draw_flow
from cnncalc.views.figure.flow_layout import FlowLayout
from cnncalc.views.figure.raster import image_of
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.film.layout import film_layout
from cnncalc.views.film.moments import Moment, make_moments
from cnncalc.views.film.panel import Panel
from cnncalc.views.film.sentences import CellNumbers
from cnncalc.views.film.timing import FilmLook, Take, make_takes

__all__ = ["Play"]

Appearance = NDArray[np.int64]

# So many steps from a cell whose formula reads cells that aren't drawn to those that are.
_MOST_STEPS = 8


@dataclass(frozen=True, eq=False)
class Play:
    """The frames of a film: `takes` in order, of the `moments` of a play.

    `layout` is where everything stands; `panel` stands below and says what is being summed.
    """

    numbers: CellNumbers
    look: FilmLook
    layout: FlowLayout
    panel: Panel
    moments: tuple[Moment, ...]
    takes: tuple[Take, ...]

    @classmethod
    def of(cls, flow: Flow, values: Values, look: FilmLook, *, is_article: bool) -> Play:
        """Return the film of a flow: its stages are measured once.

        Arguments: the `flow`; its `values`; how the film is to `look`; whether
        the image `is_article`'s.
        """
        numbers = CellNumbers.of(flow, values)
        layout = film_layout(flow, values, look.width, is_article=is_article)
        moments = make_moments(flow, frozenset(stage.number for stage in layout.stages))
        panel = Panel.of(numbers, layout, moments, look.theme)
        return cls(numbers, look, layout, panel, moments, make_takes(len(moments), look.speed))

    @property
    def milliseconds(self) -> tuple[int, ...]:
        """How long each frame stays."""
        return tuple(take.milliseconds for take in self.takes)

    @property
    def left_out(self) -> int:
        """How many moments are not shown."""
        return len(self.moments) - sum(take.moment is not None for take in self.takes)

    @cached_property
    def size(self) -> tuple[int, int]:
        """The width and the height of a frame, in pixels."""
        height, width, _ = self.draw(0).shape
        return width, height

    def draw(self, number: int) -> NDArray[np.uint8]:
        """Return a frame, (height, width, 3) of red, green and blue."""
        take = self.takes[number]
        drawing = self._drawing(None if take.moment is None else take.moment)
        image = image_of(drawing, self.look.width / drawing.width)
        return np.asarray(image)

    def _drawing(self, place: int | None) -> Drawing:
        shown = Shown() if place is None else self._shown(place)
        moment = None if place is None else self.moments[place]
        drawn = draw_flow(self.layout, self.look.theme, shown)
        below = self.panel.draw(moment, self.layout.height)
        height = drawn.height + self.panel.height
        return replace(drawn, height=height, shapes=(*drawn.shapes, *below))

    def _shown(self, place: int) -> Shown:
        """Return what there is of the flow at a moment: what comes later is hidden."""
        moment = self.moments[place]
        hidden = {
            number: later
            for number, appears in self._appearances.items()
            if (later := appears > place).any()
        }
        slice_number = moment.scene.slices[-1]
        regions = self._drawn_regions(Region(slice_number, moment.row, moment.column, 1, 1))
        cell = (slice_number, moment.row, moment.column) if regions else None
        return Shown(hidden, regions, cell)

    @cached_property
    def _appearances(self) -> Mapping[int, Appearance]:
        """At which moment each cell of each slice is there: 0 for what is there at once."""
        found: dict[int, Appearance] = {}
        for place, moment in enumerate(self.moments):
            for number in moment.scene.slices:
                if number not in self.layout.slices:
                    continue
                shape = self.layout.slices[number].numbers.shape
                appears = found.setdefault(number, np.full(shape, -1, dtype=np.int64))
                cells = moment.cells(shape)
                appears[cells] = np.where(appears[cells] < 0, place, appears[cells])
        return found

    def _drawn_regions(self, of: Region, steps: int = _MOST_STEPS) -> tuple[Region, ...]:
        """Return what a cell is made of, as far as it is drawn; what isn't, by what makes it."""
        formula = cell_formula(self.numbers.flow.slices[of.slice], of.row, of.column)
        if formula is None or not steps:
            return ()
        found: list[Region] = []
        for region in formula.regions:
            if region.slice in self.layout.slices:
                found.append(region)
            elif region.height == region.width == 1:
                found += self._drawn_regions(region, steps - 1)
        return tuple(found)
