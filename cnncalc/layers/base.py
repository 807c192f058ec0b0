"""What every layer is, and what layers that slide a window share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from cnncalc.errors import OptionError, ShapeError, unknown_kind
from cnncalc.geometry import Geometry, geometry
from cnncalc.layers.checks import check_flag
from cnncalc.layers.regularizers import L1L2
from cnncalc.shapes import Padding, Size, pair

__all__ = [
    "ACTIVATIONS",
    "LINEAR",
    "SIGMOID",
    "SOFTMAX",
    "Layer",
    "Shape",
    "WindowLayer",
    "check_activation",
    "size_text",
]

Shape = tuple[int, ...]

LINEAR: Final = "linear"
SOFTMAX: Final = "softmax"
SIGMOID: Final = "sigmoid"

ACTIVATIONS = (
    *(LINEAR, "relu", "relu6", "leaky_relu", SIGMOID, "tanh", SOFTMAX, "elu", "softplus"),
)


@dataclass(frozen=True)
class Layer:
    """One layer of a network; `name` is given by the network where it is left empty.

    One that is not `trainable` is frozen: training leaves its weights as they are.
    `inputs` names the layers whose results it takes, the image as "input"; where it names none, it
    takes that of the layer before it (see `graph`).
    `non_trainable` names the weights that training keeps up to date without a gradient; one that
    `is_random` draws numbers in training; one that `has_filters` slides kernels over its input.

    A kind without arguments of its own takes over what `dataclass` made of its parent: to have it
    made again would change nothing, and cost each start of the command half a millisecond.
    """

    name: str = field(default="", kw_only=True)
    trainable: bool = field(default=True, kw_only=True)
    inputs: tuple[str, ...] = field(default=(), kw_only=True)

    # All that Keras's layer takes, in its order; every kind has its own.
    keras_arguments: ClassVar[tuple[str, ...]]
    non_trainable: ClassVar[frozenset[str]] = frozenset()
    is_random: ClassVar[bool] = False
    has_filters: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_flag(self.trainable, "trainable")
        names = self.inputs
        if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
            message = "inputs must be a tuple of layers' names. "
            raise OptionError(message + f"Received: inputs={names!r}")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the result for one sample of `input_shape`.

        Raises ShapeError where the layer can't take such an input.
        """
        return input_shape

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shape of each weight by its Keras name, in Keras's order."""
        return {}

    @property
    def has_weights(self) -> bool:
        """Whether layers of its kind have weights."""
        return type(self).weight_shapes is not Layer.weight_shapes

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

    @property
    def activation_name(self) -> str:
        """The function that the layer's numbers go through in the end, "linear" where none is.

        A layer whose function takes arguments (`ReLU`, `LeakyReLU`, `ELU`) has the function's name
        whatever they are.
        """
        return LINEAR

    @property
    def has_softmax(self) -> bool:
        """Whether the layer's numbers become shares of each other in the end."""
        return self.activation_name == SOFTMAX

    def without_activation(self) -> Layer:
        """Return the layer that gives what goes into this one's activation."""
        return self

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
        raise TypeError(unknown_kind("a kind of WindowLayer must have a window_size", self))

    def window_shape(self, input_shape: Shape) -> Shape:
        """Return what an output sees: (height, width), and channels where it sees several."""
        return tuple(self.window_size)

    @property
    def default_strides(self) -> Size:
        """The strides that the layer has where none are given."""
        return Size(1, 1)

    @property
    def has_strides_and_dilation(self) -> bool:
        """Whether both go in steps of more than 1, which Keras refuses."""
        strides = self.default_strides if self.strides is None else pair(self.strides, "strides")
        return max(strides) > 1 and max(pair(self.dilation_rate, "dilation_rate")) > 1

    def geometry(self, input_shape: Shape) -> Geometry:
        """Return how the window slides over an input of (height, width, channels)."""
        height, width, _ = self._volume(input_shape)
        strides = self.default_strides if self.strides is None else self.strides
        return geometry(
            (height, width), self.window_size, strides, self.padding, self.dilation_rate
        )


def check_activation(activation: object) -> str:
    """Return the name of an activation, "linear" for None; raises OptionError for no name."""
    name = LINEAR if activation is None else activation
    if not isinstance(name, str) or name not in ACTIVATIONS:
        message = f"activation must be one of {', '.join(ACTIVATIONS)}. "
        raise OptionError(message + f"Received: activation={activation!r}")
    return name


def size_text(shape: Sequence[int]) -> str:
    """Return sizes as a formula shows them.

    >>> size_text((5, 5, 3))
    '5×5×3'
    """
    return "×".join(f"{size:,}" for size in shape)
