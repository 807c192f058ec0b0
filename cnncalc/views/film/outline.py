"""The whole of what is too large for a frame: its stages as labelled blocks in a flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import NamedTuple

import numpy as np

from cnncalc.sheet.flow import Flow, Lane
from cnncalc.views.colors import LOOKS, Look, Theme
from cnncalc.views.figure.flow_drawing import draw_grid
from cnncalc.views.figure.flow_layout import FlowLayout
from cnncalc.views.figure.fonts import clean, shortened, width
from cnncalc.views.figure.measures import CAPTION_SIZE, CELL_SIZE, LINE_HEIGHT, MARGIN, TITLE_SIZE
from cnncalc.views.figure.shapes import Drawing, Rectangle, Shape, Text, arrow, moved
from cnncalc.views.figure.stage_boxes import Box, StageBox

__all__ = ["Room", "draw_outline"]

# A block has a picture of its first slice at its left, if that isn't so many times as long as wide.
_SLIM = 6
_HIGH, _INSIDE, _PICTURE = 42.0, 8.0, 28.0
_WIDEST, _BETWEEN, _APART, _BELOW = 244.0, 26.0, 10.0, 8.0
_HEADING = 24.0


class Room(NamedTuple):
    """How wide and how high a drawing may be."""

    width: float
    height: float


class _Drawn(NamedTuple):
    """The shapes of a part, from a height of 0 on, and how high it is."""

    shapes: list[Shape]
    height: float


@dataclass(frozen=True)
class _Block:
    """A stage, or all of a layer's in a lane: what it is called, its size, what it looks like."""

    title: str
    size: str
    stage: StageBox

    @property
    def has_picture(self) -> bool:
        """Whether its numbers are rows and columns that make a picture."""
        shape: tuple[int, ...] = self.stage.slices[0].numbers.shape
        return min(shape) > 1 and max(shape) <= _SLIM * min(shape)

    @property
    def wide(self) -> float:
        """How wide it is."""
        picture = _PICTURE + _INSIDE if self.has_picture else 0.0
        title = width(clean(self.title), CELL_SIZE, is_bold=True)
        texts = max(title, width(self.size, CAPTION_SIZE))
        return min(_WIDEST, 2 * _INSIDE + picture + texts)


@dataclass(frozen=True)
class _Part:
    """A lane of a flow, and the blocks in it."""

    lane: Lane
    blocks: tuple[_Block, ...]


def draw_outline(flow: Flow, layout: FlowLayout, theme: Theme, rooms: Sequence[Room]) -> Drawing:
    """Return what a flow consists of: blocks with sizes, without numbers.

    Arguments: the `flow`; its `layout`, which says what is drawn of it; the `theme`; the `rooms`
    that it may take, the best first. Where stages fit into none, a block is a layer; where these
    don't, it is said which parts come.
    """
    by_stage = list(_parts(flow, layout))
    by_layer = [_joined(flow, part) for part in by_stage]
    paper = LOOKS[theme].paper
    for parts, room in product((by_stage, by_layer), rooms):
        drawn = [_drawn(part, room.width, theme) for part in parts]
        high = MARGIN + sum(part.height for part in drawn)
        if high <= room.height:
            return Drawing(room.width, high, paper, tuple(_stacked(drawn)))
    return _beginning(by_layer, theme, rooms[-1])


def _beginning(parts: Sequence[_Part], theme: Theme, room: Room) -> Drawing:
    """Return as many parts as there is room for, the first one in any case, and what comes then."""
    look, high = LOOKS[theme], MARGIN + LINE_HEIGHT + _BELOW
    shown: list[_Drawn] = []
    for part in parts:
        drawn = _drawn(part, room.width, theme)
        if shown and high + drawn.height > room.height:
            break
        shown.append(drawn)
        high += drawn.height
    shapes, rest = list(_stacked(shown)), parts[len(shown) :]
    if rest:
        then = f"… and {len(rest)} more, from {rest[0].lane.title} on"
        text = shortened(then, room.width - 2 * MARGIN, CELL_SIZE)
        shapes.append(Text(MARGIN, high - _BELOW - 4, text, CELL_SIZE, look.muted))
    return Drawing(room.width, high, look.paper, tuple(shapes))


