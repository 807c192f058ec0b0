"""The layers around convolution and pooling: input, scaling, flattening, dense, regularization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, Literal

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers.base import Layer, Shape, check_activation, size_text
from cnncalc.layers.checks import check_count, check_flag, check_number
from cnncalc.layers.kernel import KERNEL_OPTIONS, LORA_OPTIONS, KernelLayer
from cnncalc.layers.regularizers import L1L2, check_regularizer

__all__ = [
    "BatchNormalization",
    "Combine",
    "Dense",
    "Dropout",
    "Flatten",
    "InputLayer",
    "Rescaling",
]


@dataclass(frozen=True)
class InputLayer(Layer):
    """The shape of one sample; the sample passes as it is.

    >>> InputLayer((300, 300, 3)).output_shape((300, 300, 3))
    (300, 300, 3)
    """

    keras_arguments = ("shape", "batch_size", "dtype", "sparse", "ragged", "batch_shape")

    shape: Sequence[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        sizes = tuple(self.shape) if isinstance(self.shape, Sequence) else ()
        if not sizes or any(type(size) is not int or size < 1 for size in sizes):
            message = "shape must be whole numbers, at least 1 each, such as (28, 28, 1). "
            raise OptionError(message + f"Received: shape={self.shape!r}")
        self._set(shape=sizes)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape as it is; raises ShapeError for another one."""
        if input_shape != self.shape:
            message = (
                f"InputLayer must be given its own shape, {self.shape}. "
                f"Received: input shape {input_shape}"
            )
            raise ShapeError(message)
        return input_shape


@dataclass(frozen=True)
class Rescaling(Layer):
    """Each number times `scale`, plus `offset`; a sequence holds one number a channel.

    >>> Rescaling(1 / 255).output_shape((28, 28, 1))
    (28, 28, 1)
    """

    keras_arguments = ("scale", "offset")

    scale: float | Sequence[float]
    offset: float | Sequence[float] = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("scale", "offset"):
            value = getattr(self, name)
            several = isinstance(value, Sequence) and not isinstance(value, str)
            for number in value if several else (value,):
                check_number(number, name)
            self._set(**{name: tuple(map(float, value)) if several else float(value)})

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape as it is; raises ShapeError for another number of channels."""
        for value in (self.scale, self.offset):
            if isinstance(value, tuple) and len(value) not in (1, input_shape[-1]):
                message = (
                    f"scale and offset must have one number a channel ({input_shape[-1]}). "
                    f"Received: {len(value)} numbers"
                )
                raise ShapeError(message)
        return input_shape

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the products of one forward pass: one a number."""
        return prod(input_shape)


class Flatten(Layer):
    """All numbers of a sample in one row: row by row, column by column, channel by channel.

    >>> Flatten().output_shape((148, 148, 10))
    (219040,)
    """

    keras_arguments = ("data_format",)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height × width × channels,)."""
        return (prod(input_shape),)


@dataclass(frozen=True)
class Dense(KernelLayer):
    """A fully connected layer: every unit weighs every input, adds its bias, then activates.

    On (height, width, channels) it works on the channels of each position, as in Keras.

    >>> Dense(2).output_shape((219040,))
    (2,)
    """

    keras_arguments = (
        "units",
        "activation",
        "use_bias",
        *KERNEL_OPTIONS,
        *LORA_OPTIONS,
        "quantization_config",
    )

    output_noun: ClassVar[str] = "unit"

    units: int
    activation: str | None = None
    use_bias: bool = True
    kernel_regularizer: L1L2 | str | None = field(default=None, kw_only=True)
    bias_regularizer: L1L2 | str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.units, "units")
        check_flag(self.use_bias, "use_bias")
        self._set(
            activation=check_activation(self.activation),
            kernel_regularizer=check_regularizer(self.kernel_regularizer, "kernel_regularizer"),
            bias_regularizer=check_regularizer(self.bias_regularizer, "bias_regularizer"),
        )

    @property
    def regularizers(self) -> Mapping[str, L1L2]:
        """The penalties on `kernel` and `bias`, as far as they have one."""
        return self._regularizers(self.kernel_regularizer)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (units,), or (height, width, units) where the input is not flat."""
        return (*input_shape[:-1], self.units)

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shapes of `kernel` (inputs, units) and `bias` (units,)."""
        return self._with_bias((input_shape[-1], self.units), self.units)

    def parameter_formula(self, input_shape: Shape) -> str:
        """Return the count as (inputs + bias) × units.

        >>> Dense(2).parameter_formula((219040,))
        '(219,040 + 1) × 2 = 438,082'
        """
        inputs = f"{input_shape[-1]:,}"
        weights = f"({inputs} + 1)" if self.use_bias else inputs
        return f"{weights} × {self.units:,} = {self.parameter_count(input_shape):,}"

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the products of one forward pass: inputs × units, at each position."""
        return prod(input_shape) * self.units

    def note(self, input_shape: Shape) -> str:
        """Return a sentence where the input is not flat, or where softmax has one unit only."""
        if len(input_shape) > 1:
            positions = size_text(input_shape[:-1])
            channels = "channel" if input_shape[-1] == 1 else f"{input_shape[-1]:,} channels"
            return (
                f"its input, {size_text(input_shape)}, is not flat: as in Keras, it works on the "
                f"{channels} of each of the {positions} positions by itself; "
                "Flatten() before it would join them"
            )
        if self.units == 1 and self.has_softmax:
            return "softmax of a single unit is always 1; two classes need two units, or sigmoid"
        return ""


