"""What the outputs of each layer see of an image, by the usual recurrence.

A field is as large as if the image had no edge; `image_regions` names the very pixels that one
number depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from cnncalc.layers import Layer, Shape
from cnncalc.layers.graph import input_shape_of, run
from cnncalc.layers.names import named
from cnncalc.rules.directions import Direction, Groups, OneToOne, SideBySide
from cnncalc.rules.law import law_of
from cnncalc.rules.wiring import Directions, Reshape
from cnncalc.shapes import Size

__all__ = ["ReceptiveField", "Span", "receptive_fields"]


@dataclass(frozen=True)
class Span:
    """What one direction of a layer's output sees of the image, in pixels.

    Arguments: the `size` of the field, the largest one where they differ; the `jump` from one
    output's field to the next one's, on the average; the `start` of the first output's field, below
    0 where it begins in the padding.
    """

    size: int
    jump: int | Fraction
    start: int


@dataclass(frozen=True)
class _Steady:
    """The first and the last pixel that each output sees in one direction, by one way back.

    These are the fields of the outputs from 0 on, until they come back `shift` pixels further on.

    Source: A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural
    Networks", Distill, 2019, whose recurrence this is where all fields are alike.
    """

    fields: tuple[tuple[int, int], ...] = ((0, 0),)
    shift: int = 1

    @property
    def jump(self) -> Fraction:
        """How far a field is from the one before, on the average."""
        return Fraction(self.shift, len(self.fields))

    def of(self, output: int) -> tuple[int, int]:
        """Return the field of any output, also of one that lies before the first."""
        times, place = divmod(output, len(self.fields))
        first, last = self.fields[place]
        return first + times * self.shift, last + times * self.shift

    def after(self, direction: Direction) -> _Steady:
        """Return the fields one layer later."""
        period = direction.period * len(self.fields)
        *fields, beyond = (self._over(direction, output) for output in range(period + 1))
        return _Steady(tuple(fields), beyond[0] - fields[0][0])

    def _over(self, direction: Direction, output: int) -> tuple[int, int]:
        seen = [tap.at for tap in direction.sees(output)]
        return self.of(min(seen))[0], self.of(max(seen))[1]

    def with_other(self, other: _Steady) -> _Steady:
        """Return what outputs see by both ways, which have the same jump."""
        period = lcm(len(self.fields), len(other.fields))
        both = (_around([self.of(output), other.of(output)]) for output in range(period))
        return _Steady(tuple(both), self.shift * period // len(self.fields))

    def of_all(self, outputs: int) -> _Steady:
        """Return the field of so many outputs together, for each output."""
        return _Steady((_around([self.of(0), self.of(outputs - 1)]),), 0)


def _around(fields: Iterable[tuple[int, int]]) -> tuple[int, int]:
    firsts, lasts = zip(*fields, strict=True)
    return min(firsts), max(lasts)


@dataclass(frozen=True)
class _Fields:
    """What each of the `outputs` in one direction sees, all ways back together.

    There is one way of each jump: branches may go over the image in steps of unlike sizes.
    """

    outputs: int
    ways: tuple[_Steady, ...] = (_Steady(),)

    def after(self, direction: Direction) -> _Fields:
        """Return the fields one layer later."""
        return _merged(direction.outputs, (way.after(direction) for way in self.ways))

    def of_all(self) -> _Fields:
        """Return the field of all outputs together, as that of one."""
        return _merged(1, (way.of_all(self.outputs) for way in self.ways))

    @property
    def span(self) -> Span:
        """The fields in a few numbers."""
        fields = [_around(way.of(output) for way in self.ways) for output in self._places()]
        size = max(last - first + 1 for first, last in fields)
        jump = self.ways[0].jump
        if len(self.ways) > 1 and self.outputs > 1:
            jump = Fraction(fields[-1][0] - fields[0][0], self.outputs - 1)
        return Span(size, int(jump) if jump.denominator == 1 else jump, fields[0][0])

    def _places(self) -> range:
        """Return outputs of which one has the largest field."""
        return range(self.outputs if len(self.ways) > 1 else len(self.ways[0].fields))


def _merged(outputs: int, ways: Iterable[_Steady]) -> _Fields:
    by_jump: dict[Fraction, _Steady] = {}
    for way in ways:
        before = by_jump.get(way.jump)
        by_jump[way.jump] = way if before is None else before.with_other(way)
    return _Fields(outputs, tuple(by_jump.values()))


@dataclass(frozen=True)
class _Seen:
    """What one result sees of the image, down and across; its `shape`."""

    shape: Shape
    down: _Fields
    across: _Fields

    @property
    def is_vector(self) -> bool:
        """Whether it has units, which have the places of the volume that they were made of."""
        return len(self.shape) == 1


@dataclass(frozen=True)
class ReceptiveField:
    """The spans of a layer's outputs, vertical and horizontal."""

    vertical: Span
    horizontal: Span

    @property
    def size(self) -> Size:
        """The (height, width) in pixels."""
        return Size(self.vertical.size, self.horizontal.size)


