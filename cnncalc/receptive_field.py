"""Which pixels of the image a number depends on, however many layers later.

`receptive_fields` gives each layer's field by the usual recurrence, as large as if the image had
no edge. `image_region` names the very pixels that one number depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from math import prod

from cnncalc import layers as specifications
from cnncalc.geometry import Axis
from cnncalc.layers import Layer, Shape
from cnncalc.shapes import Size

__all__ = ["ReceptiveField", "Region", "Span", "image_region", "receptive_fields"]


@dataclass(frozen=True)
class Span:
    """What one direction of a layer's output sees of the image, in pixels.

    Arguments: the `size` of the field; the `jump` from one output's field to the next one's; the
    `start` of the first output's field, below 0 where it begins in the padding.
    """

    size: int = 1
    jump: int = 1
    start: int = 0

    def after(self, axis: Axis) -> Span:
        """Return the span after one more window.

        Source: A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional
        Neural Networks", Distill, 2019.

        >>> Span().after(Axis(300, 5, 1, 1, 0, 0)).after(Axis(296, 2, 2, 1, 0, 0))
        Span(size=6, jump=2, start=0)
        """
        return Span(
            self.size + (axis.window - 1) * self.jump,
            self.jump * axis.stride,
            self.start - axis.before * self.jump,
        )

    def over(self, positions: int) -> Span:
        """Return the span of one number that sees as many positions as there are."""
        return Span(self.size + (positions - 1) * self.jump, 0, self.start)


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

    >>> layers = [specifications.Conv2D(10, 5), specifications.MaxPooling2D(2)]
    >>> [field.size for field in receptive_fields(layers, (300, 300, 3))]
    [Size(height=5, width=5), Size(height=6, width=6)]
    """
    field, shape, positions = ReceptiveField(Span(), Span()), input_shape, input_shape[:2]
    result = []
    for layer in layers:
        field = _grown(field, layer, shape, positions)
        shape = layer.output_shape(shape)
        if _sees_all(layer, shape):
            positions = (1, 1)
        elif len(shape) == 3:
            positions = shape[:2]
        result.append(field)
    return tuple(result)


def _grown(field: ReceptiveField, layer: Layer, shape: Shape, positions: Shape) -> ReceptiveField:
    down, across = field.vertical, field.horizontal
    if isinstance(layer, specifications.WindowLayer):
        geometry = layer.geometry(shape)
        return ReceptiveField(down.after(geometry.vertical), across.after(geometry.horizontal))
    if isinstance(layer, specifications.ZeroPadding2D):
        top, _, left, _ = layer.pads
        starts = (down.start - top * down.jump, across.start - left * across.jump)
        return ReceptiveField(
            Span(down.size, down.jump, starts[0]), Span(across.size, across.jump, starts[1])
        )
    if _sees_all(layer, layer.output_shape(shape)):
        return ReceptiveField(down.over(positions[0]), across.over(positions[1]))
    return field


def _sees_all(layer: Layer, output_shape: Shape) -> bool:
    """Tell whether each number of a layer's output depends on every position before."""
    if isinstance(layer, specifications.GlobalPoolingLayer):
        return True
    return len(output_shape) == 1 and _joins_channels(layer)


def _joins_channels(layer: Layer) -> bool:
    """Tell whether a layer makes one number of all channels at a position, or of all units."""
    kinds = (specifications.Dense, specifications.Combine, specifications.Softmax)
    return isinstance(layer, kinds) or getattr(layer, "activation", "") == "softmax"


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

    >>> layers = [specifications.Conv2D(10, 5), specifications.MaxPooling2D(2)]
    >>> image_region(layers, (300, 300, 3), (0, 10, 7)).columns
    (20, 21, 22, 23, 24, 25)
    """
    shapes = [input_shape]
    for layer in layers:
        shapes.append(layer.output_shape(shapes[-1]))
    # An axis each, (rows, columns, channels) or (units,): all layers join whole axes.
    axes = [[index] for index in at]
    for layer, shape in zip(reversed(layers), reversed(shapes[:-1]), strict=True):
        if _joins_channels(layer):
            axes[-1] = list(range(layer.output_shape(shape)[-1]))
        axes = _before(layer, shape, axes)
        if not all(axes):
            return Region((), (), ())
    return Region(*map(tuple, axes))


Axes = list[list[int]]


@singledispatch
def _before(layer: Layer, shape: Shape, axes: Axes) -> Axes:
    """Return the indices of a layer's input, of this shape, that those of its output come from."""
    return [*axes[:-1], list(range(shape[-1]))] if _joins_channels(layer) else axes


@_before.register(specifications.WindowLayer)
def _(layer: specifications.WindowLayer, shape: Shape, axes: Axes) -> Axes:
    geometry = layer.geometry(shape)
    rows, columns = (
        _sorted_inside({i - axis.before for o in outputs for i in axis.covered_by(o)}, axis.size)
        for axis, outputs in zip((geometry.vertical, geometry.horizontal), axes[:2], strict=True)
    )
    return [rows, columns, _channels(layer, shape[2], axes[2])]


def _channels(layer: Layer, channels: int, outputs: list[int]) -> list[int]:
    if isinstance(layer, specifications.DepthwiseConv2D):
        return sorted({output // layer.depth_multiplier for output in outputs})
    if not isinstance(layer, specifications.Conv2D):
        return outputs
    each, filters = channels // layer.groups, layer.filters // layer.groups
    groups = sorted({output // filters for output in outputs})
    return [channel for group in groups for channel in range(group * each, (group + 1) * each)]


@_before.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, shape: Shape, axes: Axes) -> Axes:
    top, _, left, _ = layer.pads
    rows = _sorted_inside((row - top for row in axes[0]), shape[0])
    columns = _sorted_inside((column - left for column in axes[1]), shape[1])
    return [rows, columns, axes[2]]


def _sorted_inside(indices: Iterable[int], size: int) -> list[int]:
    return sorted(index for index in indices if 0 <= index < size)


@_before.register(specifications.GlobalPoolingLayer)
def _(layer: specifications.GlobalPoolingLayer, shape: Shape, axes: Axes) -> Axes:
    return [list(range(shape[0])), list(range(shape[1])), axes[-1]]


@_before.register(specifications.Flatten)
def _(layer: specifications.Flatten, shape: Shape, axes: Axes) -> Axes:
    # Before a flat layer there is one unit, or all of them.
    if len(axes[0]) == prod(shape):
        return [list(range(size)) for size in shape]
    unit = axes[0][0]
    place: Axes = []
    for size in reversed(shape):
        unit, index = divmod(unit, size)
        place.insert(0, [index])
    return place
