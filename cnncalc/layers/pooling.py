"""Pooling: one number for each window of each depth slice, or for the whole slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, Literal, TypeVar

from cnncalc import shapes
from cnncalc.errors import ShapeError, unknown_kind
from cnncalc.geometry import Geometry
from cnncalc.layers.base import Layer, Shape, WindowLayer
from cnncalc.layers.checks import check_flag
from cnncalc.shapes import Padding, Size

__all__ = [
    "POOLING_LAYERS",
    "AveragePooling2D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GlobalPoolingLayer",
    "L2Pooling2D",
    "MaxPooling2D",
    "PoolingLayer",
    "PoolingMode",
    "of_mode",
]

PoolingMode = Literal["max", "average", "l2"]


@dataclass(frozen=True)
class PoolingLayer(WindowLayer):
    """A window that keeps one number of each depth slice by itself; strides default to its size.

    Its `pool_mode` tells which number that is.
    """

    keras_arguments = ("pool_size", "strides", "padding", "data_format")

    pool_mode: ClassVar[str] = ""  # every child has one

    pool_size: int | Sequence[int] = 2
    strides: int | Sequence[int] | None = None
    padding: str | int | Sequence[int] | Padding = "valid"

    def __post_init__(self) -> None:
        super().__post_init__()
        strides = self.default_strides if self.strides is None else self.strides
        self._set(
            pool_size=shapes.pair(self.pool_size, "pool_size"),
            strides=shapes.pair(strides, "strides"),
            padding=shapes.normalize_padding(self.padding),
        )

    def geometry(self, input_shape: Shape) -> Geometry:
        """Return how the window slides over an input of (height, width, channels)."""
        result = super().geometry(input_shape)
        self._require_pixels(result)
        return result

    @property
    def window_size(self) -> Size:
        """The (height, width) of the pool."""
        return shapes.pair(self.pool_size, "pool_size")

    @property
    def default_strides(self) -> Size:
        """The pool's size: windows lie side by side."""
        return self.window_size

    @property
    def counts_padding(self) -> bool:
        """Whether padding counts as zeros, or not at all."""
        raise TypeError(unknown_kind("a kind of PoolingLayer must have counts_padding", self))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, channels): pooling leaves the depth as it is."""
        return (*self.geometry(input_shape).output, self._volume(input_shape)[2])

    def _require_pixels(self, shape: Geometry) -> None:
        # A window of padding alone would have no maximum.
        down, across = shape.vertical, shape.horizontal
        if max(down.before, down.after) >= down.kernel or (
            max(across.before, across.after) >= across.kernel
        ):
            message = (
                "padding of a pooling layer must be smaller than its pool_size. "
                f"Received: padding={tuple(shape.pads)}, pool_size={tuple(shape.kernel)}"
            )
            raise ShapeError(message)


class MaxPooling2D(PoolingLayer):
    """The largest number of each window; padding never wins.

    >>> MaxPooling2D(2).output_shape((4, 4, 1))
    (2, 2, 1)
    """

    pool_mode = "max"

    @property
    def counts_padding(self) -> bool:
        """It never does."""
        return False


class AveragePooling2D(PoolingLayer):
    """The mean of each window; `padding="same"` counts pixels only, numbers count their zeros.

    >>> AveragePooling2D(3, strides=1, padding="same").output_shape((6, 6, 2))
    (6, 6, 2)
    """

    pool_mode = "average"

    @property
    def counts_padding(self) -> bool:
        """Zeros that were asked for count; those of "same" don't, as in Keras."""
        return self.padding != "same"


class L2Pooling2D(PoolingLayer):
    """The square root of the sum of squares of each window (not a layer of Keras).

    >>> L2Pooling2D(2).output_shape((5, 4, 1))
    (2, 2, 1)
    """

    pool_mode = "l2"

    @property
    def counts_padding(self) -> bool:
        """Its zeros add nothing."""
        return True

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the squares of one forward pass: output cells × cells of the window."""
        return prod(self.output_shape(input_shape)) * prod(self.window_size)


POOLING_LAYERS: Mapping[str, type[PoolingLayer]] = {
    kind.pool_mode: kind for kind in (MaxPooling2D, AveragePooling2D, L2Pooling2D)
}
"""Each layer that pools windows by its mode."""


@dataclass(frozen=True)
class GlobalPoolingLayer(Layer):
    """One number for each whole depth slice; `keepdims` keeps a height and a width of 1.

    Its `pool_mode` tells which number that is.
    """

    keras_arguments = ("data_format", "keepdims")

    pool_mode: ClassVar[str] = ""  # every child has one

    keepdims: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flag(self.keepdims, "keepdims")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (channels,), or (1, 1, channels) with `keepdims`."""
        channels = self._volume(input_shape)[2]
        return (1, 1, channels) if self.keepdims else (channels,)


class GlobalAveragePooling2D(GlobalPoolingLayer):
    """The mean of each depth slice.

    >>> GlobalAveragePooling2D().output_shape((7, 7, 64))
    (64,)
    """

    pool_mode = "average"


class GlobalMaxPooling2D(GlobalPoolingLayer):
    """The largest number of each depth slice.

    >>> GlobalMaxPooling2D(keepdims=True).output_shape((7, 7, 64))
    (1, 1, 64)
    """

    pool_mode = "max"


Found = TypeVar("Found")


def of_mode(table: Mapping[str, Found], layer: PoolingLayer | GlobalPoolingLayer) -> Found:
    """Return what a table has for the mode of a pooling.

    Raises TypeError for a mode that it lacks.

    >>> of_mode({"max": "largest", "average": "mean"}, MaxPooling2D(2))
    'largest'
    """
    if layer.pool_mode not in table:
        message = (
            f"the pool_mode of {type(layer).__name__} must be one of {', '.join(table)}. "
            f"Received: {layer.pool_mode!r}"
        )
        raise TypeError(message)
    return table[layer.pool_mode]
