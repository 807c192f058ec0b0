"""Which pixels of the image a number depends on, however many layers later.

`receptive_fields` gives each layer's field by the usual recurrence, as large as if the image had
no edge. `image_region` names the very pixels that one number depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from cnncalc.layers import Layer, Shape
from cnncalc.rules.law import law_of
from cnncalc.rules.wiring import Direction, Directions, Groups, OneToOne, Reshape
from cnncalc.shapes import Size

__all__ = ["ReceptiveField", "Region", "Span", "image_region", "receptive_fields"]


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
class _Fields:
    """The first and the last pixel that each output sees in one direction.

    These are the fields of the outputs from 0 on, until they come back `shift` pixels further on.

    Source: A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural
    Networks", Distill, 2019, whose recurrence this is where all fields are alike.
    """

    fields: tuple[tuple[int, int], ...] = ((0, 0),)
    shift: int = 1

    def of(self, output: int) -> tuple[int, int]:
        """Return the field of any output, also of one that lies before the first."""
        times, place = divmod(output, len(self.fields))
        first, last = self.fields[place]
        return first + times * self.shift, last + times * self.shift

    def after(self, direction: Direction) -> _Fields:
        """Return the fields one layer later."""
        period = direction.period * len(self.fields)
        *fields, beyond = (self._over(direction, output) for output in range(period + 1))
        return _Fields(tuple(fields), beyond[0] - fields[0][0])

    def _over(self, direction: Direction, output: int) -> tuple[int, int]:
        seen = [tap.at for tap in direction.sees(output)]
        return self.of(min(seen))[0], self.of(max(seen))[1]

    @property
    def span(self) -> Span:
        """The fields in a few numbers."""
        size = max(last - first + 1 for first, last in self.fields)
        jump = Fraction(self.shift, len(self.fields))
        return Span(size, int(jump) if jump.denominator == 1 else jump, self.fields[0][0])


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
    Returns a field for each layer; that of a Dense after a Flatten is the sum of all before.
    Raises TypeError for a layer whose law is not known.

    >>> from cnncalc.layers import Conv2D, MaxPooling2D
    >>> layers = [Conv2D(10, 5), MaxPooling2D(2)]
    >>> [field.size for field in receptive_fields(layers, (300, 300, 3))]
    [Size(height=5, width=5), Size(height=6, width=6)]
    """
    down, across, shape, positions = _Fields(), _Fields(), input_shape, input_shape[:2]
    result = []
    for layer in layers:
        rows, columns = _positions(law_of(layer, shape).wiring, positions)
        down, across = down.after(rows), across.after(columns)
        shape, positions = layer.output_shape(shape), (rows.outputs, columns.outputs)
        result.append(ReceptiveField(down.span, across.span))
    return tuple(result)


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
        case [OneToOne()]:
            return OneToOne(height), OneToOne(width)
        case [Groups(groups=1)]:
            return Groups(height, 1), Groups(width, 1)
    message = f"a vector's units must be joined all or one by one. Received: {wiring.directions}"
    raise TypeError(message)


@dataclass(frozen=True)
class Region:
    """Some numbers of a volume: each of the `rows` with each of the `columns` and `channels`.

    Indices count from 0, in order, without those of padding.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    channels: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers they are."""
        return len(self.rows) * len(self.columns) * len(self.channels)


def image_region(layers: Sequence[Layer], input_shape: Shape, at: Sequence[int]) -> Region:
    """Return the pixels that one number depends on, as far as the layers alone tell.

    Arguments: the layers up to the number's own; the image's `input_shape` (height, width,
    channels); `at`, the (row, column, channel) or (unit,) in the last layer's output.
    Returns the region of the image, empty where the number comes from padding alone.

    >>> from cnncalc.layers import Conv2D, MaxPooling2D
    >>> layers = [Conv2D(10, 5), MaxPooling2D(2)]
    >>> image_region(layers, (300, 300, 3), (0, 10, 7)).columns
    (20, 21, 22, 23, 24, 25)
    """
    shapes = [input_shape]
    for layer in layers:
        shapes.append(layer.output_shape(shapes[-1]))
    # A direction each, (rows, columns, channels) or (units,): all layers join whole ones.
    wanted = [[index] for index in at]
    for layer, shape in zip(reversed(layers), reversed(shapes[:-1]), strict=True):
        law = law_of(layer, shape)
        if law.has_softmax:
            wanted[-1] = list(range(layer.output_shape(shape)[-1]))
        wanted = _seen(law.wiring, wanted)
        if not all(wanted):
            return Region((), (), ())
    return Region(*map(tuple, wanted))


def _seen(wiring: Directions | Reshape, outputs: list[list[int]]) -> list[list[int]]:
    """Return the indices of a layer's input, direction by direction, that outputs come from."""
    if isinstance(wiring, Reshape):
        # Of a flat layer one unit was wanted, or all of them.
        if len(outputs[0]) == prod(wiring.shape):
            return [list(range(size)) for size in wiring.shape]
        ((unit,),) = outputs
        [(place, _)] = wiring.sees((unit,))
        return [[index] for index in place]
    if wiring.is_flat:
        outputs = [[0], [0], *outputs]
    return [
        _inside(direction, indices)
        for direction, indices in zip(wiring.directions, outputs, strict=True)
    ]


def _inside(direction: Direction, outputs: list[int]) -> list[int]:
    found = {tap.at for output in outputs for tap in direction.sees(output)}
    return sorted(index for index in found if 0 <= index < direction.inputs)