def _parts(flow: Flow, layout: FlowLayout) -> Iterator[_Part]:
    """Yield each lane with its stages as blocks, in the order in which they are drawn."""
    lanes = groupby(layout.stages, key=lambda stage: flow.stages[stage.number].lane)
    for number, stages in lanes:
        blocks = tuple(_Block(stage.title, stage.size, stage) for stage in stages)
        yield _Part(flow.lanes[number], blocks)


def _joined(flow: Flow, part: _Part) -> _Part:
    """Return a part with a block for each layer: of its result, or of its largest weight."""
    is_calculated = part.lane.direction == "forward" or part.lane.sample is not None

    def column(block: _Block) -> int:
        return flow.stages[block.stage.number].column

    def rank(block: _Block) -> tuple[int, int]:
        stage = block.stage
        if is_calculated:
            return not stage.is_weight, stage.number
        return sum(one.numbers.size for one in stage.slices), stage.number

    def joined(number: int, group: Iterable[_Block]) -> _Block:
        chosen = max(group, key=rank)
        return replace(chosen, title=flow.columns[number].name, size=chosen.size.split(" · ")[0])

    return replace(part, blocks=tuple(joined(*one) for one in groupby(part.blocks, key=column)))


def _stacked(parts: Iterable[_Drawn]) -> Iterator[Shape]:
    y = MARGIN
    for part in parts:
        yield from (moved(shape, 0, y) for shape in part.shapes)
        y += part.height


def _drawn(part: _Part, room: float, theme: Theme) -> _Drawn:
    """Return a lane, drawn from a height of 0 on."""
    look = LOOKS[theme]
    shapes: list[Shape] = []
    x, y = MARGIN, 0.0
    if part.lane.title:
        title = shortened(part.lane.title, room - 2 * MARGIN, TITLE_SIZE, is_bold=True)
        shapes.append(Text(x, TITLE_SIZE, title, TITLE_SIZE, look.weights, is_bold=True))
        y += _HEADING
    for number, block in enumerate(part.blocks):
        sign = list(_sign(part.lane, block, look)) if number else []
        before = (_BETWEEN if sign else _APART) if number else 0.0
        if x + before + block.wide > room - MARGIN:
            x, y = MARGIN, y + _HIGH + _BELOW
            before = _BETWEEN if sign else 0.0
        shapes += (moved(shape, x, y) for shape in sign)
        shapes += _block(block, Box(x + before, y, block.wide, _HIGH), theme)
        x += before + block.wide
    return _Drawn(shapes, y + _HIGH + 2 * _BELOW)


def _sign(lane: Lane, block: _Block, look: Look) -> Iterator[Shape]:
    """Yield what stands before a block, from (0, 0) on: how the calculation goes on, if it does."""
    first, last, middle = 4.0, _BETWEEN - 4, _HIGH / 2
    if block.stage.is_kernel and lane.direction == "forward":
        yield Text(_BETWEEN / 2, middle + 5, "×", TITLE_SIZE, look.muted, "middle")
    elif lane.sample is not None and lane.direction == "backward":
        yield from arrow(last, middle, first, middle, look.muted, 1.2)
    elif lane.direction == "forward" and not block.stage.is_weight:
        yield from arrow(first, middle, last, middle, look.muted, 1.2)


def _block(block: _Block, box: Box, theme: Theme) -> Iterator[Shape]:
    look = LOOKS[theme]
    yield Rectangle(*box, look.empty, look.line, 1.0, radius=4.0)
    x = box.x + _INSIDE
    if block.has_picture:
        part = block.stage.slices[0]
        rows, columns = part.numbers.shape
        side = _PICTURE / max(rows, columns)
        size = (columns * side, rows * side)
        place = (x + (_PICTURE - size[0]) / 2, box.y + (_HIGH - size[1]) / 2)
        none = np.zeros(part.numbers.shape, dtype=bool)
        yield from draw_grid(Box(*place, *size), part.numbers, block.stage.scale, None, theme, none)
        x += _PICTURE + _INSIDE
    room = box.x + box.width - _INSIDE - x
    title = shortened(clean(block.title), room, CELL_SIZE, is_bold=True)
    base = box.y + _HIGH / 2
    yield Text(x, base - 3, title, CELL_SIZE, look.ink, is_bold=True)
    size_text = shortened(block.size, room, CAPTION_SIZE)
    yield Text(x, base + CAPTION_SIZE + 2, size_text, CAPTION_SIZE, look.muted)
