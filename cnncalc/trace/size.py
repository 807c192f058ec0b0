"""How much memory a trace will take, known from shapes before anything is calculated."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from cnncalc.geometry import Geometry
from cnncalc.layers import (
    LINEAR,
    Activation,
    ActivationLayer,
    BatchNormalization,
    Combine,
    ConvolutionLayer,
    Dense,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    InputLayer,
    Layer,
    PoolingLayer,
    Rescaling,
    Shape,
    WindowLayer,
    ZeroPadding2D,
)
from cnncalc.network import walk

__all__ = ["trace_bytes"]

BYTES_A_NUMBER = 8  # of float64


def trace_bytes(layers: Sequence[Layer], input_shape: Shape) -> int:
    """Return the memory of all numbers that `record` keeps: the image and each layer's stages.

    Arguments: the `layers` in order; the image's `input_shape`, (height, width, channels).
    Returns bytes, without the weights, and without what a layer needs only while it calculates.
    Raises ShapeError that names the first layer that does not fit.

    >>> from cnncalc.layers import Conv2D
    >>> trace_bytes([Conv2D(2, 3, activation="relu")], (4, 4, 1)) // 8  # 16 + 3 × 2×2×2
    40
    """
    kept = sum(_kept(layer, shape) for layer, shape in walk(layers, input_shape))
    return BYTES_A_NUMBER * (prod(input_shape) + kept)


def _kept(layer: Layer, input_shape: Shape) -> int:
    """Return how many numbers a layer's stages hold that are not those of the stage before."""
    numbers = _stages(layer) * prod(layer.output_shape(input_shape))
    if isinstance(layer, WindowLayer):
        numbers += _padded(layer.geometry(input_shape)) * input_shape[-1]
    return numbers


def _stages(layer: Layer) -> int:
    """Return how many stages of a layer, of its output's size, hold numbers of their own."""
    match layer:
        case InputLayer() | Dropout() | Flatten() | Activation(activation="linear"):
            return 0
        case ConvolutionLayer() | Dense():
            return 1 + layer.use_bias + (layer.activation_name != LINEAR)
        case PoolingLayer() | GlobalPoolingLayer() | Combine() | ActivationLayer():
            return 1
        case ZeroPadding2D() | Rescaling() | BatchNormalization():
            return 1
    raise TypeError(type(layer).__name__)  # every layer is above


def _padded(geometry: Geometry) -> int:
    """Return how many cells the stage of the padded input has, if there is one."""
    padded = geometry.vertical.padded * geometry.horizontal.padded
    return padded if any(geometry.pads) else 0
