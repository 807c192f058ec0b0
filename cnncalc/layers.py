"""Layer specifications in Keras's vocabulary: what a layer is, never what it computes.

A layer is an immutable value. It knows its shapes and counts; its arithmetic is in `ops`, its
weights are in a `Network`. Shapes are (height, width, channels), or (units,) once flattened.
Arguments, their order and their defaults are Keras's (https://keras.io/api/layers/); `padding`
takes numbers as well (see `shapes.normalize_padding`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Literal

from cnncalc import shapes
from cnncalc.errors import OptionError, ShapeError
from cnncalc.shapes import Geometry, Padding, Size

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "AveragePooling2D",
    "Combine",
    "Conv2D",
    "ConvolutionLayer",
    "DepthwiseConv2D",
    "L2Pooling2D",
    "Layer",
    "MaxPooling2D",
    "PoolingLayer",
    "Shape",
    "WindowLayer",
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
    """One layer of a network; `name` is given by the network where it is left empty."""

    name: str = field(default="", kw_only=True)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the result for one sample of `input_shape`."""
        return input_shape

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shape of each weight by its Keras name, in Keras's order."""
        return {}

    def parameter_count(self, input_shape: Shape) -> int:
        """Return how many numbers the layer's weights hold."""
        return sum(prod(shape) for shape in self.weight_shapes(input_shape).values())

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return how many products a forward pass of one sample adds up."""
        return 0

    def _set(self, **values: object) -> None:
        # A frozen dataclass normalises its own arguments once, at construction.
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def _volume(self, input_shape: Shape) -> tuple[int, int, int]:
        if len(input_shape) != 3:
            message = (
                f"{type(self).__name__} must be given (height, width, channels). "
                f"Received: input shape {input_shape}"
            )
            raise ShapeError(message)
        height, width, channels = input_shape
        return height, width, channels


def _check_activation(activation: str | None) -> str:
    name = "linear" if activation is None else activation
    if name not in ACTIVATIONS:
        message = f"activation must be one of {', '.join(ACTIVATIONS)}. "
        raise OptionError(message + f"Received: activation={activation!r}")
    return name


def _check_count(value: int, name: str) -> None:
    if type(value) is not int or value < 1:
        message = f"{name} must be a whole number, at least 1. Received: {name}={value!r}"
        raise OptionError(message)


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
        return shapes.geometry(
            (height, width), self.window_size, strides, self.padding, self.dilation_rate
        )


class ConvolutionLayer(WindowLayer):
    """What `Conv2D` and `DepthwiseConv2D` share: a kernel, a bias and an activation."""

    kernel_size: int | Sequence[int]
    activation: str | None
    use_bias: bool

    @property
    def window_size(self) -> Size:
        """The (height, width) of the kernel."""
        return shapes.pair(self.kernel_size, "kernel_size")

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the products of one forward pass: output cells × cells of one filter."""
        kernel = self.weight_shapes(input_shape)["kernel"]
        cells = prod(kernel[:3]) if isinstance(self, Conv2D) else prod(kernel[:2])
        return prod(self.output_shape(input_shape)) * cells

    def _normalize_window(self) -> None:
        self._set(
            kernel_size=shapes.pair(self.kernel_size, "kernel_size"),
            strides=shapes.pair(self.strides or 0, "strides"),
            padding=shapes.normalize_padding(self.padding),
            dilation_rate=shapes.pair(self.dilation_rate, "dilation_rate"),
            activation=_check_activation(self.activation),
        )

    def _with_bias(self, weights: dict[str, Shape], units: int) -> dict[str, Shape]:
        return weights | {"bias": (units,)} if self.use_bias else weights


