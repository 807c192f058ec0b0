"""One stage of a flow, measured: its slices side by side, its title, its scale.

What is measured has its place and no colours: these come with the theme, when it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.sheet.flow import Slice, Stage
from cnncalc.sheet.plan import Values
from cnncalc.trace.stage_names import StageName
from cnncalc.views.colors import ColorScale, ScaleKind
from cnncalc.views.figure.fonts import clean, shortened, width
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    GAP,
    LEGEND_HEIGHT,
    LEGEND_SIZE,
    LEGEND_WIDTH,
    LINE_HEIGHT,
    TITLE_SIZE,
    NumberForm,
    number_form,
)

__all__ = ["Box", "Looks", "SliceBox", "StageBox", "framed", "has_bar", "numbers_of", "stage_box"]

# Numbers stand in the cells of up to so many slices of so many cells, no side longer.
_MOST_NUMBERED, _MOST_CELLS, _LONGEST = 6, 144, 20
_WIDEST_GRID = 520.0
# Of more slices, the first so many are drawn.
_MOST_SLICES, _MOST_ACROSS = 16, 8
# How long the longer side of a slice of pixels is: of one, of a few, of many.
_LONGEST_SIDES = ((1, 260.0), (4, 120.0), (_MOST_SLICES, 68.0))
_SHORTEST_SIDE, _THINNEST_SIDE = 30.0, 14.0
_MOST_LABELS = 20
_HIGHEST_CELL = 34.0


class Box(NamedTuple):
    """A rectangle of the figure."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, eq=False)
class SliceBox:
    """A slice in its place: its `numbers` (rows, columns), NaN where a cell is empty.

    `padding` tells which cells were added around the input. A row of numbers is drawn as a column
    where it `is_turned`.
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
            rows, columns, row, column, height, width = columns, rows, column, row, width, height
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
    picture in red, green and blue; where there is a `picture`, that is drawn instead of them.
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


@dataclass(frozen=True)
class Looks:
    """How stages are measured: `pixel`, how large one is drawn; how many `decimals` at most.

    `names_layers` tells whether a stage says of which layer it is, as in a network.
    """

    pixel: float
    decimals: int = 4
    names_layers: bool = False


def numbers_of(part: Slice, size: tuple[int, int], values: Values) -> Array:
    """Return the numbers of a slice, (rows, columns): those of all its blocks."""
    numbers = np.full(size, np.nan)
    for block in part.blocks:
        rows = slice(block.row, block.row + block.height)
        columns = slice(block.column, block.column + block.width)
        numbers[rows, columns] = block.slice(values)
    return numbers


def _padding(part: Slice, size: tuple[int, int]) -> NDArray[np.bool_]:
    added = np.zeros(size, dtype=bool)
    for block in part.blocks:
        if block.role == "padding":
            rows = slice(block.row, block.row + block.height)
            added[rows, block.column : block.column + block.width] = True
    return added


def stage_box(
    stage: Stage,
    values: Values,
    scale: ColorScale | None,
    looks: Looks,
    labels: Sequence[str] = (),
) -> StageBox:
    """Return a stage measured, its first corner at (0, 0).

    Arguments: the `stage`; the `values` of its flow; its one `scale`; how it `looks`; `labels` for
    its rows, empty for its own.
    """
    volume = stage.volume
    size = (volume.height, volume.width)
    numbers = [numbers_of(part, size, values) for part in stage.slices]
    form = _form(stage, numbers, looks)
    are_colors = _are_colors(stage, scale, form)
    count = 1 if are_colors else min(len(numbers), _MOST_SLICES)
    is_turned = volume.height == 1 and volume.width > 1 and _is_vector(stage)
    turned = (size[1], size[0]) if is_turned else size
    cell = _cell(turned, numbers[:count], form, looks, count)
    shown = _labels(stage, labels, turned) if form else ()
    indent = max((width(label, LEGEND_SIZE) + GAP for label in shown), default=0.0)
    top = 2 * LINE_HEIGHT + GAP
    grid = (turned[1] * cell[0], turned[0] * cell[1])
    parts = [
        SliceBox(part.number, box, array, _padding(part, size), caption, is_turned)
        for part, box, array, caption in zip(
            stage.slices,
            _places(stage, grid, count, indent, top),
            numbers,
            _captions(stage, grid[0], are_colors=are_colors),
            strict=False,
        )
    ]
    if are_colors:
        parts = [
            replace(parts[0], number=part.number, numbers=array)
            for part, array in zip(stage.slices, numbers, strict=True)
        ]
    more = len(stage.slices) - max(count, len(parts))
    made = StageBox(
        stage.number,
        Box(0, 0, 0, 0),
        _title(stage),
        _size(stage, looks),
        tuple(parts),
        scale,
        form,
        shown,
        (f"and {more:,} more",) if more else (),
        are_colors,
        volume.is_weight,
    )
    return framed(made)


def framed(stage: StageBox) -> StageBox:
    """Return a stage whose box is around its title, its slices, and what stands below them."""
    grids = stage.grids
    wide = max(
        grids.x + grids.width,
        width(stage.title, TITLE_SIZE, is_bold=True),
        width(stage.size, CAPTION_SIZE),
        *(grids.x + width(line, CAPTION_SIZE) for line in stage.lines),
        grids.x + LEGEND_WIDTH if has_bar(stage) else 0.0,
    )
    below = LINE_HEIGHT * len(stage.lines)
    below += LEGEND_HEIGHT if stage.scale is not None else 0.0
    return replace(stage, box=Box(0, 0, wide, grids.y + grids.height + below))


def has_bar(stage: StageBox) -> bool:
    """Tell whether a stage has a scale with ends, and not one number alone."""
    return stage.scale is not None and stage.scale.kind is not ScaleKind.NEUTRAL


def _title(stage: Stage) -> str:
    volume = stage.volume
    if volume.is_weight:
        return clean(volume.quantity.name.replace("_", " ")).capitalize()
    title = "with bias" if volume.quantity.name == StageName.BIAS else clean(volume.title)
    return title[:1].upper() + title[1:]


def _is_vector(stage: Stage) -> bool:
    """Tell whether a stage's numbers stand in a row: units, or one of each filter."""
    volume = stage.volume
    is_of_units = bool(volume.rows or volume.columns) or volume.quantity.kind == "prediction"
    return is_of_units or (volume.is_weight and volume.quantity.name != "kernel")


