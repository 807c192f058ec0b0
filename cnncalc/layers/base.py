"""What every layer is, what layers share: windows, penalties on weights, checks of arguments."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import ClassVar, Final

from cnncalc.errors import OptionError, ShapeError, unknown_kind
from cnncalc.geometry import Geometry, geometry
from cnncalc.shapes import Padding, Size, pair

__all__ = [
    "ACTIVATIONS",
    "L1",
    "L1L2",
    "L2",
    "LINEAR",
    "REGULARIZERS",
    "SIGMOID",
    "SOFTMAX",
    "Layer",
    "Shape",
    "WindowLayer",
    "check_activation",
    "check_count",
    "check_flag",
    "check_number",
    "check_regularizer",
    "given_regularizers",
    "size_text",
]

Shape = tuple[int, ...]

LINEAR: Final = "linear"
SOFTMAX: Final = "softmax"
SIGMOID: Final = "sigmoid"

ACTIVATIONS = (LINEAR, "relu", "leaky_relu", SIGMOID, "tanh", SOFTMAX, "elu", "softplus")


@dataclass(frozen=True)
class Layer:
    """One layer of a network; `name` is given by the network where it is left empty.

    One that is not `trainable` is frozen: training leaves its weights as they are.
    `non_trainable` names the weights that training keeps up to date without a gradient; one that
    `is_random` draws numbers in training; one that `has_filters` slides kernels over its input.
    """

    name: str = field(default="", kw_only=True)
    trainable: bool = field(default=True, kw_only=True)

    # All that Keras's layer takes, in its order; every kind has its own.
    keras_arguments: ClassVar[tuple[str, ...]]
    non_trainable: ClassVar[frozenset[str]] = frozenset()
    is_random: ClassVar[bool] = False
    has_filters: ClassVar[bool] = False

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


@dataclass(frozen=True)
class L1L2:
    """The penalty `l1` × Σ|w| + `l2` × Σw² on a weight w, which training adds to the loss.

    Convention: https://keras.io/api/layers/regularizers/

    >>> L1L2(l1=0.01, l2=0.02)
    L1L2(l1=0.01, l2=0.02)
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        check_number(self.l1, "l1", least=0)
        check_number(self.l2, "l2", least=0)

    @property
    def factors(self) -> dict[str, float]:
        """The arguments by their names: `l1`, `l2` or both."""
        return {factor.name: getattr(self, factor.name) for factor in fields(self) if factor.init}


@dataclass(frozen=True)
class L1(L1L2):
    """The penalty `l1` × Σ|w|, which drives weights to 0.

    >>> L1(0.02)
    L1(l1=0.02)
    """

    l1: float = 0.01
    l2: float = field(default=0.0, init=False, repr=False)


@dataclass(frozen=True)
class L2(L1L2):
    """The penalty `l2` × Σw², which keeps weights small.

    >>> L2()
    L2(l2=0.01)
    """

    l1: float = field(default=0.0, init=False, repr=False)
    l2: float = 0.01


REGULARIZERS: Mapping[str, type[L1L2]] = {
    "L1": L1,
    "L2": L2,
    "L1L2": L1L2,
    "l1": L1,
    "l2": L2,
    "l1_l2": L1L2,
    "l1l2": L1L2,
}
"""Each regularizer by the names that Keras has for it."""


def check_regularizer(value: object, name: str) -> L1L2 | None:
    """Return a regularizer, the one of a name such as "l2", or None for none.

    Arguments: the `value`, and the `name` of the argument that it is given to.
    Raises OptionError for anything else.

    >>> check_regularizer("l2", "kernel_regularizer")
    L2(l2=0.01)
    """
    if value is None or isinstance(value, L1L2):
        return value
    if isinstance(value, str) and value in REGULARIZERS:
        return REGULARIZERS[value]()
    message = f"{name} must be L1, L2 or L1L2, such as L2(0.01). Received: {name}={value!r}"
    raise OptionError(message)


def given_regularizers(**by_weight: object) -> dict[str, L1L2]:
    """Return the regularizers by weight, without the weights that have none.

    >>> given_regularizers(kernel=L2(), bias=None)
    {'kernel': L2(l2=0.01)}
    """
    return {name: value for name, value in by_weight.items() if isinstance(value, L1L2)}
