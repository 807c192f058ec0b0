"""Taking rows, columns and channels away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

from cnncalc import shapes
from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers.base import Layer, Shape
from cnncalc.shapes import Pads

__all__ = ["Cropping2D"]


@dataclass(frozen=True)
class Cropping2D(Layer):
    """What is left without some rows and columns on each side.

    `cropping` is one number, (vertical, horizontal), ((top, bottom), (left, right)) or (top,
    bottom, left, right). `channels` are those that are left, in order, None for all; Keras lacks
    them. Of a vector channels alone can be taken, its units.

    >>> Cropping2D(1).output_shape((6, 6, 3)), Cropping2D(channels=(0, 2)).output_shape((6, 6, 3))
    ((4, 4, 3), (6, 6, 2))
    """

    keras_arguments = ("cropping", "data_format", "channels")  # the last is not Keras's

    cropping: int | Sequence[int] | Sequence[Sequence[int]] = 0
    channels: Sequence[int] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        sides = shapes.normalize_padding(self.cropping)
        if isinstance(sides, str):
            message = "cropping must be 1, 2 or 4 whole numbers of at least 0. "
            raise OptionError(message + f"Received: cropping={self.cropping!r}")
        channels = None if self.channels is None else shapes.whole_numbers(self.channels)
        if channels is not None and not _go_up(channels):
            message = "channels must be whole numbers from 0 on, each larger than the one before. "
            raise OptionError(message + f"Received: channels={self.channels!r}")
        self._set(cropping=sides, channels=channels)

    @property
    def sides(self) -> Pads:
        """What is taken away on each side."""
        return cast("Pads", self.cropping)  # normalised at construction

    def kept_channels(self, input_shape: Shape) -> tuple[int, ...]:
        """Return which channels, or units, are left."""
        return tuple(range(input_shape[-1]) if self.channels is None else self.channels)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, channels), or (units,), of what is left."""
        kept = self.kept_channels(input_shape)
        if kept[-1] >= input_shape[-1]:
            message = f"channels must be below {input_shape[-1]}. Received: {kept[-1]}"
            raise ShapeError(message)
        if len(input_shape) == 1 and not any(self.sides):
            return (len(kept),)
        height, width, _ = self._volume(input_shape)
        top, bottom, left, right = self.sides
        rows, columns = height - top - bottom, width - left - right
        if min(rows, columns) < 1:
            message = (
                f"cropping must leave a row and a column of {height}×{width}. "
                f"Received: cropping={tuple(self.sides)}"
            )
            raise ShapeError(message)
        return (rows, columns, len(kept))


def _go_up(numbers: Sequence[int]) -> bool:
    return bool(numbers) and numbers[0] >= 0 and all(a < b for a, b in pairwise(numbers))
