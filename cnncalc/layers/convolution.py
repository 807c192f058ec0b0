"""Convolutions, and the ring of zeros that Keras has as a layer of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import ClassVar, cast

from cnncalc import shapes
from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers.base import Layer, Shape, WindowLayer, check_activation, size_text
from cnncalc.layers.checks import check_count, check_flag
from cnncalc.layers.kernel import KERNEL_OPTIONS, LORA_OPTIONS, KernelLayer
from cnncalc.layers.regularizers import L1L2, check_regularizer
from cnncalc.shapes import Padding, Pads, Size

__all__ = ["Conv2D", "ConvolutionLayer", "DepthwiseConv2D", "ZeroPadding2D"]


class ConvolutionLayer(WindowLayer, KernelLayer):
    """What `Conv2D` and `DepthwiseConv2D` share: a kernel, a bias and an activation."""

    has_filters: ClassVar[bool] = True
    output_noun: ClassVar[str] = "filter"

    kernel_size: int | Sequence[int]
    strides: int | Sequence[int]

    @property
    def window_size(self) -> Size:
        """The (height, width) of the kernel."""
        return shapes.pair(self.kernel_size, "kernel_size")

    def multiply_adds(self, input_shape: Shape) -> int:
        """Return the products of one forward pass: output cells × cells of one filter."""
        return prod(self.output_shape(input_shape)) * prod(self.window_shape(input_shape))

    def parameter_formula(self, input_shape: Shape) -> str:
        """Return the count as (cells of one filter + its bias) × filters.

        >>> Conv2D(10, 5).parameter_formula((300, 300, 3))
        '(5×5×3 + 1) × 10 = 760'
        """
        cells = size_text(self.window_shape(input_shape))
        weights = f"({cells} + 1)" if self.use_bias else cells
        filters = self.output_shape(input_shape)[-1]
        return f"{weights} × {filters:,} = {self.parameter_count(input_shape):,}"

    def note(self, input_shape: Shape) -> str:
        """Return a sentence where Keras has no such convolution."""
        if self.has_strides_and_dilation:
            return "Keras has no convolution with both strides and dilation; cnncalc calculates it"
        return ""

    def _normalize_window(self) -> None:
        check_flag(self.use_bias, "use_bias")
        self._set(
            kernel_size=shapes.pair(self.kernel_size, "kernel_size"),
            strides=shapes.pair(self.strides, "strides"),
            padding=shapes.normalize_padding(self.padding),
            dilation_rate=shapes.pair(self.dilation_rate, "dilation_rate"),
            activation=check_activation(self.activation),
            bias_regularizer=check_regularizer(self.bias_regularizer, "bias_regularizer"),
        )


@dataclass(frozen=True)
class Conv2D(ConvolutionLayer):
    """A convolution (a cross-correlation: the kernel is not flipped) with one bias a filter.

    >>> Conv2D(10, 5).output_shape((32, 32, 3))
    (28, 28, 10)
    """

    keras_arguments = (
        *("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate"),
        *("groups", "activation", "use_bias", *KERNEL_OPTIONS, *LORA_OPTIONS),
    )

    filters: int
    kernel_size: int | Sequence[int]
    strides: int | Sequence[int] = 1
    padding: str | int | Sequence[int] | Padding = "valid"
    dilation_rate: int | Sequence[int] = field(default=1, kw_only=True)
    groups: int = field(default=1, kw_only=True)
    activation: str | None = field(default=None, kw_only=True)
    use_bias: bool = field(default=True, kw_only=True)
    kernel_regularizer: L1L2 | str | None = field(default=None, kw_only=True)
    bias_regularizer: L1L2 | str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.filters, "filters")
        check_count(self.groups, "groups")
        self._normalize_window()
        regularizer = check_regularizer(self.kernel_regularizer, "kernel_regularizer")
        self._set(kernel_regularizer=regularizer)

    @property
    def regularizers(self) -> Mapping[str, L1L2]:
        """The penalties on `kernel` and `bias`, as far as they have one."""
        return self._regularizers(self.kernel_regularizer)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, filters)."""
        return (*self.geometry(input_shape).output, self.filters)

    def window_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, channels of the filter's group)."""
        return self.weight_shapes(input_shape)["kernel"][:3]

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
        return self._with_bias(kernel, self.filters)


@dataclass(frozen=True)
class DepthwiseConv2D(ConvolutionLayer):
    """A convolution that applies each of `depth_multiplier` 2-D kernels to each channel alone.

    >>> DepthwiseConv2D(3, depth_multiplier=2).output_shape((6, 6, 3))
    (4, 4, 6)
    """

    keras_arguments = (
        *("kernel_size", "strides", "padding", "depth_multiplier", "data_format", "dilation_rate"),
        *("activation", "use_bias"),
        *(name.replace("kernel", "depthwise") for name in KERNEL_OPTIONS),
    )

    kernel_size: int | Sequence[int]
    strides: int | Sequence[int] = 1
    padding: str | int | Sequence[int] | Padding = "valid"
    depth_multiplier: int = 1
    dilation_rate: int | Sequence[int] = field(default=1, kw_only=True)
    activation: str | None = field(default=None, kw_only=True)
    use_bias: bool = field(default=True, kw_only=True)
    depthwise_regularizer: L1L2 | str | None = field(default=None, kw_only=True)
    bias_regularizer: L1L2 | str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.depth_multiplier, "depth_multiplier")
        self._normalize_window()
        regularizer = check_regularizer(self.depthwise_regularizer, "depthwise_regularizer")
        self._set(depthwise_regularizer=regularizer)

    @property
    def regularizers(self) -> Mapping[str, L1L2]:
        """The penalties on `kernel` and `bias`, as far as they have one."""
        return self._regularizers(self.depthwise_regularizer)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (height, width, channels × depth_multiplier)."""
        channels = self._volume(input_shape)[2]
        return (*self.geometry(input_shape).output, channels * self.depth_multiplier)

    def weight_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Return the shapes of `kernel` (height, width, channels, multiplier) and `bias`."""
        channels = self._volume(input_shape)[2]
        kernel = (*self.window_size, channels, self.depth_multiplier)
        return self._with_bias(kernel, channels * self.depth_multiplier)


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Rows and columns of zeros around each channel.

    `padding` is one number, (vertical, horizontal), ((top, bottom), (left, right)) or, as
    elsewhere in cnncalc, (top, bottom, left, right).

    >>> ZeroPadding2D(1).output_shape((6, 6, 1))
    (8, 8, 1)
    """

    keras_arguments = ("padding", "data_format")

    padding: int | Sequence[int] | Sequence[Sequence[int]] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        pads = shapes.normalize_padding(self.padding)
        if isinstance(pads, str):
            message = "padding must be 1, 2 or 4 whole numbers of at least 0. "
            raise OptionError(message + f"Received: padding={self.padding!r}")
        self._set(padding=pads)

    @property
    def pads(self) -> Pads:
        """The zeros added on each side."""
        return cast("Pads", self.padding)  # normalised at construction

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (top + height + bottom, left + width + right, channels)."""
        height, width, channels = self._volume(input_shape)
        top, bottom, left, right = self.pads
        return (top + height + bottom, left + width + right, channels)
