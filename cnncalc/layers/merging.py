"""Layers that join the results of several others: residual adds, concatenations and their likes.

As every layer, a merge takes one array. What it joins stands in it side by side, channel after
channel: first all channels of the first result, then those of the second. A result that is smaller
(1×1, as in squeeze-and-excite) is repeated to the others' size beforehand, as in NumPy and Keras.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import ClassVar, Literal, TypeVar

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers.base import Layer, Shape

__all__ = [
    "MERGE_LAYERS",
    "Add",
    "Average",
    "Concatenate",
    "Maximum",
    "MergeLayer",
    "MergeMode",
    "Minimum",
    "Multiply",
    "Subtract",
    "of_merge_mode",
]

MergeMode = Literal["sum", "difference", "product", "average", "max", "min", "concatenate"]


class MergeLayer(Layer):
    """A layer that joins the results named by its `inputs`, number by number.

    `merge_mode` tells how. Its input shape is that of all results side by side.
    """

    keras_arguments: ClassVar[tuple[str, ...]] = ()

    merge_mode: ClassVar[str] = ""  # every child has one

    @property
    def parts(self) -> int:
        """How many results it joins."""
        return max(1, len(self.inputs))

    def check_inputs(self, count: int) -> None:
        """Raise OptionError where it can't join so many results."""
        if count < 2:
            name = type(self).__name__
            message = f"{name} must be called on at least 2 results, as in {name}()([a, b]). "
            raise OptionError(message + f"Received: {count}")

    def common_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape that all results are repeated to; raises ShapeError where none fits.

        >>> Multiply(inputs=("a", "b")).common_shape([(8, 8, 4), (1, 1, 4)])
        (8, 8, 4)
        """
        rank = max(map(len, shapes))
        sides = zip(*((1,) * (rank - len(shape)) + shape for shape in shapes), strict=True)
        common = tuple(max(side) for side in sides)
        for shape in shapes:
            tail = common[rank - len(shape) :]
            if any(size not in (1, most) for size, most in zip(shape, tail, strict=True)):
                raise ShapeError(self._unlike(shapes))
        return common

    def side_by_side(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of results side by side: the common one, with as many channels more.

        >>> Add(inputs=("a", "b")).side_by_side([(8, 8, 4), (8, 8, 4)])
        (8, 8, 8)
        """
        *positions, channels = self.common_shape(shapes)
        return (*positions, channels * len(shapes))

    def part_sizes(self, shapes: Sequence[Shape]) -> tuple[int, ...]:
        """Return how many channels each result has of those side by side.

        >>> Concatenate(inputs=("a", "b")).part_sizes([(8, 8, 3), (8, 8, 5)])
        (3, 5)
        """
        return (self.common_shape(shapes)[-1],) * len(shapes)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of one of the results that stand side by side."""
        *positions, channels = input_shape
        if channels % self.parts:
            raise ShapeError(self._uneven(input_shape))
        return (*positions, channels // self.parts)

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return no products: numbers are added or compared."""
        return 0

    def _unlike(self, shapes: Sequence[Shape]) -> str:
        return (
            f"{type(self).__name__} must join results of one shape, or of size 1 where they "
            f"differ. Received: {_listed(shapes)}"
        )

    def _uneven(self, input_shape: Shape) -> str:
        return (
            f"{type(self).__name__} must be given {self.parts} results side by side. "
            f"Received: input shape {input_shape}"
        )


def _listed(shapes: Sequence[Shape]) -> str:
    return " and ".join(map(str, shapes))


class Add(MergeLayer):
    """The sum of results, number by number: a residual network's skip.

    >>> Add(inputs=("conv2d", "conv2d_1")).output_shape((8, 8, 8))
    (8, 8, 4)
    """

    merge_mode = "sum"


class Subtract(MergeLayer):
    """The first result less the second.

    >>> Subtract(inputs=("a", "b")).output_shape((4,))
    (2,)
    """

    merge_mode = "difference"

    def check_inputs(self, count: int) -> None:
        """Raise OptionError for any other number of results than 2."""
        if count != 2:
            message = "Subtract must be called on 2 results, as in Subtract()([a, b]). "
            raise OptionError(message + f"Received: {count}")


class Multiply(MergeLayer):
    """The product of results: with one of a number a channel, it weighs the channels.

    Source: J. Hu, L. Shen and G. Sun, "Squeeze-and-Excitation Networks", 2018.

    >>> Multiply(inputs=("a", "b")).multiply_adds((8, 8, 8))
    256
    """

    merge_mode = "product"

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the products of one forward pass: one fewer than results, for each number."""
        return (self.parts - 1) * prod(self.output_shape(input_shape))


class Average(MergeLayer):
    """The mean of results, number by number.

    >>> Average(inputs=("a", "b")).output_shape((8, 8, 8))
    (8, 8, 4)
    """

    merge_mode = "average"


class Maximum(MergeLayer):
    """The largest of results, number by number.

    >>> Maximum(inputs=("a", "b")).output_shape((8, 8, 8))
    (8, 8, 4)
    """

    merge_mode = "max"


class Minimum(MergeLayer):
    """The smallest of results, number by number.

    >>> Minimum(inputs=("a", "b")).output_shape((8, 8, 8))
    (8, 8, 4)
    """

    merge_mode = "min"


class Concatenate(MergeLayer):
    """The channels of results one after the other; side by side they are already.

    >>> Concatenate(inputs=("a", "b")).output_shape((8, 8, 7))
    (8, 8, 7)
    """

    keras_arguments = ("axis",)

    merge_mode = "concatenate"

    def check_inputs(self, count: int) -> None:
        """Take any number of results: one alone stays as it is."""

    def common_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the positions that all have, with all channels; raises ShapeError otherwise."""
        if len({shape[:-1] for shape in shapes}) > 1:
            message = (
                "Concatenate must join results that are alike but for their channels. "
                f"Received: {_listed(shapes)}"
            )
            raise ShapeError(message)
        return (*shapes[0][:-1], sum(self.part_sizes(shapes)))

    def side_by_side(self, shapes: Sequence[Shape]) -> Shape:
        """Return the common shape."""
        return self.common_shape(shapes)

    def part_sizes(self, shapes: Sequence[Shape]) -> tuple[int, ...]:
        """Return each result's own channels."""
        return tuple(shape[-1] for shape in shapes)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape as it is."""
        return input_shape


MERGE_LAYERS: tuple[type[MergeLayer], ...] = (
    *(Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate),
)

Found = TypeVar("Found")


def of_merge_mode(table: Mapping[str, Found], layer: MergeLayer) -> Found:
    """Return what a table has for the mode of a merge.

    Raises TypeError for a mode that it lacks.

    >>> of_merge_mode({"sum": "+"}, Add(inputs=("a", "b")))
    '+'
    """
    if layer.merge_mode not in table:
        message = (
            f"the merge_mode of {type(layer).__name__} must be one of {', '.join(table)}. "
            f"Received: {layer.merge_mode!r}"
        )
        raise TypeError(message)
    return table[layer.merge_mode]
