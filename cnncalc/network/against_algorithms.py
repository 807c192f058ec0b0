"""What is against an algorithm of training for a layer, in words: empty where nothing is.

These words decide, too: an algorithm is taken where there is nothing to say against it.
"""

from __future__ import annotations

from math import prod

from cnncalc.layers import LINEAR, Activation, Conv2D, Layer, PoolingLayer, ReLU, Shape
from cnncalc.layers.pooling import of_mode
from cnncalc.ops.pooling import POOLINGS, Pooling
from cnncalc.ops.strip_convolution import is_turnable

__all__ = [
    "BY_CELL",
    "against_pooling",
    "against_side_by_side",
    "against_turning",
    "is_plain_relu",
]

# The gradient by a convolution's input is a convolution, too. Its patches are those of the gradient
# by the output; where they are so many times the input's own, it is faster to add up, window by
# window, what each gives back. Measured for 4 to 32 channels and 8 to 64 filters.
MOST_COPYING = 3


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


def against_pooling(layer: Conv2D, behind: Layer | None, shape: Shape) -> str:
    """Say why the layer behind a convolution can't be worked out with it, if so.

    Arguments: the convolution; what takes its result alone, None where nothing does; the `shape`
    of what the convolution is given.

    >>> against_pooling(Conv2D(16, 3), None, (9, 9, 4))
    'no max pooling takes its result alone'
    """
    if not isinstance(behind, PoolingLayer) or not _picks(of_mode(POOLINGS, behind)):
        return f"no {' or '.join(_PICKING)} pooling takes its result alone"
    # What keeps the order of numbers can wait until the largest is found.
    if layer.activation_name not in ("relu", LINEAR):
        return f"{layer.activation_name} comes before the pooling, and only relu can wait"
    against = against_side_by_side(behind, layer.output_shape(shape))
    return f"the pooling's windows {against}" if against else ""


def is_plain_relu(layer: Layer | None) -> bool:
    """Say whether a layer is the plain relu.

    >>> from cnncalc.layers import Activation, ReLU
    >>> is_plain_relu(Activation("relu")), is_plain_relu(ReLU(max_value=6)), is_plain_relu(None)
    (True, False, False)
    """
    if isinstance(layer, ReLU):
        return layer == ReLU(name=layer.name, inputs=layer.inputs, trainable=layer.trainable)
    return isinstance(layer, Activation) and layer.activation == "relu"


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
