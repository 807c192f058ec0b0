"""A calculation that plays: which frames there are, and how each is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import StageScale, Values
from cnncalc.views.figure.flow_drawing import Shown, draw_flow
from cnncalc.views.figure.measures import TITLE_SIZE
from cnncalc.views.figure.raster import image_of
from cnncalc.views.figure.shapes import Drawing, Rectangle
from cnncalc.views.film.cells import FlowCells
from cnncalc.views.film.layout import Scenery, make_scenery, shown_part
from cnncalc.views.film.moments import Appearance, Moment, appearances, make_moments
from cnncalc.views.film.outline import Room, draw_outline
from cnncalc.views.film.panel import Panel
from cnncalc.views.film.timing import FilmLook, Take, make_takes

__all__ = ["Play"]


# What has smaller titles is no longer read, in pixels.
_LEAST_TITLE = 8.5
# So wide an outline is drawn, the larger the better, in bounds.
_OUTLINE_WIDTHS, _LEAST_SCALE, _MOST_SCALE = (400.0, 560.0, 760.0, 960.0, 1200.0), 0.85, 1.6


@dataclass(frozen=True, eq=False)
class Play:
    """The frames of a film: `takes` in order, of the `moments` of a play.

    `scenery` is where everything stands; `panel` stands below and says what is being summed.
    """

    cells: FlowCells
    look: FilmLook
    scenery: Scenery
    panel: Panel
    moments: tuple[Moment, ...]
    takes: tuple[Take, ...]

    @classmethod
    def of(cls, flow: Flow, values: Values, scales: Sequence[StageScale], look: FilmLook) -> Play:
        """Return the film of a flow: its stages are measured once.

        Arguments: the `flow`; its `values`; the scale of each of its stages; how the film is to
        `look`.
        """
        scenery = make_scenery(flow, values, scales, look.width)
        layout = scenery.playing
        cells = FlowCells.of(flow, values, layout.slices)
        moments = make_moments(flow, layout.slices)
        takes = make_takes(len(moments), look.speed)
        shown = (moments[take.moment] for take in takes if take.moment is not None)
        panel = Panel.of(cells, layout, shown, look.theme)
        return cls(cells, look, scenery.above(panel.height), panel, moments, takes)

    @property
    def milliseconds(self) -> tuple[int, ...]:
        """How long each frame stays."""
        return tuple(take.milliseconds for take in self.takes)

    @property
    def left_out(self) -> int:
        """How many moments are not shown."""
        return len(self.moments) - sum(take.moment is not None for take in self.takes)

    @property
    def size(self) -> tuple[int, int]:
        """The width and the height of a frame, in pixels."""
        height = self.scenery.camera.view + self.panel.height
        return self.look.width, round(height * self.look.width / self.scenery.playing.width)

    def draw(self, number: int) -> NDArray[np.uint8]:
        """Return a frame, (height, width, 3) of red, green and blue."""
        place = self.takes[number].moment
        return self._whole() if place is None else self._part(place)

    def _whole(self) -> NDArray[np.uint8]:
        """Return all of the flow, in the middle of a frame."""
        drawn, scale = self.whole()
        frame = Image.new("RGB", self.size, drawn.paper)
        picture = image_of(drawn, scale)
        frame.paste(picture, ((self.size[0] - picture.width) // 2, 0))
        return np.asarray(frame)

    def whole(self) -> tuple[Drawing, float]:
        """Return all of the flow as large as it fits, and how many pixels a length of it has.

        What could not be read is an outline of blocks.
        """
        layout, (width, height) = self.scenery.whole, self.size
        panel = replace(self.panel, room=layout.width)
        scale = min(width / layout.width, height / (layout.height + panel.whole_height))
        if scale * TITLE_SIZE < _LEAST_TITLE:
            drawn = self._outline()
            panel, scale = replace(self.panel, room=drawn.width), width / drawn.width
        else:
            drawn = draw_flow(layout, self.look.theme)
        shapes = (*drawn.shapes, *panel.draw(None, drawn.height))
        return replace(drawn, height=drawn.height + panel.whole_height, shapes=shapes), scale

    def _outline(self) -> Drawing:
        """Return what there is of the flow, in letters that can be read."""
        width, height = self.size
        most = max(_MOST_SCALE, width / _OUTLINE_WIDTHS[-1])
        rooms = []
        for usual in _OUTLINE_WIDTHS:
            scale = min(max(_LEAST_SCALE, width / usual), most)
            panel = replace(self.panel, room=width / scale)
            rooms.append(Room(width / scale, height / scale - panel.whole_height))
        return draw_outline(self.cells.flow, self.scenery.whole, self.look.theme, rooms)

    def _part(self, place: int) -> NDArray[np.uint8]:
        """Return what is in sight at a moment, and what is being summed."""
        moment, view = self.moments[place], self.scenery.camera.view
        drawn = draw_flow(self.scenery.playing, self.look.theme, self._shown(place))
        top = self._top(moment)
        below = Rectangle(0, view, drawn.width, self.panel.height, drawn.paper)
        panel = self.panel.draw(moment, view)
        shapes = (*shown_part(drawn.shapes, top, view), below, *panel)
        drawn = replace(drawn, height=view + self.panel.height, shapes=shapes)
        frame = Image.new("RGB", self.size, drawn.paper)
        frame.paste(image_of(drawn, self.look.width / drawn.width))
        return np.asarray(frame)

    def _top(self, moment: Moment) -> float:
        """Return how far down the part begins that shows a moment's stage, and what it reads."""
        boxes = {stage.number: stage.box for stage in self.scenery.playing.stages}
        cell = self.scenery.playing.slices[moment.slice_number].cells(moment.row, moment.column)
        read = self.cells.seen_regions(moment.cell)
        sources = [boxes[self.cells.stages[region.slice].number] for region in read]
        headings = [heading.y for heading in self.scenery.playing.headings]
        return self.scenery.camera.top(boxes[moment.scene.stage], cell, sources, headings)

    def _shown(self, place: int) -> Shown:
        """Return what there is of the flow at a moment: what comes later is hidden."""
        moment = self.moments[place]
        hidden = {
            number: later
            for number, appears in self._appearances.items()
            if (later := appears > place).any()
        }
        regions = self.cells.seen_regions(moment.cell)
        return Shown(hidden, regions, (moment.slice_number, moment.row, moment.column))

    @cached_property
    def _appearances(self) -> Mapping[int, Appearance]:
        """At which moment each cell of each slice appears: -1 for what is there at once."""
        slices = self.scenery.playing.slices
        return appearances(self.moments, lambda number: slices[number].numbers.shape)