@dataclass(frozen=True)
class Conv2D(ConvolutionLayer):
    """A convolution (a cross-correlation: the kernel is not flipped) with one bias a filter.

    >>> Conv2D(10, 5).output_shape((32, 32, 3))
    (28, 28, 10)
    """

    filters: int
    kernel_size: int | Sequence[int]
    strides: int | Sequence[int] = 1
    padding: str | int | Sequence[int] | Padding = "valid"
    dilation_rate: int | Sequence[int] = field(default=1, kw_only=True)
    groups: int = field(default=1, kw_only=True)
    activation: str | None = field(default=None, kw_only=True)
    use_bias: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        _check_count(self.filters, "filters")
        _check_count(self.groups, "groups")
        self._normalize_window()

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, filters)."""
        return (*self.geometry(input_shape).output, self.filters)

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shapes of `kernel` (height, width, channels, filters) and `bias`."""
        channels = self._volume(input_shape)[2]
        if channels % self.groups or self.filters % self.groups:
            message = (
                "groups must divide both channels and filters. Received: "
                f"groups={self.groups}, channels={channels}, filters={self.filters}"
            )
            raise ShapeError(message)
        kernel = (*self.window_size, channels // self.groups, self.filters)
        return self._with_bias({"kernel": kernel}, self.filters)


@dataclass(frozen=True)
class DepthwiseConv2D(ConvolutionLayer):
    """A convolution that applies each of `depth_multiplier` 2-D kernels to each channel alone.

    >>> DepthwiseConv2D(3, depth_multiplier=2).output_shape((6, 6, 3))
    (4, 4, 6)
    """

    kernel_size: int | Sequence[int]
    strides: int | Sequence[int] = 1
    padding: str | int | Sequence[int] | Padding = "valid"
    depth_multiplier: int = 1
    dilation_rate: int | Sequence[int] = field(default=1, kw_only=True)
    activation: str | None = field(default=None, kw_only=True)
    use_bias: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        _check_count(self.depth_multiplier, "depth_multiplier")
        self._normalize_window()

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, channels × depth_multiplier)."""
        channels = self._volume(input_shape)[2]
        return (*self.geometry(input_shape).output, channels * self.depth_multiplier)

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shapes of `kernel` (height, width, channels, multiplier) and `bias`."""
        channels = self._volume(input_shape)[2]
        kernel = (*self.window_size, channels, self.depth_multiplier)
        return self._with_bias({"kernel": kernel}, channels * self.depth_multiplier)


@dataclass(frozen=True)
class PoolingLayer(WindowLayer):
    """A window that keeps one number of each depth slice by itself; strides default to its size."""

    pool_size: int | Sequence[int] = 2
    strides: int | Sequence[int] | None = None
    padding: str | int | Sequence[int] | Padding = "valid"

    def __post_init__(self) -> None:
        strides = self.pool_size if self.strides is None else self.strides
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


@dataclass(frozen=True)
class MaxPooling2D(PoolingLayer):
    """The largest number of each window; padding never wins.

    >>> MaxPooling2D(2).output_shape((4, 4, 1))
    (2, 2, 1)
    """


@dataclass(frozen=True)
class AveragePooling2D(PoolingLayer):
    """The mean of each window; `padding="same"` counts pixels only, numbers count their zeros.

    >>> AveragePooling2D(3, strides=1, padding="same").output_shape((6, 6, 2))
    (6, 6, 2)
    """


@dataclass(frozen=True)
class L2Pooling2D(PoolingLayer):
    """The square root of the sum of squares of each window (not a layer of Keras).

    >>> L2Pooling2D(2).output_shape((5, 4, 1))
    (2, 2, 1)
    """


@dataclass(frozen=True)
class Activation(Layer):
    """One of `ACTIVATIONS`, applied to each number (softmax: over the channels).

    >>> Activation("relu").output_shape((4, 4, 1))
    (4, 4, 1)
    """

    activation: str

    def __post_init__(self) -> None:
        self._set(activation=_check_activation(self.activation))


@dataclass(frozen=True)
class Combine(Layer):
    """All filters' outputs made one, cell by cell: their sum or their maximum (not Keras's).

    >>> Combine("sum").output_shape((17, 3, 2))
    (17, 3, 1)
    """

    mode: Literal["sum", "max"] = "sum"

    def __post_init__(self) -> None:
        if self.mode not in ("sum", "max"):
            message = f'combine must be "sum" or "max". Received: mode={self.mode!r}'
            raise OptionError(message)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, 1)."""
        height, width, _ = self._volume(input_shape)
        return (height, width, 1)
