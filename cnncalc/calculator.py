"""The calculator: one convolution or pooling of one image, as a function and as a network.

`convolve` and `pool` answer with the result alone, by the fast path. `Calculation.network` and
`pooling_network` build what `trace.record` takes, for those who want every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cnncalc.errors import OptionError, ShapeError, received
from cnncalc.layers import (
    Combine,
    Conv2D,
    DepthwiseConv2D,
    Layer,
    PoolingLayer,
    Shape,
)
from cnncalc.layers.pooling import POOLING_LAYERS, PoolingMode
from cnncalc.network import Array, Network, assemble, forward
from cnncalc.ops.numbers import bias_numbers, finite_numbers, overflow_allowed, require_held
from cnncalc.shapes import whole_numbers

__all__ = ["Calculation", "convolve", "pool", "pooling_layer", "pooling_network"]


def convolve(
    x: Any,  # noqa: ANN401 (anything NumPy takes)
    kernels: Any,  # noqa: ANN401 (likewise)
    bias: float | Sequence[float] | None = None,
    *,
    padding: str | int | Sequence[int] = "valid",
    strides: int | Sequence[int] = 1,
    dilation_rate: int | Sequence[int] = 1,
    activation: str | None = None,
) -> Array:
    """Convolve an image with one kernel or several; the kernel is not flipped, as in Keras.

    Arguments: `x`, (height, width) or (height, width, channels); `kernels`, one of
    (height, width) or (height, width, channels), a list of such arrays, or all in Keras's
    (height, width, channels, filters); `bias`, one number or one a filter; the others as in
    Keras's Conv2D, `padding` in numbers as well.
    Returns (height, width, filters) in float64; (height, width) where `x` and `kernels` are 2-D.
    Raises ShapeError or OptionError where the arguments don't fit or aren't finite numbers, and
    where the result grows beyond float64.

    >>> convolve([[18, 54, 51], [55, 121, 75], [35, 24, 204]], [[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    array([[429.]])
    """
    image = _volume(x)
    options = Calculation(kernels, bias, padding, strides, dilation_rate, activation)
    result = _calculated(options.network(image.shape), image)
    is_plain = np.ndim(x) == 2 and not _is_several(kernels) and np.ndim(kernels) == 2
    return result[:, :, 0] if is_plain else result


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
    Raises ShapeError or OptionError as `convolve` does.

    >>> pool([[429, 505], [261, 792]])
    array([[792.]])
    """
    image = _volume(x)
    network = pooling_network(image.shape, pooling_layer(mode, size, strides, padding))
    result = _calculated(network, image)
    return result[:, :, 0] if np.ndim(x) == 2 else result


@dataclass(frozen=True, eq=False)
class Calculation:
    """All options of `cnncalc convolve`: a convolution, then a combination, then a pooling.

    Arguments: `kernel` (height, width, channels, filters), or one kernel of fewer
    dimensions, its channels 1 where `depthwise`; `bias`, one number or one a filter; `padding`,
    `strides`, `dilation_rate` and `activation` as in Keras's Conv2D, `padding` in numbers as well;
    `depthwise`, whether each channel is convolved by itself; `combine`, "sum" or "max" of the
    filters' outputs; a `pooling` layer.
    Raises ShapeError or OptionError for a kernel or a bias that can't be used.

    >>> Calculation([[1, 0], [0, 1]], bias=2).network((3, 3)).shapes
    ((3, 3, 1), (2, 2, 1))
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
        object.__setattr__(self, "bias", _biases(self.bias, self.kernel.shape[3]))
        _require_pooling(self.pooling)
        _require_combine(self.combine)

    def network(self, input_shape: Sequence[int]) -> Network:
        """Return the calculation as a network for an image.

        Arguments: the image's `input_shape`, (height, width, channels) or (height, width).
        Raises ShapeError or OptionError where the options don't fit the image or each other.
        """
        input_shape = _image_shape(input_shape)
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
        # Depthwise, each channel has the kernels' biases in turn, as it has the kernels.
        return {"bias": np.resize(self.bias, units)}


def pooling_network(input_shape: Sequence[int], layer: PoolingLayer) -> Network:
    """Build the calculation of `cnncalc pool` for an image.

    Arguments: the image's `input_shape`, (height, width, channels) or (height, width); the
    pooling `layer`.
    Raises ShapeError where the window does not fit the image.

    >>> pooling_network((4, 4), pooling_layer("max")).shapes
    ((4, 4, 1), (2, 2, 1))
    """
    return assemble([layer], _image_shape(input_shape), [{}])


def pooling_layer(
    mode: str,
    size: int | Sequence[int] = 2,
    strides: int | Sequence[int] | None = None,
    padding: str | int | Sequence[int] = "valid",
) -> PoolingLayer:
    """Return the pooling layer of a mode.

    Arguments: `mode`, "max", "average" or "l2"; the window's `size`, its `strides` and its
    `padding` as in `pool`.
    Raises OptionError for another mode or unusable numbers.

    >>> pooling_layer("l2", 3).pool_size
    Size(height=3, width=3)
    """
    if not isinstance(mode, str) or mode not in POOLING_LAYERS:
        *modes, last = (f'"{known}"' for known in POOLING_LAYERS)
        message = f"mode must be {', '.join(modes)} or {last}. Received: mode={received(mode)}"
        raise OptionError(message)
    return POOLING_LAYERS[mode](size, strides, padding)


def _calculated(network: Network, image: Array) -> Array:
    """Return a network's output for one image, no number of it beyond float64."""
    with overflow_allowed():
        result: Array = forward(network, image[np.newaxis])[0]
    require_held(result, "the result")
    return result


def _volume(x: Any) -> Array:  # noqa: ANN401 (anything NumPy takes)
    array = finite_numbers(x, "x")
    if array.ndim not in (2, 3) or not array.size:
        message = (
            "an image must be (height, width) or (height, width, channels). "
            f"Received: shape {array.shape}"
        )
        raise ShapeError(message)
    return array if array.ndim == 3 else array[:, :, np.newaxis]


def _image_shape(input_shape: Sequence[int]) -> Shape:
    sizes = whole_numbers(input_shape)
    if len(sizes) not in (2, 3) or min(sizes) < 1:
        message = (
            "input_shape must be (height, width) or (height, width, channels). "
            f"Received: input_shape={received(input_shape)}"
        )
        raise ShapeError(message)
    return sizes if len(sizes) == 3 else (*sizes, 1)


def _filters(kernels: Any) -> Array:  # noqa: ANN401 (anything NumPy takes)
    if _is_several(kernels):
        return _stacked([_filters(kernel) for kernel in kernels])
    array = finite_numbers(kernels, "kernels").copy()
    if array.ndim not in (2, 3, 4) or not array.size:
        message = (
            "kernels must be (height, width), (height, width, channels) or (height, width, "
            f"channels, filters). Received: shape {array.shape}"
        )
        raise ShapeError(message)
    array = array.reshape(array.shape + (1,) * (4 - array.ndim))
    array.flags.writeable = False
    return array


def _is_several(kernels: object) -> bool:
    """Tell a list of arrays, a kernel each, from the nested lists of one kernel."""
    if not isinstance(kernels, list | tuple) or not kernels:
        return False
    return all(isinstance(kernel, np.ndarray) and kernel.ndim > 1 for kernel in kernels)


def _stacked(kernels: list[Array]) -> Array:
    sizes = {kernel.shape[:3] for kernel in kernels}
    if len(sizes) > 1:
        message = "several kernels must have one size. "
        raise ShapeError(message + f"Received: {', '.join(map(str, sorted(sizes)))}")
    array = np.concatenate(kernels, axis=3)
    array.flags.writeable = False
    return array


def _biases(bias: Any, filters: int) -> tuple[float, ...] | None:  # noqa: ANN401 (likewise)
    if bias is None:
        return None
    numbers = np.atleast_1d(finite_numbers(bias_numbers(bias), "bias"))
    if numbers.shape not in ((1,), (filters,)):
        message = f"bias must be one number, or one a kernel ({filters}). "
        size = f"{numbers.size} numbers" if numbers.ndim == 1 else f"shape {numbers.shape}"
        raise OptionError(message + f"Received: {size}")
    return tuple(numbers.tolist())


def _require_pooling(pooling: object) -> None:
    if pooling is not None and not isinstance(pooling, PoolingLayer):
        message = "pooling must be a layer, such as pooling_layer('max', 2). "
        raise OptionError(message + f"Received: pooling={received(pooling)}")


def _require_combine(combine: object) -> None:
    if combine not in (None, "sum", "max"):
        message = f'combine must be "sum" or "max". Received: combine={received(combine)}'
        raise OptionError(message)


def _require_depth(kernel: Array, input_shape: Shape) -> None:
    if kernel.shape[2] != input_shape[2]:
        message = (
            "a kernel must be as deep as its input. "
            f"Received: a kernel {kernel.shape[2]} deep, an input {input_shape[2]} deep"
        )
        raise ShapeError(message)
