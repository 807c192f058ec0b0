"""Activations as layers of their own."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.errors import unknown_kind
from cnncalc.layers.base import LINEAR, SOFTMAX, Layer, check_activation
from cnncalc.layers.checks import check_number

__all__ = ["ELU", "Activation", "ActivationLayer", "LeakyReLU", "ReLU", "Softmax"]


class ActivationLayer(Layer):
    """A function of each number (softmax: of each position's channels) and of nothing else."""

    @property
    def activation_name(self) -> str:
        """The function by its name."""
        raise TypeError(
            unknown_kind("a kind of ActivationLayer must have an activation_name", self)
        )

    def without_activation(self) -> Layer:
        """Return a layer that gives each number as it is."""
        name, trainable, inputs = self.name, self.trainable, self.inputs
        return Activation(LINEAR, name=name, trainable=trainable, inputs=inputs)


@dataclass(frozen=True)
class Activation(ActivationLayer):
    """One of `ACTIVATIONS`, applied to each number (softmax: over the channels).

    >>> Activation("relu").output_shape((4, 4, 1))
    (4, 4, 1)
    """

    keras_arguments = ("activation",)

    activation: str

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set(activation=check_activation(self.activation))

    @property
    def activation_name(self) -> str:
        """The function by its name."""
        return self.activation


@dataclass(frozen=True)
class ReLU(ActivationLayer):
    """Numbers from `threshold` on stay, capped at `max_value`; below it they are leaked or zero.

    Below the threshold a number x becomes `negative_slope` × (x − threshold).

    >>> ReLU(max_value=6).output_shape((4, 4, 1))
    (4, 4, 1)
    """

    keras_arguments = ("max_value", "negative_slope", "threshold")

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_value is not None:
            check_number(self.max_value, "max_value", least=0)
        check_number(self.negative_slope, "negative_slope", least=0)
        check_number(self.threshold, "threshold", least=0)

    @property
    def activation_name(self) -> str:
        """The function by its name, whatever its arguments are."""
        return "relu"


@dataclass(frozen=True)
class LeakyReLU(ActivationLayer):
    """Positive numbers stay, negative ones are multiplied by `negative_slope`.

    >>> LeakyReLU().negative_slope
    0.3
    """

    keras_arguments = ("negative_slope",)

    negative_slope: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number(self.negative_slope, "negative_slope", least=0)

    @property
    def activation_name(self) -> str:
        """The function by its name, whatever its slope is."""
        return "leaky_relu"


@dataclass(frozen=True)
class ELU(ActivationLayer):
    """Positive numbers stay, a negative x becomes `alpha` × (exp(x) − 1).

    >>> ELU().alpha
    1.0
    """

    keras_arguments = ("alpha",)

    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number(self.alpha, "alpha")

    @property
    def activation_name(self) -> str:
        """The function by its name, whatever its alpha is."""
        return "elu"


class Softmax(ActivationLayer):
    """The shares of each position's channels, exp(x) / sum of exp(x), which add up to 1.

    >>> Softmax().output_shape((10,))
    (10,)
    """

    keras_arguments = ("axis",)

    @property
    def activation_name(self) -> str:
        """The function by its name."""
        return SOFTMAX
