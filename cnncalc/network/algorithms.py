"""Which algorithm training takes for each layer, and why: the one place where that is decided.

All algorithms give the same numbers, but for the last bits. What is fast follows from the shapes
alone, so that a training takes the same course on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from cnncalc.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    PoolingLayer,
    Shape,
)
from cnncalc.ops.row_convolution import is_turnable

__all__ = ["Choice", "choose"]

# BLAS gives a product of so many rows about two thirds of its speed, and one of four times as many
# all of it. From here on the larger product's extra arithmetic costs more than it gains. Measured.
FEW_FILTERS = 16

# BLAS is as fast with patches of so many numbers as with larger ones, which cost more copying.
# With half of it, adding the products up costs more than copying does. Measured.
MANY_NUMBERS = 64

# A product that gives all outputs of a pooling cell multiplies so many times as much, its window's
# area by the kernel's. With 2.6 times it takes three quarters of the time, with 4 all. Measured.
MOST_ARITHMETIC = 3


class Choice(NamedTuple):
    """An algorithm for one layer, or for several that it works out together.

    `first` is the position of the first of its `layers`; `algorithm` is one of "blocked product",
    "patches", "row products", "plain product", "cell by cell" and "layer by layer"; `reason` says
    why, for people.
    """

    first: int
    layers: int
    algorithm: str
    reason: str


def choose(layers: Sequence[Layer], input_shape: Shape) -> tuple[Choice, ...]:
    """Choose an algorithm for each layer of a network in training.

    Arguments: the `layers` in order; one sample's `input_shape`.
    Returns the choices in the layers' order; each layer is in one of them.

    >>> layers = [Conv2D(10, 5, activation="relu"), MaxPooling2D(2), Flatten(), Dense(2)]
    >>> [(one.layers, one.algorithm) for one in choose(layers, (300, 300, 3))]
    [(2, 'blocked product'), (2, 'plain product')]
    """
    if any(isinstance(layer, BatchNormalization) for layer in layers):
        reason = "batch normalization needs the whole batch at once, too much to keep its patches"
        return tuple(Choice(i, 1, "layer by layer", reason) for i in range(len(layers)))
    return tuple(_choices(layers, input_shape))


def _choices(layers: Sequence[Layer], shape: Shape) -> Iterator[Choice]:
    first = 0
    while first < len(layers):
        choice = _choose_first(layers[first:], shape)._replace(first=first)
        for layer in layers[first : first + choice.layers]:
            shape = layer.output_shape(shape)
        first += choice.layers
        yield choice


def _choose_first(layers: Sequence[Layer], shape: Shape) -> Choice:
    """Choose for the first layer, and those behind it that it takes along."""
    layer, behind = layers[0], layers[1] if len(layers) > 1 else None
    if isinstance(layer, Conv2D):
        return _convolution(layer, behind, shape)
    if isinstance(layer, MaxPooling2D | AveragePooling2D) and _side_by_side(layer, shape):
        return Choice(0, 1, "cell by cell", "its windows lie side by side, without padding")
    if isinstance(layer, Flatten) and isinstance(behind, Dense):
        reason = "its weights are brought into the images' order, once a batch"
        return Choice(0, 2, "plain product", reason)
    if isinstance(layer, Dense) and len(shape) == 1:
        return Choice(0, 1, "plain product", "a matrix product already")
    return Choice(0, 1, "layer by layer", "the calculator's own operation serves well")


def _convolution(layer: Conv2D, behind: Layer | None, shape: Shape) -> Choice:
    geometry = layer.geometry(shape)
    if layer.groups > 1:
        return Choice(0, 1, "layer by layer", "each group of channels has a product of its own")
    if isinstance(behind, MaxPooling2D) and _pools_blocks(layer, behind, shape):
        reason = (
            f"{layer.filters} filters are few for a product: it gives all outputs of a pooling "
            f"cell at once, by {_arithmetic(layer, behind, shape):.2f} times the arithmetic"
        )
        return Choice(0, 2, "blocked product", reason)
    if geometry.kernel == (1, 1) and geometry.strides == (1, 1) and not any(geometry.pads):
        return Choice(0, 1, "plain product", "a 1×1 window is a product of channels and filters")
    numbers = geometry.kernel.width * shape[2]
    if numbers >= MANY_NUMBERS and is_turnable(geometry):
        reason = f"{numbers} numbers in a row of the kernel are enough for a product a row"
        return Choice(0, 1, "row products", reason)
    numbers *= geometry.kernel.height
    reason = f"one product of patches of {numbers} numbers and {layer.filters} filters"
    return Choice(0, 1, "patches", reason)


def _pools_blocks(layer: Conv2D, behind: MaxPooling2D, shape: Shape) -> bool:
    """Say whether a pooling behind a convolution had better be part of its product."""
    return (
        layer.filters < FEW_FILTERS
        # What keeps the order of numbers can wait until the largest is found.
        and layer.activation in ("relu", "linear")
        and max(layer.geometry(shape).dilation_rate) == 1
        and _side_by_side(behind, layer.output_shape(shape))
        and _arithmetic(layer, behind, shape) <= MOST_ARITHMETIC
    )


def _arithmetic(layer: Conv2D, behind: MaxPooling2D, shape: Shape) -> float:
    """Return the area below a pooling cell, in kernels: how much more a blocked product does."""
    geometry = layer.geometry(shape)
    sides = zip(geometry.kernel, geometry.strides, behind.window_size, strict=True)
    return prod(((pool - 1) * stride + kernel) / kernel for kernel, stride, pool in sides)


def _side_by_side(layer: PoolingLayer, shape: Shape) -> bool:
    """Say whether windows neither overlap, nor leave gaps, nor reach into padding."""
    geometry = layer.geometry(shape)
    return geometry.strides == geometry.kernel and not any(geometry.pads)
