"""Which inputs of a layer are wired to which outputs, all directions together.

Rows, columns and channels are independent of each other in all layers but one: a number's wires are
all combinations of those in its three directions (a vector has one). `Reshape` is the exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import NamedTuple

from cnncalc.rules.directions import Direction, Position, Tap

__all__ = ["Directions", "Reshape", "Wired"]


class Wired(NamedTuple):
    """What is at the other end of a layer's wire: its position, and the index of the weight."""

    at: Position
    weight: Position = ()


@dataclass(frozen=True)
class Directions:
    """Wires that are all combinations of those in each direction: rows, columns and channels.

    A vector has one direction, its units. Where the output `is_flat`, it has the last alone, though
    the input has all.
    """

    directions: tuple[Direction, ...]
    is_flat: bool = False

    @property
    def shape(self) -> Position:
        """The input's shape."""
        return tuple(direction.inputs for direction in self.directions)

    def sees(self, at: Position) -> Iterator[Wired]:
        """Yield what an output sees: channel by channel, then row by row."""
        *positions, channels = (
            direction.sees(index)
            for direction, index in zip(self.directions, self._full(at), strict=True)
        )
        for channel in channels:
            for taps in product(*positions):
                yield _wired((*taps, channel))

    def seen_by(self, at: Position) -> Iterator[Wired]:
        """Yield which outputs see an input: row by row, at each position channel by channel."""
        ways = (
            direction.seen_by(index) for direction, index in zip(self.directions, at, strict=True)
        )
        for taps in product(*ways):
            output, weight = _wired(taps)
            yield Wired(output[-1:] if self.is_flat else output, weight)

    def _full(self, at: Position) -> Position:
        return (*(0 for _ in self.directions[1:]), *at) if self.is_flat else at


def _wired(taps: Iterable[Tap]) -> Wired:
    taps = tuple(taps)
    weight = tuple(index for tap in taps for index in tap.weight)
    return Wired(tuple(tap.at for tap in taps), weight)


@dataclass(frozen=True)
class Reshape:
    """Each output is one input, counted row by row, the channels of a position together.

    >>> next(Reshape((2, 3, 2)).sees((9,))).at
    (1, 1, 1)
    """

    shape: Position

    def sees(self, at: Position) -> Iterator[Wired]:
        """Yield the one input."""
        (rest,) = at
        place: Position = ()
        for size in reversed(self.shape):
            rest, index = divmod(rest, size)
            place = (index, *place)
        yield Wired(place)

    def seen_by(self, at: Position) -> Iterator[Wired]:
        """Yield the one output."""
        behind = (prod(self.shape[place + 1 :]) for place in range(len(self.shape)))
        yield Wired((sum(index * count for index, count in zip(at, behind, strict=True)),))
