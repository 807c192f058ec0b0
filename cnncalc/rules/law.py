"""The law of each kind of layer: what a number of its output is made of, and how.

`law_of` is the one place that says it: receptive fields, explanations, references between cells and
the ways that gradients go back all follow from it. `wiring` has the wires, `joins` how they join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import NamedTuple

from cnncalc import layers as specifications
from cnncalc.geometry import Axis
from cnncalc.layers import Layer, Shape
from cnncalc.rules.directions import (
    Copies,
    Direction,
    Groups,
    OneToOne,
    Picked,
    Position,
    SideBySide,
    Window,
)
from cnncalc.rules.joins import Join
from cnncalc.rules.wiring import Directions, Reshape, Wired

__all__ = ["Law", "Wire", "law_of"]


class Wire(NamedTuple):
    """A wire between an input and an output, seen from one of them.

    `at` is the position of the other one, outside the input where `is_padding`; `weight` the index
    of the weight on the wire, None where the layer multiplies by none.
    """

    at: Position
    weight: Position | None
    is_padding: bool = False


@dataclass(frozen=True)
class Law:
    """What a layer's numbers are made of: how they are wired to its inputs, and joined.

    `counts_padding` tells whether padding counts as zeros, or not at all. Where `has_softmax`, all
    channels of a position are joined once more, by the layer's own activation.
    """

    join: Join
    wiring: Directions | Reshape
    counts_padding: bool = True
    has_softmax: bool = False

    def sees(self, at: Position) -> tuple[Wire, ...]:
        """Return a wire to each input that an output sees: channel by channel, then row by row.

        Argument: `at`, the (row, column, channel) or (unit,) of the output.

        >>> law = law_of(specifications.MaxPooling2D(2), (4, 4, 1))
        >>> [wire.at for wire in law.sees((0, 1, 0))]
        [(0, 2, 0), (0, 3, 0), (1, 2, 0), (1, 3, 0)]
        """
        return tuple(
            self._wire(wired, is_padding=not self._is_inside(wired.at))
            for wired in self.wiring.sees(at)
        )

    def seen_by(self, at: Position) -> tuple[Wire, ...]:
        """Return a wire to each output that sees an input: row by row, then channel by channel.

        Argument: `at`, the (row, column, channel) or (unit,) of the input.

        >>> law = law_of(specifications.Conv2D(1, (1, 2)), (1, 3, 1))
        >>> [(wire.at, wire.weight) for wire in law.seen_by((0, 1, 0))]
        [((0, 0, 0), (0, 1, 0, 0)), ((0, 1, 0), (0, 0, 0, 0))]
        """
        return tuple(self._wire(wired) for wired in self.wiring.seen_by(at))

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The wires of rows, columns and channels, each by itself; of a vector's units alone.

        Raises TypeError for a law whose wires aren't combinations of such.
        """
        if isinstance(self.wiring, Reshape):
            message = f"a law must be one of rows, columns and channels. Received: {self.wiring}"
            raise TypeError(message)
        return self.wiring.directions

    def joined_by(self, weight: Position) -> tuple[Sequence[tuple[int, int]], ...]:
        """Return each (input, output) whose wire lies on a weight, in each direction.

        Argument: the `weight`'s index in the kernel.

        >>> law = law_of(specifications.Conv2D(2, (1, 2)), (1, 3, 1))
        >>> law.joined_by((0, 1, 0, 1))
        (((0, 0),), ((1, 0), (2, 1)), ((0, 1),))
        """
        rest, found = weight, []
        for direction in self.directions:
            found.append(direction.joined_by(rest[: direction.rank]))
            rest = rest[direction.rank :]
        return tuple(found)

    def _wire(self, wired: Wired, *, is_padding: bool = False) -> Wire:
        weight = wired.weight if self.join is Join.PRODUCTS else None
        return Wire(wired.at, weight, is_padding)

    def _is_inside(self, at: Position) -> bool:
        return all(0 <= index < size for index, size in zip(at, self.wiring.shape, strict=True))


@singledispatch
def law_of(layer: Layer, input_shape: Shape) -> Law:
    """Return the law of a layer.

    Arguments: the `layer`; the `input_shape` of one sample, (height, width, channels) or (units,).
    Raises TypeError for a kind of layer that has no law below: none is like another by chance.
    """
    raise TypeError(_without_law(layer))


def _without_law(layer: Layer) -> str:
    return f"a layer's kind must have a law in rules/law.py. Received: {type(layer).__name__}"


def _one_to_one(shape: Shape) -> Directions:
    return Directions(tuple(map(OneToOne, shape)))


def _all_channels(shape: Shape, outputs: int) -> Directions:
    """Return the wires of what joins all channels of a position, or all units."""
    return Directions((*map(OneToOne, shape[:-1]), Groups(shape[-1], outputs)))


@law_of.register(specifications.InputLayer)
@law_of.register(specifications.Dropout)
@law_of.register(specifications.PassingLayer)
def _(layer: Layer, input_shape: Shape) -> Law:
    return Law(Join.SAME, _one_to_one(input_shape))


@law_of.register(specifications.Flatten)
def _(layer: specifications.Flatten, input_shape: Shape) -> Law:
    return Law(Join.SAME, Reshape(input_shape))


