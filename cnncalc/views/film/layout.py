"""Where a film's stages stand, and which part of them its frames show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from cnncalc.sheet.flow import Flow
from cnncalc.sheet.plan import StageScale, Values
from cnncalc.views.figure.flow_layout import FlowLayout, FlowOptions, lay_out_flow
from cnncalc.views.figure.shapes import Line, Polygon, Shape, moved
from cnncalc.views.figure.stage_boxes import Box

__all__ = ["Camera", "Scenery", "make_scenery", "shown_part"]

# A film fits a page and a screen that is as high as this in parts of its width, or so many pixels.
_HIGH, _HIGH_PIXELS = 0.65, 700.0
# About so high is what stands below. It is better to be drawn smaller than to be too high, and to
# have no empty room: by so much.
_PANEL, _SMALLER, _EMPTY = 150.0, 0.35, 0.5
# So many times as wide as its frames is a flow measured, to be drawn smaller.
_WIDER = (1.0, 1.1, 1.2, 1.3, 1.4)
# What is more awkward to see as a whole is shown in parts, measured so many times as wide.
_MOST_AWKWARD, _VIEW_WIDER = 0.9, 1.2
_WHOLE_WIDER = (1.2, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0)
# Above a stage in sight there is a little room, more with the heading of its part of a training.
_ABOVE, _HEADING = 6.0, 44.0


@dataclass(frozen=True)
class Camera:
    """How much of a layout's `whole` height a frame shows: `view`."""

    whole: float
    view: float

    def top(
        self, stage: Box, cell: Box, sources: Sequence[Box] = (), headings: Sequence[float] = ()
    ) -> float:
        """Return how far down the part begins that shows a stage, or its cell where that is high.

        Arguments: the boxes of the `stage`, of its `cell`, and of the stages that this reads, its
        `sources`, of which the nearest are shown too, where there is room; where `headings` stand.

        >>> Camera(500, 500).top(Box(0, 400, 50, 90), Box(0, 400, 9, 9))
        0.0
        >>> Camera(1000, 300).top(Box(0, 400, 50, 90), Box(0, 400, 9, 9))
        394.0
        >>> Camera(1000, 300).top(Box(0, 400, 50, 90), Box(0, 400, 9, 9), [Box(0, 280, 50, 90)])
        274.0
        """
        begin, end = stage.y, stage.y + stage.height
        if end - begin + _HEADING > self.view:
            begin = cell.y - self.view / 2
        else:
            for source in sorted(sources, key=lambda box: abs(box.y - stage.y)):
                first, last = min(begin, source.y), max(end, source.y + source.height)
                if last - first + _HEADING <= self.view:
                    begin, end = first, last
            is_headed = any(begin - _HEADING < heading < begin for heading in headings)
            begin -= _HEADING if is_headed else _ABOVE
        return min(max(0.0, begin), max(0.0, self.whole - self.view))


@dataclass(frozen=True, eq=False)
class Scenery:
    """Where all stands, as a `whole`, and `playing`, of which the `camera` shows a part.

    With what stands below, that part is `most` high.
    """

    playing: FlowLayout
    camera: Camera
    whole: FlowLayout
    most: float = inf

    def above(self, panel: float) -> Scenery:
        """Return the same with a `panel` so high below, no higher together than a film may be."""
        view = min(self.camera.whole, self.most - panel)
        return replace(self, camera=replace(self.camera, view=view))


def make_scenery(flow: Flow, values: Values, scales: Sequence[StageScale], width: int) -> Scenery:
    """Return a flow measured for frames of a `width` in pixels.

    Arguments: the `flow`; its `values`; the scale of each of its stages; the `width`.
    """

    def measured(wider: float) -> FlowLayout:
        return lay_out_flow(flow, values, scales, FlowOptions(width=width * wider))

    layout = min(map(measured, _WIDER), key=lambda found: _awkwardness(found, width))
    if _awkwardness(layout, width) <= _MOST_AWKWARD:
        return Scenery(layout, Camera(layout.height, layout.height), layout)
    layout, share = measured(_VIEW_WIDER), _high(width)
    whole = min(map(measured, _WHOLE_WIDER), key=lambda f: max(f.width, f.height / share))
    most = share * layout.width
    return Scenery(layout, Camera(layout.height, min(layout.height, most - _PANEL)), whole, most)


def _high(width: int) -> float:
    """Return how high a film may be, in parts of its width."""
    return max(_HIGH, _HIGH_PIXELS / width)


def _awkwardness(layout: FlowLayout, width: int) -> float:
    """Return how much too high a layout is, how much smaller it must be drawn, how empty it is."""
    high = (layout.height + _PANEL) / layout.width - _high(width)
    smaller = layout.width / width - 1
    filled = sum(stage.box.width * stage.box.height for stage in layout.stages)
    empty = 1 - filled / (layout.width * layout.height)
    return max(0.0, high) + _SMALLER * max(0.0, smaller) + _EMPTY * empty


def shown_part(shapes: Iterable[Shape], top: float, height: float) -> Iterator[Shape]:
    """Yield the shapes that are in sight from `top` on, moved up by it."""
    for shape in shapes:
        first, last = _span(shape)
        if last >= top and first <= top + height:
            yield moved(shape, 0, -top)


def _span(shape: Shape) -> tuple[float, float]:
    """Return from where to where a shape reaches, downwards."""
    match shape:
        case Line():
            return min(shape.y, shape.to_y), max(shape.y, shape.to_y)
        case Polygon():
            heights = [y for _, y in shape.points]
            return min(heights), max(heights)
        case _:
            # A text stands on its line.
            return shape.y - getattr(shape, "size", 0.0), shape.y + getattr(shape, "height", 8.0)
