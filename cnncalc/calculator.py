"""The calculator: one convolution or pooling of one image, as a function and as a network.

`convolve` and `pool` answer with the result alone, by the fast path. `Calculation.network` and
`pooling_network` build what `trace.record` takes, for those who want every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cnncalc.errors import OptionError, ShapeError
from cnncalc.layers import (
    AveragePooling2D,
    Combine,
    Conv2D,
    DepthwiseConv2D,
    L2Pooling2D,
    Layer,
    MaxPooling2D,
    PoolingLayer,
    Shape,
)
from cnncalc.network import Array, Network, assemble, forward

__all__ = ["Calculation", "convolve", "pool", "pooling_layer", "pooling_network"]

PoolingMode = Literal["max", "average", "l2"]

_POOLING_LAYERS: dict[str, type[PoolingLayer]] = {
    "max": MaxPooling2D,
    "average": AveragePooling2D,
    "l2": L2Pooling2D,
}


def convolve(
    x: Any,  # noqa: ANN401 (anything NumPy takes)
    kernels: Any,  # noqa: ANN401
    bias: float | Sequence[float] | None = None,
    *,
    padding: str | int | Sequence[int] = "valid",
    strides: int | Sequence[int] = 1,
    dilation_rate: int | Sequence[int] = 1,
    activation: str | None = None,
) -> Array:
    """Convolve an image with one kernel or several; the kernel is not flipped, as in Keras.

    Arguments: `x`, (height, width) or (height, width, channels); `kernels`, one of
    (height, width) or (height, width, channels), or all in Keras's (height, width, channels,
    filters); `bias`, one number or one a filter; the others as in Keras's Conv2D, `padding` in
    numbers as well.
    Returns (height, width, filters) in float64; (height, width) where `x` and `kernels` are 2-D.
    Raises ShapeError or OptionError where the arguments don't fit.

    >>> convolve([[18, 54, 51], [55, 121, 75], [35, 24, 204]], [[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    array([[429.]])
    """
    image = _volume(x)
    options = Calculation(kernels, bias, padding, strides, dilation_rate, activation)
    result: Array = forward(options.network(image.shape), image[np.newaxis])[0]
    return result[:, :, 0] if np.ndim(x) == np.ndim(kernels) == 2 else result


def pool(
    x: Any,  # noqa: ANN401 (anything NumPy takes)
    size: int | Sequence[int] = 2,
    strides: int | Sequence[int] | None = None,
    *,
    mode: PoolingMode = "max",
    padding: str | int | Sequence[int] = "valid",
) -> Array:
    """Pool an image: each depth slice by itself.

    Arguments: `x`, (height, width) or (height, width, channels); the window's `size`; its
    `strides`, the size where left out; `mode`, "max", "average" or "l2"; `padding` as
    in `convolve`.
    Returns an array of as many dimensions as `x`, float64.
    Raises ShapeError or OptionError where the arguments don't fit.

    >>> pool([[429, 505], [261, 792]])
    array([[792.]])
    """
    image = _volume(x)
    network = pooling_network(image.shape, pooling_layer(mode, size, strides, padding))
    result: Array = forward(network, image[np.newaxis])[0]
    return result[:, :, 0] if np.ndim(x) == 2 else result


@dataclass(frozen=True)
class Calculation:
    """All options of `cnncalc convolve`: a convolution, then a combination, then a pooling.

    Arguments: `kernel` (height, width, channels, filters), or one kernel of fewer
    dimensions, its channels 1 where `depthwise`;
    `bias`, one number or one a filter; the others as in Keras's Conv2D, `padding` in numbers as
    well.
    """

    kernel: Array
    bias: float | Sequence[float] | None = None
    padding: str | int | Sequence[int] = "valid"
    strides: int | Sequence[int] = 1
    dilation_rate: int | Sequence[int] = 1
    activation: str | None = None
    depthwise: bool = False
    combine: Literal["sum", "max"] | None = None
    pooling: PoolingLayer | None = None

    def __post_init__(self) -> None:
        # A frozen dataclass normalises its own arguments once, at construction.
        object.__setattr__(self, "kernel", _filters(self.kernel))

    def network(self, input_shape: Shape) -> Network:
        """Return the calculation as a network for an image of (height, width, channels).

        Raises ShapeError or OptionError where the options don't fit the image or each other.
        """
        layer = self._depthwise_layer() if self.depthwise else self._layer()
        kernel = self.kernel
        if self.depthwise:
            kernel = np.repeat(kernel, input_shape[2], axis=2)
        _require_depth(kernel, input_shape)
        weights = {"kernel": kernel} | self._bias(layer.output_shape(input_shape)[2])
        later: list[Layer] = [Combine(self.combine)] if self.combine else []
        later += [self.pooling] if self.pooling else []
        return assemble([layer, *later], input_shape, [weights, *({} for _ in later)])

    def _layer(self) -> Layer:
        return Conv2D(
            self.kernel.shape[3],
            self.kernel.shape[:2],
            self.strides,
            self.padding,
            dilation_rate=self.dilation_rate,
            activation=self.activation,
            use_bias=self.bias is not None,
        )

    def _depthwise_layer(self) -> Layer:
        return DepthwiseConv2D(
            self.kernel.shape[:2],
            self.strides,
            self.padding,
            self.kernel.shape[3],
            dilation_rate=self.dilation_rate,
            activation=self.activation,
            use_bias=self.bias is not None,
        )

    def _bias(self, units: int) -> dict[str, Array]:
        if self.bias is None:
            return {}
        numbers = np.atleast_1d(np.asarray(self.bias, dtype=np.float64))
        filters = self.kernel.shape[3]
        if numbers.shape not in ((1,), (filters,)):
            message = f"bias must be one number, or one a kernel ({filters}). "
            raise OptionError(message + f"Received: {numbers.size} numbers")
        # Depthwise, each channel has the kernels' biases in turn, as it has the kernels.
        return {"bias": np.resize(numbers, units)}


def pooling_network(input_shape: Shape, layer: PoolingLayer) -> Network:
    """Build the calculation of `cnncalc pool` for an image of (height, width, channels)."""
    return assemble([layer], input_shape, [{}])


def pooling_layer(
    mode: str,
    size: int | Sequence[int] = 2,
    strides: int | Sequence[int] | None = None,
    padding: str | int | Sequence[int] = "valid",
) -> PoolingLayer:
    """Return the pooling layer of a mode, "max", "average" or "l2".

    Raises OptionError for another mode or unusable numbers.

    >>> pooling_layer("l2", 3).pool_size
    Size(height=3, width=3)
    """
    if mode not in _POOLING_LAYERS:
        message = f'mode must be "max", "average" or "l2". Received: mode={mode!r}'
        raise OptionError(message)
    return _POOLING_LAYERS[mode](size, strides, padding)


def _volume(x: Any) -> Array:  # noqa: ANN401
    array = np.asarray(x, dtype=np.float64)
    if array.ndim not in (2, 3) or not array.size:
        message = (
            "an image must be (height, width) or (height, width, channels). "
            f"Received: shape {array.shape}"
        )
        raise ShapeError(message)
    return array if array.ndim == 3 else array[:, :, np.newaxis]


def _filters(kernels: Any) -> Array:  # noqa: ANN401
    array = np.asarray(kernels, dtype=np.float64)
    if array.ndim not in (2, 3, 4) or not array.size:
        message = (
            "kernels must be (height, width), (height, width, channels) or (height, width, "
            f"channels, filters). Received: shape {array.shape}"
        )
        raise ShapeError(message)
    return array.reshape(array.shape + (1,) * (4 - array.ndim))


def _require_depth(kernel: Array, input_shape: Shape) -> None:
    if kernel.shape[2] != input_shape[2]:
        message = (
            "a kernel must be as deep as its input. "
            f"Received: a kernel {kernel.shape[2]} deep, an input {input_shape[2]} deep"
        )
        raise ShapeError(message)
