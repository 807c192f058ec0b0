"""How large a stage is drawn: its cells with numbers, or as pixels; its slices side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.views.colors import ColorScale, ScaleKind
from cnncalc.views.figure.fonts import clean, shortened, width
from cnncalc.views.figure.measures import (
    GAP,
    LEGEND_SIZE,
    LINE_HEIGHT,
    NumberForm,
    number_form,
)
from cnncalc.views.figure.stage_boxes import Box, SliceBox, StageBox, framed

__all__ = ["Content", "Looks", "Part", "measured"]

# Numbers stand in the cells of up to so many slices of so many cells, no side longer.
_MOST_NUMBERED, _MOST_CELLS, _LONGEST = 6, 144, 20
_WIDEST_GRID = 520.0
# Of more slices, the first so many are drawn.
_MOST_SLICES, _MOST_ACROSS = 16, 8
# How long the longer side of a slice of pixels is: of one, of a few, of many.
_LONGEST_SIDES = ((1, 260.0), (4, 120.0), (_MOST_SLICES, 68.0))
_SHORTEST_SIDE, _THINNEST_SIDE = 54.0, 14.0
_MOST_LABELS, _WIDEST_LABEL = 20, 120.0
_HIGHEST_CELL = 34.0
# From so many times as high as wide on, slices stand side by side.
_TALL = 2.0


@dataclass(frozen=True, eq=False)
class Part:
    """A slice's `numbers` (rows, columns), which of them are `padding`, its caption, its number."""

    numbers: Array
    padding: NDArray[np.bool_]
    caption: str = ""
    number: int = -1


@dataclass(frozen=True, eq=False)
class Content:
    """What a stage holds, before it is measured.

    Its `title`, its `size` in words, its `parts`, all of one size; `places` of them stand side by
    side, 0 for as it looks best. A vector, which `is_vector`, has `labels` for its numbers. What
    `is_flat` is one vector, row after row. `is_image` tells of what a network takes in, `is_weight`
    of weights; `number` is the stage's.
    """

    title: str
    size: str
    parts: tuple[Part, ...]
    places: int = 0
    is_vector: bool = False
    labels: tuple[str, ...] = ()
    is_flat: bool = False
    is_image: bool = False
    is_weight: bool = False
    number: int = -1

    @property
    def is_turned(self) -> bool:
        """Whether its numbers are drawn as a column: those of a row, or a few that are flat."""
        rows, columns = self.parts[0].numbers.shape
        is_row = self.is_vector and rows == 1
        is_short = self.is_flat and rows * columns <= _MOST_LABELS
        return columns > 1 and (is_row or is_short)

    @property
    def grid(self) -> tuple[int, int]:
        """The (rows, columns) of a slice as it is drawn."""
        rows, columns = self.parts[0].numbers.shape
        return (rows * columns, 1) if self.is_turned else (rows, columns)

    @property
    def is_captioned(self) -> bool:
        """Whether something stands above its slices."""
        return self.grid != (1, 1) and any(part.caption for part in self.parts)


@dataclass(frozen=True)
class Looks:
    """How stages are measured.

    `pixel` is how large one is drawn; numbers have at most so many `decimals`, and stand in the
    cells of a stage that has no more than `most_numbers`.
    """

    pixel: float
    decimals: int = 4
    most_numbers: int = 300


def measured(content: Content, scale: ColorScale | None, looks: Looks) -> StageBox:
    """Return a stage measured, its first corner at (0, 0).

    Arguments: what it holds; its one `scale`, None for no colours; how it `looks`.
    """
    form = _form(content, looks)
    are_colors = _are_colors(content, scale, form)
    count = 1 if are_colors else _count(content)
    labels = _labels(content) if form else ()
    indent = max((width(label, LEGEND_SIZE) + GAP for label in labels), default=0.0)
    cell = _cell(content, form, looks, count)
    grid = (content.grid[1] * cell[0], content.grid[0] * cell[1])
    slices = _slices(content, _places(content, grid, count, indent), are_colors=are_colors)
    more = len(content.parts) - len(slices)
    return framed(
        StageBox(
            content.number,
            Box(0, 0, 0, 0),
            content.title,
            content.size,
            slices,
            scale,
            form,
            labels,
            (f"and {more:,} more",) if more else (),
            are_colors,
            content.is_weight,
        )
    )


