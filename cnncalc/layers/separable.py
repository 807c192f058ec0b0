"""Keras's SeparableConv2D, which is read as the two convolutions that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cnncalc.layers.base import Layer
from cnncalc.layers.convolution import Conv2D, DepthwiseConv2D
from cnncalc.layers.regularizers import L1L2
from cnncalc.shapes import Padding

__all__ = ["SeparableConv2D"]


@dataclass(frozen=True)
class SeparableConv2D(Layer):
    """What Keras's layer is told: no network holds one, as all readers split it.

    First it convolves each channel by itself, without a bias; then a 1×1 convolution mixes them.
    Source: https://keras.io/api/layers/convolution_layers/separable_convolution2d/

    >>> depthwise, pointwise = SeparableConv2D(8, 3, name="block").split()
    >>> depthwise.name, depthwise.use_bias, pointwise.name, pointwise.kernel_size.height
    ('block_depthwise', False, 'block_pointwise', 1)
    """

    keras_arguments = (
        *("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate"),
        *("depth_multiplier", "activation", "use_bias"),
        *("depthwise_initializer", "pointwise_initializer", "bias_initializer"),
        *("depthwise_regularizer", "pointwise_regularizer", "bias_regularizer"),
        *("activity_regularizer", "depthwise_constraint", "pointwise_constraint"),
        "bias_constraint",
    )

    filters: int
    kernel_size: int | Sequence[int]
    strides: int | Sequence[int] = 1
    padding: str | int | Sequence[int] | Padding = "valid"
    dilation_rate: int | Sequence[int] = 1
    depth_multiplier: int = 1
    activation: str | None = None
    use_bias: bool = True
    depthwise_regularizer: L1L2 | str | None = field(default=None, kw_only=True)
    pointwise_regularizer: L1L2 | str | None = field(default=None, kw_only=True)
    bias_regularizer: L1L2 | str | None = field(default=None, kw_only=True)

    def split(self) -> tuple[DepthwiseConv2D, Conv2D]:
        """Return its two convolutions, their names made of its own.

        Raises OptionError for a value that doesn't do.
        """
        depthwise = DepthwiseConv2D(
            self.kernel_size,
            self.strides,
            self.padding,
            self.depth_multiplier,
            dilation_rate=self.dilation_rate,
            use_bias=False,
            depthwise_regularizer=self.depthwise_regularizer,
            name=f"{self.name}_depthwise" if self.name else "",
            trainable=self.trainable,
            inputs=self.inputs,
        )
        pointwise = Conv2D(
            self.filters,
            1,
            activation=self.activation,
            use_bias=self.use_bias,
            kernel_regularizer=self.pointwise_regularizer,
            bias_regularizer=self.bias_regularizer,
            name=f"{self.name}_pointwise" if self.name else "",
            trainable=self.trainable,
        )
        return depthwise, pointwise
