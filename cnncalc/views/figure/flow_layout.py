"""A flow measured: its stages from left to right, in as many rows as they take.

It is measured once; each scene of a film is drawn upon the same measures (`flow_drawing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from cnncalc.network import Array
from cnncalc.sheet.flow import Flow, Lane, Stage
from cnncalc.sheet.plan import StageScale, Values
from cnncalc.views.figure.flow_stages import chosen_stages, is_first_of_layer, names_of
from cnncalc.views.figure.measures import LINE_HEIGHT, MARGIN, TITLE_SIZE
from cnncalc.views.figure.stage_boxes import SliceBox, StageBox
from cnncalc.views.figure.stage_contents import stage_content
from cnncalc.views.figure.stage_measuring import Looks, measured
from cnncalc.views.stage_colors import stage_scale

__all__ = [
    "PLAIN",
    "FlowLayout",
    "FlowOptions",
    "Heading",
    "Sign",
    "SignKind",
    "chosen_stages",
    "lay_out_flow",
]

# Between two stages there is room for a sign, below a row for the next one.
_BETWEEN, _BELOW, _STACKED = 52.0, 30.0, 18.0
_LARGEST_IMAGE, _LARGEST_PIXEL = 220.0, 22.0
# A row may be so many times as wide as asked for where nothing is left for the next one then.
_STRETCHED = 1.2


@dataclass(frozen=True)
class FlowOptions:
    """How a flow is measured.

    How wide it may be; how many decimals its numbers have at most; how many lines of sentences have
    room below; of which `layer` alone it is, with what that takes in, empty for all.
    """

    width: float = 1160.0
    decimals: int = 4
    footer_lines: int = 0
    layer: str = ""


SignKind = Literal["times", "equals", "arrow", "back"]


class Sign(NamedTuple):
    """What stands between two stages, its middle at (x, y)."""

    kind: SignKind
    x: float
    y: float


class Heading(NamedTuple):
    """What stands above a row: a part of a training."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class FlowLayout:
    """A flow's stages in their places, what stands between them, and how large all of it is."""

    width: float
    height: float
    stages: tuple[StageBox, ...]
    signs: tuple[Sign, ...]
    headings: tuple[Heading, ...] = ()
    footer: float = 0.0

    @cached_property
    def slices(self) -> Mapping[int, SliceBox]:
        """Each slice that is drawn, by its number in the flow."""
        return {part.number: part for stage in self.stages for part in stage.slices}

    @cached_property
    def weight_slices(self) -> frozenset[int]:
        """The numbers of the slices that hold weights."""
        found = (part.number for stage in self.stages if stage.is_weight for part in stage.slices)
        return frozenset(found)


PLAIN = FlowOptions()
"""A flow in full, as wide as a page."""

_Track = list[StageBox]


class _Row(NamedTuple):
    """A lane to be placed: its title, its tracks, and which sign shows how calculation goes on.

    There is no such sign where its stages are calculated side by side.
    """

    title: str
    tracks: list[_Track]
    onwards: SignKind | None


def lay_out_flow(
    flow: Flow,
    values: Values,
    scales: Sequence[StageScale],
    asked: FlowOptions = PLAIN,
    last: StageBox | None = None,
) -> FlowLayout:
    """Return a flow measured.

    Arguments: the `flow`; its `values`; the scale of each of its stages, as `stage_scales` tells
    it; how it is measured, as `asked`; what stands behind its `last` stage.
    """
    largest = max(flow.specification.input_shape[:2])
    looks = Looks(min(_LARGEST_PIXEL, _LARGEST_IMAGE / largest), asked.decimals)
    rows: list[_Row] = []
    for number, lane in enumerate(flow.lanes):
        stages = [stage for stage in chosen_stages(flow, asked.layer) if stage.lane == number]
        onwards = _onwards(lane)
        if onwards == "back":
            # A layer's own stages, too, are calculated from right to left.
            stages.sort(key=lambda stage: (stage.column, -stage.number))
        boxes = [_box(flow, stage, values, scales, looks) for stage in stages]
        boxes += [last] if last is not None else []
        if boxes:
            # A layer alone stands without what its branch begins with.
            title = "" if asked.layer else lane.title
            rows.append(_Row(title, list(_tracks(boxes)), onwards))
    return _placed(rows, asked)


def _onwards(lane: Lane) -> SignKind | None:
    """Return which way the calculation of a lane goes, None where its stages don't wait.

    Weights don't, nor do their gradients, which are of all samples.
    """
    match lane.direction:
        case "forward":
            return "arrow"
        case "backward" if lane.sample is not None:
            return "back"
    return None