def _size(stage: Stage, looks: Looks) -> str:
    volume, count = stage.volume, len(stage.slices)
    is_padded = any(block.role == "padding" for part in stage.slices for block in part.blocks)
    sizes = [volume.height, volume.width, count]
    if count == 1:
        sizes = [max(sizes[:2])] if _is_vector(stage) and min(sizes[:2]) == 1 else sizes[:2]
    elif _is_vector(stage):
        sizes = [count]
    text = "×".join(f"{size:,}" for size in sizes) + " with padding" * is_padded
    return f"{text} · {clean(volume.layer)}" if looks.names_layers and volume.layer else text


def _form(stage: Stage, numbers: Sequence[Array], looks: Looks) -> NumberForm | None:
    """Return how numbers are written, None where there are too many for their cells."""
    height, width_ = stage.volume.height, stage.volume.width
    is_vector = min(height, width_) == 1
    longest = _MOST_LABELS if is_vector else _LONGEST
    if len(numbers) > _MOST_NUMBERED and height * width_ > 1:
        return None
    if stage.volume.quantity.name == StageName.FLATTEN:
        return None
    if height * width_ > _MOST_CELLS or max(height, width_) > longest:
        return None
    shown = np.array(numbers[:_MOST_SLICES])
    form = number_form(shown, looks.decimals)
    across = 1 if height == 1 and _is_vector(stage) else width_
    return form if across * form.room(shown) <= _WIDEST_GRID else None


def _are_colors(stage: Stage, scale: ColorScale | None, form: NumberForm | None) -> bool:
    is_picture = form is None and stage.volume.is_image and len(stage.slices) == 3
    return is_picture and scale is not None and scale.kind is ScaleKind.PIXELS


def _cell(
    size: tuple[int, int],
    numbers: Sequence[Array],
    form: NumberForm | None,
    looks: Looks,
    count: int,
) -> tuple[float, float]:
    """Return the width and the height of a cell."""
    if form is not None:
        room = form.room(np.array(numbers))
        return room, min(room, _HIGHEST_CELL)
    longest = max(size)
    most = next(side for limit, side in _LONGEST_SIDES if count <= limit)
    side = min(max(longest * looks.pixel, _SHORTEST_SIDE), most) / longest
    return max(side, _THINNEST_SIDE / size[1]), max(side, _THINNEST_SIDE / size[0])


def _across(stage: Stage, count: int) -> int:
    """Return how many slices stand side by side."""
    volume = stage.volume
    if volume.height == volume.width == 1:
        return min(count, _MOST_ACROSS)
    places = 1 + max(part.item.slot.place for part in stage.slices)
    if places > 1:
        return min(places, 4)
    return 1 if count <= 3 else math.ceil(math.sqrt(count))


def _places(
    stage: Stage, grid: tuple[float, float], count: int, indent: float, top: float
) -> list[Box]:
    """Return where slices stand: row by row, their captions above them."""
    across = _across(stage, count)
    above = LINE_HEIGHT - 2 if _is_captioned(stage) and count > 1 else 0.0
    right, down = grid[0] + GAP + 2, grid[1] + above + GAP
    return [
        Box(indent + number % across * right, top + above + number // across * down, *grid)
        for number in range(count)
    ]


def _is_captioned(stage: Stage) -> bool:
    is_single = stage.volume.height == stage.volume.width == 1
    return not is_single and any(part.item.caption for part in stage.slices)


def _captions(stage: Stage, room: float, *, are_colors: bool) -> list[str]:
    if are_colors or not _is_captioned(stage):
        return [""] * len(stage.slices)
    captions = (clean(part.item.caption) for part in stage.slices)
    return [_fitting(caption, room) for caption in captions]


def _fitting(caption: str, room: float) -> str:
    """Return a caption as far as there is room: of "filter 3" at least the 3."""
    if width(caption, LEGEND_SIZE) <= room:
        return caption
    last = caption.rpartition(" ")[2]
    return last if width(last, LEGEND_SIZE) <= room else shortened(caption, room, LEGEND_SIZE)


def _labels(stage: Stage, given: Sequence[str], size: tuple[int, int]) -> tuple[str, ...]:
    """Return what stands left of the rows of a vector."""
    volume = stage.volume
    own = volume.rows if len(volume.rows) == size[0] else volume.columns
    labels = tuple(given) or own
    if len(labels) != size[0] or size[0] > _MOST_LABELS or not any(labels):
        return ()
    return tuple(shortened(clean(label), 120, LEGEND_SIZE) for label in labels)
