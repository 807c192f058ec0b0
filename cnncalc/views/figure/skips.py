"""What a figure's blocks take from others than the one before: lines above their row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnncalc.views.figure.fonts import width
from cnncalc.views.figure.measures import CAPTION_SIZE
from cnncalc.views.figure.shapes import Line, Shape, Text, arrow

__all__ = ["Skip", "draw_skips", "lanes_of", "room_above"]

_LANE, _ABOVE, _BETWEEN = 16.0, 10.0, 8.0


@dataclass(frozen=True)
class Skip:
    """A line into the top of a block: where that is, and where it comes from.

    Arguments: the `end`, (x, y) of the block's top; the `start`, that of the block taken, None
    where this stands in another row: the line begins at its `name` then.
    """

    end: tuple[float, float]
    start: tuple[float, float] | None
    name: str

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where it goes in its lane."""
        if self.start is None:
            half = width(self.name, CAPTION_SIZE) / 2
            return self.end[0] - half, self.end[0] + half
        return min(self.start[0], self.end[0]), max(self.start[0], self.end[0])


def lanes_of(skips: Sequence[Skip]) -> list[int]:
    """Return in which lane each line goes, the lowest first: none lies over another.

    >>> a, b = Skip((90, 0), (10, 0), ""), Skip((60, 0), (30, 0), "")
    >>> lanes_of([a, b])
    [1, 0]
    """
    lanes: dict[int, list[tuple[float, float]]] = {}
    found = [0] * len(skips)
    # What is short goes below what it lies under; names above what leaves their blocks.
    for place in sorted(range(len(skips)), key=lambda place: _order(skips[place])):
        left, right = skips[place].reach
        lane = 0
        while any(
            left < end + _BETWEEN and start < right + _BETWEEN for start, end in lanes.get(lane, [])
        ):
            lane += 1
        lanes.setdefault(lane, []).append((left, right))
        found[place] = lane
    return found


def _order(skip: Skip) -> tuple[bool, float]:
    left, right = skip.reach
    return skip.start is None, right - left


def room_above(lanes: Sequence[int]) -> float:
    """Return how high above the blocks the lines go that are in these lanes.

    >>> room_above([]), room_above([0, 1])
    (0.0, 42.0)
    """
    return _ABOVE + _LANE * (max(lanes) + 1) if lanes else 0.0


def draw_skips(
    skips: Sequence[Skip], lanes: Sequence[int], top: float, color: str
) -> Iterator[Shape]:
    """Yield the lines, with an arrow's head where each ends.

    Arguments: the `skips` and their `lanes`; the `top`, how far down the highest block begins; the
    `color`.
    """
    for skip, lane in zip(skips, lanes, strict=True):
        (x, y), level = skip.end, top - _ABOVE - lane * _LANE
        if skip.start is None:
            yield Text(x, level, skip.name, CAPTION_SIZE, color, "middle")
            yield from arrow(x, level + 4, x, y - 3, color)
            continue
        from_x, from_y = skip.start
        yield Line(from_x, from_y - 2, from_x, level, color, 1.5)
        yield Line(from_x, level, x, level, color, 1.5)
        yield from arrow(x, level, x, y - 3, color)