def _box(
    flow: Flow, stage: Stage, values: Values, scales: Sequence[StageScale], looks: Looks
) -> StageBox:
    quantity = stage.volume.quantity
    numbers = np.asarray(values[quantity])
    scale = stage_scale(_as_numbers(numbers), scales[stage.number])
    names = names_of(flow, stage, values)
    content = stage_content(stage, values, names, names_layers=_is_network(flow))
    return replace(
        measured(content, scale, looks),
        is_kernel=stage.volume.is_weight and quantity.name == "kernel",
        is_first=is_first_of_layer(flow, stage),
    )


def _is_network(flow: Flow) -> bool:
    return flow.specification.layout in ("network", "training")


def _as_numbers(numbers: Array) -> Array:
    return np.asarray(numbers, dtype=np.float64)


def _tracks(boxes: Sequence[StageBox]) -> Iterator[_Track]:
    """Yield what stands below each other: the weights of a layer together, all else alone."""
    track: _Track = []
    for box in boxes:
        if track and not (track[-1].is_weight and box.is_weight):
            yield track
            track = []
        track.append(box)
    yield track


def _placed(rows: Sequence[_Row], asked: FlowOptions) -> FlowLayout:
    stages: list[StageBox] = []
    signs: list[Sign] = []
    headings: list[Heading] = []
    y = MARGIN
    for title, tracks, onwards in rows:
        if title:
            headings.append(Heading(title, MARGIN, y + TITLE_SIZE))
            y += 2 * LINE_HEIGHT
        for row in _wrapped(tracks, asked.width - 2 * MARGIN):
            is_continued = row[0] is not tracks[0]
            placed = list(_side_by_side(row, y, _BETWEEN if is_continued else 0.0))
            signs += _signs(placed, onwards, is_continued=is_continued)
            stages += (box for track in placed for box in track)
            y = max(_bottom(track) for track in placed) + _BELOW
    width = max(box.box.x + box.box.width for box in stages) + MARGIN
    footer = y - _BELOW + MARGIN
    return FlowLayout(
        width,
        footer + asked.footer_lines * LINE_HEIGHT + (MARGIN if asked.footer_lines else 0),
        tuple(stages),
        tuple(signs),
        tuple(headings),
        footer,
    )


def _width(track: _Track) -> float:
    return max(box.box.width for box in track)


def _bottom(track: _Track) -> float:
    return max(box.box.y + box.box.height for box in track)


def _wrapped(tracks: Sequence[_Track], room: float) -> Iterator[list[_Track]]:
    """Yield rows of tracks that fit beside each other; a little more for the last one."""
    row: list[_Track] = []
    used = 0.0
    for number, track in enumerate(tracks):
        wide = _width(track) + (_BETWEEN if row else 0)
        rest = used + wide + sum(_width(later) + _BETWEEN for later in tracks[number + 1 :])
        if row and used + wide > room and rest > room * _STRETCHED:
            kept, row = _broken(row, track, room)
            yield kept
            used = _BETWEEN + sum(_width(one) + _BETWEEN for one in row)
            wide = _width(track)
        row.append(track)
        used += wide
    yield row


def _broken(row: list[_Track], after: _Track, room: float) -> tuple[list[_Track], list[_Track]]:
    """Return what stays in a row, and what goes into the next one: the input of its weights."""
    together = 2 * _BETWEEN + _width(row[-1]) + _width(after)
    if after[0].is_weight and len(row) > 1 and together <= room:
        return row[:-1], row[-1:]
    return row, []


def _side_by_side(row: Sequence[_Track], y: float, indent: float) -> Iterator[_Track]:
    x = MARGIN + indent
    for track in row:
        placed: _Track = []
        below = y
        for box in track:
            placed.append(box.moved(x, below))
            below += box.box.height + _STACKED
        yield placed
        x += _width(track) + _BETWEEN


def _signs(
    row: Sequence[_Track], onwards: SignKind | None, *, is_continued: bool
) -> Iterator[Sign]:
    """Yield what stands between the tracks of a row, and before one that goes on from another."""
    if onwards is None:
        return
    if is_continued:
        first = row[0][0]
        yield _sign(None, first, first.box.x - _BETWEEN / 2, onwards)
    for before, after in pairwise(row):
        left, right = before[0], after[0]
        if not right.is_weight or right.is_kernel:
            yield _sign(left, right, (left.box.x + _width(before) + right.box.x) / 2, onwards)


def _sign(left: StageBox | None, right: StageBox, x: float, onwards: SignKind) -> Sign:
    height = min(box.grids.height for box in (left, right) if box is not None)
    y = right.grids.y + height / 2
    if right.is_weight:
        return Sign("times", x, y)
    is_equal = left is not None and left.is_kernel and right.is_first
    return Sign("equals" if is_equal else onwards, x, y)
