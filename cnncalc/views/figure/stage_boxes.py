"""Stages in their places: titles, slices, scales. Colours come with the theme, when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.views.colors import ColorScale, ScaleKind
from cnncalc.views.figure.fonts import width
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    GAP,
    LEGEND_HEIGHT,
    LEGEND_SIZE,
    LEGEND_WIDTH,
    LINE_HEIGHT,
    TITLE_SIZE,
    NumberForm,
)

__all__ = ["Box", "SliceBox", "StageBox", "bar_width", "framed", "has_bar"]


class Box(NamedTuple):
    """A rectangle of the figure."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, eq=False)
class SliceBox:
    """A slice in its place: its `numbers` (rows, columns), NaN where a cell is empty.

    `padding` tells which cells were added around the input. Its numbers are drawn as one column,
    row after row, where it `is_turned`.
    """

    number: int
    box: Box
    numbers: Array
    padding: NDArray[np.bool_]
    caption: str = ""
    is_turned: bool = False

    def cells(self, row: int, column: int, height: int = 1, width: int = 1) -> Box:
        """Return where a rectangle of its cells is."""
        rows, columns = self.numbers.shape
        if self.is_turned:
            first, last = row * columns + column, (row + height - 1) * columns + column + width
            rows, columns, row, column, height, width = (
                rows * columns,
                1,
                first,
                0,
                last - first,
                1,
            )
        across, down = self.box.width / columns, self.box.height / rows
        place = (self.box.x + column * across, self.box.y + row * down)
        return Box(*place, width * across, height * down)

    def moved(self, x: float, y: float) -> SliceBox:
        """Return it, that much further to the right and down."""
        box = self.box
        return replace(self, box=box._replace(x=box.x + x, y=box.y + y))


@dataclass(frozen=True, eq=False)
class StageBox:
    """A stage in its place: `box` is around all of it, from its title to its scale's ends.

    `form` is how numbers are written in its cells, None where they are pixels; `labels` stand left
    of its rows, `lines` below its slices. Three slices `are_colors` where they are drawn as one
    picture in red, green and blue; where there is a `picture`, that is drawn instead of them. It
    `is_first` where nothing that its layer calculates comes before it. Of weights, one `is_kernel`.
    """

    number: int
    box: Box
    title: str
    size: str
    slices: tuple[SliceBox, ...]
    scale: ColorScale | None
    form: NumberForm | None
    labels: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    are_colors: bool = False
    is_weight: bool = False
    is_kernel: bool = False
    is_first: bool = False
    picture: NDArray[np.uint8] | None = None

    @property
    def grids(self) -> Box:
        """The rectangle around its slices."""
        boxes = [part.box for part in self.slices]
        x, y = min(box.x for box in boxes), min(box.y for box in boxes)
        right = max(box.x + box.width for box in boxes)
        bottom = max(box.y + box.height for box in boxes)
        return Box(x, y, right - x, bottom - y)

    def moved(self, x: float, y: float) -> StageBox:
        """Return it, that much further to the right and down."""
        box = self.box._replace(x=self.box.x + x, y=self.box.y + y)
        return replace(self, box=box, slices=tuple(part.moved(x, y) for part in self.slices))


def framed(stage: StageBox) -> StageBox:
    """Return a stage whose box is around its title, its slices, and what stands below them."""
    grids = stage.grids
    wide = max(
        grids.x + grids.width,
        width(stage.title, TITLE_SIZE, is_bold=True),
        width(stage.size, CAPTION_SIZE),
        *(grids.x + width(line, CAPTION_SIZE) for line in stage.lines),
        grids.x + bar_width(stage.scale) if stage.scale is not None and has_bar(stage) else 0.0,
    )
    below = LINE_HEIGHT * len(stage.lines)
    below += LEGEND_HEIGHT if stage.scale is not None else 0.0
    return replace(stage, box=Box(0, 0, wide, grids.y + grids.height + below))


def bar_width(scale: ColorScale) -> float:
    """Return how long the bar of a scale is, so that its ends stand apart below it."""
    ends = max(width(end, LEGEND_SIZE) for end in scale.ends)
    return max(LEGEND_WIDTH, 2 * ends + (LEGEND_SIZE + GAP if len(scale.ends) == 3 else GAP))


def has_bar(stage: StageBox) -> bool:
    """Tell whether a stage has a scale with ends, and not one number alone."""
    return stage.scale is not None and stage.scale.kind is not ScaleKind.NEUTRAL