@dataclass(frozen=True)
class Dropout(Layer):
    """In training, a share `rate` of the numbers becomes 0, the others grow by 1 / (1 − rate).

    >>> Dropout(0.5).output_shape((10,))
    (10,)
    """

    keras_arguments = ("rate", "noise_shape", "seed")

    rate: float

    is_random: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number(self.rate, "rate", least=0, most=1)


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Each channel less its mean, over its standard deviation; then times gamma, plus beta.

    In training the batch's own mean and variance are used, and the moving ones follow them:
    moving × `momentum` + batch's × (1 − `momentum`). Otherwise, and where the layer is frozen, the
    moving ones are used as they are.
    https://keras.io/api/layers/normalization_layers/batch_normalization/

    >>> layer = BatchNormalization()
    >>> layer.parameter_count((28, 28, 10)), layer.trainable_count((28, 28, 10))
    (40, 20)
    """

    keras_arguments = (
        *("axis", "momentum", "epsilon", "center", "scale"),
        *("beta_initializer", "gamma_initializer"),
        *("moving_mean_initializer", "moving_variance_initializer"),
        *("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"),
        *("renorm", "renorm_clipping", "renorm_momentum", "synchronized"),
    )

    momentum: float = field(default=0.99, kw_only=True)
    epsilon: float = field(default=0.001, kw_only=True)
    center: bool = field(default=True, kw_only=True)
    scale: bool = field(default=True, kw_only=True)

    non_trainable: ClassVar[frozenset[str]] = frozenset({"moving_mean", "moving_variance"})

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number(self.momentum, "momentum")
        check_number(self.epsilon, "epsilon", least=0)
        check_flag(self.center, "center")
        check_flag(self.scale, "scale")

    @property
    def needs_batch(self) -> bool:
        """Whether it works by the mean and the variance of a whole batch: unless it is frozen."""
        return self.trainable

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shapes of `gamma`, `beta`, `moving_mean`, `moving_variance`: (channels,)."""
        names = ["gamma"] * self.scale + ["beta"] * self.center + ["moving_mean", "moving_variance"]
        return dict.fromkeys(names, (input_shape[-1],))

    def parameter_formula(self, input_shape: Shape) -> str:
        """Return the count as weights × channels.

        >>> BatchNormalization().parameter_formula((28, 28, 10))
        '4 × 10 = 40'
        """
        kinds = len(self.weight_shapes(input_shape))
        return f"{kinds} × {input_shape[-1]:,} = {self.parameter_count(input_shape):,}"

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the products of one forward pass: one a number, its scale and shift joined."""
        return prod(input_shape)


@dataclass(frozen=True)
class Combine(Layer):
    """All filters' outputs made one, cell by cell: their sum or their maximum (not Keras's).

    >>> Combine("sum").output_shape((17, 3, 2))
    (17, 3, 1)
    """

    keras_arguments = ("mode",)  # Keras lacks it

    mode: Literal["sum", "max"] = "sum"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode not in ("sum", "max"):
            message = f'combine must be "sum" or "max". Received: mode={self.mode!r}'
            raise OptionError(message)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, 1)."""
        height, width, _ = self._volume(input_shape)
        return (height, width, 1)
