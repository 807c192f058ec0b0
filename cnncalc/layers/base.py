"""What every layer is, what a layer with a sliding window is, and the checks that layers share."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from cnncalc.errors import OptionError, ShapeError
from cnncalc.geometry import Geometry, geometry
from cnncalc.shapes import Padding, Size

if TYPE_CHECKING:
    from cnncalc.layers.regularizers import L1L2  # it has its checks from here

__all__ = [
    "ACTIVATIONS",
    "Layer",
    "Shape",
    "WindowLayer",
    "check_activation",
    "check_count",
    "check_flag",
    "check_number",
    "size_text",
]

Shape = tuple[int, ...]

ACTIVATIONS = (
    "linear",
    "relu",
    "leaky_relu",
    "sigmoid",
    "tanh",
    "softmax",
    "elu",
    "softplus",
)


@dataclass(frozen=True)
class Layer:
    """One layer of a network; `name` is given by the network where it is left empty.

    One that is not `trainable` is frozen: training leaves its weights as they are.
    `non_trainable` names the weights that training keeps up to date without a gradient.
    """

    name: str = field(default="", kw_only=True)
    trainable: bool = field(default=True, kw_only=True)

    non_trainable: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        check_flag(self.trainable, "trainable")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the result for one sample of `input_shape`.

        Raises ShapeError where the layer can't take such an input.
        """
        return input_shape

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shape of each weight by its Keras name, in Keras's order."""
        return {}

    @property
    def regularizers(self) -> Mapping[str, L1L2]:
        """The penalty on each weight that has one, by the weight's name."""
        return {}

    @property
    def penalties(self) -> Mapping[str, L1L2]:
        """The regularizers that count in a loss: as in Keras, none of a frozen layer does."""
        return self.regularizers if self.trainable else {}

    @property
    def needs_batch(self) -> bool:
        """Whether training must give it a whole batch at once, as each sample moves the others."""
        return False

    def learns(self, weight: str) -> bool:
        """Tell whether training changes a weight, by its name, along its gradient."""
        return self.trainable and weight not in self.non_trainable

    def parameter_count(self, input_shape: Shape) -> int:
        """Return how many numbers the layer's weights hold."""
        return sum(math.prod(shape) for shape in self.weight_shapes(input_shape).values())

    def trainable_count(self, input_shape: Shape) -> int:
        """Return how many of the parameters training changes by their gradient."""
        weights = self.weight_shapes(input_shape).items()
        return sum(math.prod(shape) for name, shape in weights if self.learns(name))

    def parameter_formula(self, input_shape: Shape) -> str:
        """Return the parameter count written out with its numbers; empty for a layer without."""
        return ""

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return how many products a forward pass of one sample adds up."""
        return 0

    def note(self, input_shape: Shape) -> str:
        """Return one sentence on what may surprise here; empty where nothing does."""
        return ""

    def _set(self, **values: object) -> None:
        # A frozen dataclass normalises its own arguments once, at construction.
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def _volume(self, input_shape: Shape) -> tuple[int, int, int]:
        if len(input_shape) != 3:
            hint = f"; {(*input_shape, 1)} is a grey image" if len(input_shape) == 2 else ""
            message = (
                f"{type(self).__name__} must be given (height, width, channels). "
                f"Received: input shape {input_shape}{hint}"
            )
            raise ShapeError(message)
        height, width, channels = input_shape
        return height, width, channels


class WindowLayer(Layer):
    """A layer that slides a window over its input: it has a `Geometry`."""

    # Annotations alone: each layer declares these as fields in Keras's order.
    strides: int | Sequence[int] | None
    padding: str | int | Sequence[int] | Padding
    dilation_rate: int | Sequence[int] = 1

    @property
    def window_size(self) -> Size:
        """The (height, width) of the kernel or pool."""
        raise TypeError(type(self).__name__)  # every child has one

    def geometry(self, input_shape: Shape) -> Geometry:
        """Return how the window slides over an input of (height, width, channels)."""
        height, width, _ = self._volume(input_shape)
        strides = self.window_size if self.strides is None else self.strides
        return geometry(
            (height, width), self.window_size, strides, self.padding, self.dilation_rate
        )


def check_activation(activation: object) -> str:
    """Return the name of an activation, "linear" for None; raises OptionError for no name."""
    name = "linear" if activation is None else activation
    if not isinstance(name, str) or name not in ACTIVATIONS:
        message = f"activation must be one of {', '.join(ACTIVATIONS)}. "
        raise OptionError(message + f"Received: activation={activation!r}")
    return name


def check_count(value: object, name: str) -> None:
    """Raise OptionError for anything but a whole number of at least 1."""
    if type(value) is not int or value < 1:
        message = f"{name} must be a whole number, at least 1. Received: {name}={value!r}"
        raise OptionError(message)


def check_flag(value: object, name: str) -> None:
    """Raise OptionError for anything but True or False."""
    if not isinstance(value, bool):
        message = f"{name} must be True or False. Received: {name}={value!r}"
        raise OptionError(message)


def check_number(
    value: object, name: str, least: float = -math.inf, most: float = math.inf
) -> None:
    """Raise OptionError for anything but a finite number from `least` to `most`."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    # The comparison takes whole numbers of any size, and neither NaN nor infinity passes it.
    if not abs(number) <= sys.float_info.max or not least <= number <= most:
        limits = f", at least {least:g}" if math.isfinite(least) else ""
        limits += f" and at most {most:g}" if math.isfinite(most) else ""
        message = f"{name} must be a number{limits}. Received: {name}={value!r}"
        raise OptionError(message)


def size_text(shape: Sequence[int]) -> str:
    """Return sizes as a formula shows them.

    >>> size_text((5, 5, 3))
    '5×5×3'
    """
    return "×".join(f"{size:,}" for size in shape)