@law_of.register(specifications.ZeroPadding2D)
def _(layer: specifications.ZeroPadding2D, input_shape: Shape) -> Law:
    top, bottom, left, right = layer.pads
    height, width, channels = input_shape
    rows = Window(Axis(height, 1, 1, 1, top, bottom))
    columns = Window(Axis(width, 1, 1, 1, left, right))
    return Law(Join.SAME, Directions((rows, columns, OneToOne(channels))))


@law_of.register(specifications.Cropping2D)
def _(layer: specifications.Cropping2D, input_shape: Shape) -> Law:
    channels = Picked(input_shape[-1], layer.kept_channels(input_shape))
    if len(input_shape) == 1:
        return Law(Join.SAME, Directions((channels,)))
    top, bottom, left, right = layer.sides
    rows = Window(Axis(input_shape[0], 1, 1, 1, -top, -bottom))
    columns = Window(Axis(input_shape[1], 1, 1, 1, -left, -right))
    return Law(Join.SAME, Directions((rows, columns, channels)))


@law_of.register(specifications.Rescaling)
def _(layer: specifications.Rescaling, input_shape: Shape) -> Law:
    return Law(Join.RESCALE, _one_to_one(input_shape))


@law_of.register(specifications.BatchNormalization)
def _(layer: specifications.BatchNormalization, input_shape: Shape) -> Law:
    return Law(Join.NORMALIZE, _one_to_one(input_shape))


@law_of.register(specifications.ReLU)
@law_of.register(specifications.LeakyReLU)
@law_of.register(specifications.ELU)
def _(layer: Layer, input_shape: Shape) -> Law:
    return Law(Join.EACH, _one_to_one(input_shape))


@law_of.register(specifications.Softmax)
def _(layer: specifications.Softmax, input_shape: Shape) -> Law:
    return Law(Join.SOFTMAX, _all_channels(input_shape, input_shape[-1]))


@law_of.register(specifications.Activation)
def _(layer: specifications.Activation, input_shape: Shape) -> Law:
    if layer.has_softmax:
        return Law(Join.SOFTMAX, _all_channels(input_shape, input_shape[-1]))
    return Law(Join.EACH, _one_to_one(input_shape))


@law_of.register(specifications.Dense)
def _(layer: specifications.Dense, input_shape: Shape) -> Law:
    wiring = _all_channels(input_shape, layer.units)
    return Law(Join.PRODUCTS, wiring, has_softmax=layer.has_softmax)


@law_of.register(specifications.Combine)
def _(layer: specifications.Combine, input_shape: Shape) -> Law:
    return Law(_join_called(layer.mode, layer), _all_channels(input_shape, 1))


@law_of.register(specifications.Concatenate)
def _(layer: specifications.Concatenate, input_shape: Shape) -> Law:
    return Law(Join.SAME, _one_to_one(input_shape))


@law_of.register(specifications.MergeLayer)
def _(layer: specifications.MergeLayer, input_shape: Shape) -> Law:
    channels = SideBySide(layer.output_shape(input_shape)[-1], layer.parts)
    wiring = Directions((*map(OneToOne, input_shape[:-1]), channels))
    return Law(_join_called(layer.merge_mode, layer), wiring)


def _under_windows(
    layer: specifications.WindowLayer, input_shape: Shape, channels: Direction
) -> Directions:
    geometry = layer.geometry(input_shape)
    return Directions((Window(geometry.vertical), Window(geometry.horizontal), channels))


@law_of.register(specifications.Conv2D)
def _(layer: specifications.Conv2D, input_shape: Shape) -> Law:
    channels = Groups(input_shape[-1], layer.filters, layer.groups)
    wiring = _under_windows(layer, input_shape, channels)
    return Law(Join.PRODUCTS, wiring, has_softmax=layer.has_softmax)


@law_of.register(specifications.DepthwiseConv2D)
def _(layer: specifications.DepthwiseConv2D, input_shape: Shape) -> Law:
    channels = Copies(input_shape[-1], layer.depth_multiplier)
    wiring = _under_windows(layer, input_shape, channels)
    return Law(Join.PRODUCTS, wiring, has_softmax=layer.has_softmax)


@law_of.register(specifications.PoolingLayer)
def _(layer: specifications.PoolingLayer, input_shape: Shape) -> Law:
    wiring = _under_windows(layer, input_shape, OneToOne(input_shape[-1]))
    return Law(_join_called(layer.pool_mode, layer), wiring, layer.counts_padding)


@law_of.register(specifications.GlobalPoolingLayer)
def _(layer: specifications.GlobalPoolingLayer, input_shape: Shape) -> Law:
    height, width, channels = input_shape
    whole = (Groups(height, 1), Groups(width, 1), OneToOne(channels))
    join = _join_called(layer.pool_mode, layer)
    return Law(join, Directions(whole, is_flat=not layer.keepdims))


def _join_called(mode: str, layer: Layer) -> Join:
    """Return how a layer with a mode joins numbers; its modes are called as joins are."""
    try:
        return Join(mode)
    except ValueError as error:
        raise TypeError(f"{_without_law(layer)} of mode {mode!r}") from error  # noqa: EM102 (adds to the message)