def receptive_fields(layers: Sequence[Layer], input_shape: Shape) -> tuple[ReceptiveField, ...]:
    """Return what the outputs of each layer see of an image.

    Arguments: the layers in order; the image's `input_shape` (height, width, channels).
    Returns a field for each layer; that of a Dense after a Flatten is the sum of all before, that
    of a merge is around all that its results see, whatever the channel.
    Raises TypeError for a layer whose law is not known.

    >>> from cnncalc.layers import Conv2D, MaxPooling2D
    >>> layers = [Conv2D(10, 5), MaxPooling2D(2)]
    >>> [field.size for field in receptive_fields(layers, (300, 300, 3))]
    [Size(height=5, width=5), Size(height=6, width=6)]
    """
    ordered = named(layers)
    height, width = input_shape[:2]
    image = _Seen(input_shape, _Fields(height), _Fields(width))

    def step(place: int, taken: Sequence[_Seen]) -> _Seen:
        return _after(ordered[place], taken)

    return tuple(
        ReceptiveField(seen.down.span, seen.across.span) for seen in run(ordered, image, step)
    )


def _after(layer: Layer, taken: Sequence[_Seen]) -> _Seen:
    """Return what a layer's result sees, from what those that it takes see."""
    given = input_shape_of(layer, [seen.shape for seen in taken])
    down = _side_by_side([_placed(seen, seen.down, taken) for seen in taken])
    across = _side_by_side([_placed(seen, seen.across, taken) for seen in taken])
    rows, columns = _positions(law_of(layer, given).wiring, (down.outputs, across.outputs))
    return _Seen(layer.output_shape(given), down.after(rows), across.after(columns))


def _placed(seen: _Seen, fields: _Fields, taken: Sequence[_Seen]) -> _Fields:
    """Return the fields of a result among those that a layer takes.

    The units of a vector, as which it may meet a volume's channels, have no place there.
    """
    is_repeated = seen.is_vector and not all(other.is_vector for other in taken)
    return fields.of_all() if is_repeated else fields


def _side_by_side(taken: Sequence[_Fields]) -> _Fields:
    """Return at each place what all results see there; those of one place are repeated."""
    counts = {fields.outputs for fields in taken}
    outputs = max(counts)
    if counts <= {1, outputs}:
        parts = (fields if fields.outputs == outputs else fields.of_all() for fields in taken)
    else:  # vectors, whose units stand at places that have nothing to do with each other
        parts = (fields.of_all() for fields in taken)
    return _merged(outputs, (way for fields in parts for way in fields.ways))


def _positions(wiring: Directions | Reshape, positions: Shape) -> tuple[Direction, Direction]:
    """Return what a layer does to rows and columns, of which there were so many.

    A vector still has those of the volume that it was made of: each of its units is of one of them.
    """
    height, width = positions
    if isinstance(wiring, Reshape):
        return OneToOne(height), OneToOne(width)
    match wiring.directions:
        case rows, columns, _:
            return rows, columns
        case [OneToOne() | SideBySide()]:
            return OneToOne(height), OneToOne(width)
        case [Groups(groups=1)]:
            return Groups(height, 1), Groups(width, 1)
    message = f"a vector's units must be joined all or one by one. Received: {wiring.directions}"
    raise TypeError(message)