def _count(content: Content) -> int:
    """Return how many slices are drawn: where there are too many, those of whole filters."""
    count = min(len(content.parts), _MOST_SLICES)
    whole = count - count % content.places if content.places else count
    return whole or count


def _slices(content: Content, boxes: Sequence[Box], *, are_colors: bool) -> tuple[SliceBox, ...]:
    """Return the slices in their boxes; all three channels of a colour picture in one."""
    places = [boxes[0]] * len(content.parts) if are_colors else boxes
    # Above a single slice there is no room for what its title says already.
    is_captioned = content.is_captioned and len(boxes) > 1
    return tuple(
        SliceBox(
            part.number,
            box,
            part.numbers,
            part.padding,
            "" if are_colors or not is_captioned else _fitting(part.caption, box.width),
            content.is_turned,
        )
        for part, box in zip(content.parts, places, strict=False)
    )


def _form(content: Content, looks: Looks) -> NumberForm | None:
    """Return how numbers are written, None where there are too many for their cells."""
    rows, columns = content.grid
    longest = _MOST_LABELS if min(rows, columns) == 1 else _LONGEST
    is_small = rows * columns <= _MOST_CELLS and max(rows, columns) <= longest
    are_few = len(content.parts) <= _MOST_NUMBERED or rows * columns == 1
    is_within = rows * columns * len(content.parts) <= looks.most_numbers
    if not (is_small and are_few and is_within):
        return None
    shown = np.array([part.numbers for part in content.parts[:_MOST_SLICES]])
    form = number_form(shown, looks.decimals)
    return form if columns * form.room(shown) <= _WIDEST_GRID else None


def _are_colors(content: Content, scale: ColorScale | None, form: NumberForm | None) -> bool:
    is_picture = form is None and content.is_image and len(content.parts) == 3
    return is_picture and scale is not None and scale.kind is ScaleKind.PIXELS


def _cell(
    content: Content, form: NumberForm | None, looks: Looks, count: int
) -> tuple[float, float]:
    """Return the width and the height of a cell."""
    if form is not None:
        room = form.room(np.array([part.numbers for part in content.parts[:count]]))
        return room, min(room, _HIGHEST_CELL)
    rows, columns = content.grid
    longest = max(rows, columns)
    most = next(side for limit, side in _LONGEST_SIDES if count <= limit)
    side = min(max(longest * looks.pixel, _SHORTEST_SIDE), most) / longest
    return max(side, _THINNEST_SIDE / columns), max(side, _THINNEST_SIDE / rows)


def _across(content: Content, grid: tuple[float, float], count: int) -> int:
    """Return how many slices stand side by side: those of a filter, or so that all are a square."""
    if content.grid == (1, 1):
        return min(count, _MOST_ACROSS)
    if content.places:
        most = max(1, min(_MOST_ACROSS, int(_WIDEST_GRID // (grid[0] + GAP))))
        return math.ceil(content.places / math.ceil(content.places / most))
    ratio = grid[1] / grid[0]
    if ratio <= _TALL and count <= 3:
        return 1
    return min(count, math.ceil(math.sqrt(count * ratio)))


def _places(content: Content, grid: tuple[float, float], count: int, indent: float) -> list[Box]:
    """Return where slices stand: row by row, their captions above them."""
    across, top = _across(content, grid, count), 2 * LINE_HEIGHT + GAP
    above = LINE_HEIGHT - 2 if content.is_captioned and count > 1 else 0.0
    right, down = grid[0] + GAP + 2, grid[1] + above + GAP
    return [
        Box(indent + number % across * right, top + above + number // across * down, *grid)
        for number in range(count)
    ]


def _fitting(caption: str, room: float) -> str:
    """Return a caption as far as there is room: of "filter 3 on red" at least "3 on red"."""
    text = clean(caption)
    if width(text, LEGEND_SIZE) <= room:
        return text
    short = " on ".join(part.rpartition(" ")[2] for part in text.split(" on "))
    return shortened(short, room, LEGEND_SIZE)


def _labels(content: Content) -> tuple[str, ...]:
    """Return what stands left of the rows of a vector."""
    rows, labels = content.grid[0], content.labels
    if len(labels) != rows or rows > _MOST_LABELS or not any(labels):
        return ()
    return tuple(shortened(clean(label), _WIDEST_LABEL, LEGEND_SIZE) for label in labels)
