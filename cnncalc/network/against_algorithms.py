"""What is against an algorithm of training for a layer, in words: empty where nothing is.

These words decide, too: an algorithm is taken where there is nothing to say against it.
"""

from __future__ import annotations

from math import prod

from cnncalc.layers import LINEAR, Conv2D, Layer, PoolingLayer, Shape
from cnncalc.layers.pooling import of_mode
from cnncalc.ops.blocked_convolution import is_turnable
from cnncalc.ops.pooling import POOLINGS, Pooling

__all__ = [
    "BY_CELL",
    "FEW_FILTERS",
    "against_blocks",
    "against_side_by_side",
    "against_turning",
    "product_arithmetic",
]

# BLAS gives a product of so many rows about two thirds of its speed, and one of four times as many
# all of it. From here on the larger product's extra arithmetic costs more than it gains. Measured.
FEW_FILTERS = 16

# The gradient by a convolution's input is a convolution, too. Its patches are those of the gradient
# by the output; where they are so many times the input's own, it is faster to add up, window by
# window, what each gives back. Measured for 4 to 32 channels and 8 to 64 filters.
MOST_COPYING = 3

# A product that gives all outputs of a pooling cell multiplies so many times as much, its window's
# area by the kernel's. With 2.6 times it takes three quarters of the time, with 4 all. Measured.
MOST_ARITHMETIC = 3


def _picks(pooling: Pooling) -> bool:
    """Tell whether a pooling's result is one of the numbers under its window."""
    by_cell = pooling.by_cell
    return by_cell is not None and by_cell.picks is not None


BY_CELL = tuple(mode for mode, pooling in POOLINGS.items() if pooling.by_cell)
"""The modes of pooling that training works out cell by cell."""

_PICKING = tuple(mode for mode in BY_CELL if _picks(POOLINGS[mode]))


def against_turning(layer: Conv2D, shape: Shape) -> str:
    """Say what is against a convolution that gives the gradient by the input, if anything is.

    Arguments: the `layer`; the `shape` of what it is given, (height, width, channels).

    >>> against_turning(Conv2D(4, 3), (9, 9, 4)), against_turning(Conv2D(4, 3, 2), (9, 9, 4))
    ('', 'its strides are 2×2, not 1')
    """
    geometry = layer.geometry(shape)
    if not is_turnable(geometry):
        if max(geometry.strides) > 1:
            return f"its strides are {'×'.join(map(str, geometry.strides))}, not 1"
        return "its padding is as wide as its window, or wider"
    backward, forward = layer.filters * prod(geometry.input), shape[2] * prod(geometry.output)
    copying = backward / forward
    if geometry.kernel != (1, 1) and copying > MOST_COPYING:
        return f"{copying:.2f} times as much would be copied, more than {MOST_COPYING}"
    return ""


def against_blocks(layer: Conv2D, behind: Layer | None, shape: Shape) -> str:
    """Say why the layer behind a convolution had better not be part of its product, if so.

    Arguments: the convolution; what takes its result alone, None where nothing does; the `shape`
    of what the convolution is given.

    >>> against_blocks(Conv2D(16, 3), None, (9, 9, 4))
    '16 filters need none (16 or more)'
    """
    if layer.filters >= FEW_FILTERS:
        return f"{layer.filters} filters need none ({FEW_FILTERS} or more)"
    if not isinstance(behind, PoolingLayer) or not _picks(of_mode(POOLINGS, behind)):
        return f"no {' or '.join(_PICKING)} pooling takes its result alone"
    return _against_pooling(layer, behind, shape)


def _against_pooling(layer: Conv2D, behind: PoolingLayer, shape: Shape) -> str:
    """Say why a pooling can't be part of the product before it, or would make it too large."""
    # What keeps the order of numbers can wait until the largest is found.
    if layer.activation_name not in ("relu", LINEAR):
        return f"{layer.activation_name} comes before the pooling, and only relu can wait"
    if max(layer.geometry(shape).dilation_rate) > 1:
        return "its kernel is dilated"
    against = against_side_by_side(behind, layer.output_shape(shape))
    if against:
        return f"the pooling's windows {against}"
    arithmetic = product_arithmetic(layer, behind, shape)
    if arithmetic > MOST_ARITHMETIC:
        return f"it would take {arithmetic:.2f} times the arithmetic, more than {MOST_ARITHMETIC}"
    return ""


def product_arithmetic(layer: Conv2D, behind: PoolingLayer, shape: Shape) -> float:
    """Return the area below a pooling cell, in kernels: how much more a blocked product does.

    >>> from cnncalc.layers import MaxPooling2D
    >>> product_arithmetic(Conv2D(2, 1), MaxPooling2D((3, 1)), (9, 9, 1))
    3.0
    """
    geometry = layer.geometry(shape)
    sides = zip(geometry.kernel, geometry.strides, behind.window_size, strict=True)
    return prod(((pool - 1) * stride + kernel) / kernel for kernel, stride, pool in sides)


def against_side_by_side(layer: PoolingLayer, shape: Shape) -> str:
    """Say how windows overlap, leave gaps or reach into padding, if they do.

    >>> from cnncalc.layers import MaxPooling2D
    >>> against_side_by_side(MaxPooling2D(3, 2), (9, 9, 1))
    'overlap'
    """
    geometry = layer.geometry(shape)
    if any(geometry.pads):
        return "reach into padding"
    sides = tuple(zip(geometry.strides, geometry.kernel, strict=True))
    if any(stride < size for stride, size in sides):
        return "overlap"
    return "leave gaps" if any(stride > size for stride, size in sides) else ""
