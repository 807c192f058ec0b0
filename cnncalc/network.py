"""A network: layers with their weights, and its forward pass through `ops`.

The calculator's single convolution is a network too: one layer, or a convolution and a pooling.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt

from cnncalc import layers as specifications
from cnncalc.errors import ShapeError
from cnncalc.layers import Layer, Shape
from cnncalc.ops import activations, convolution, pooling

__all__ = ["Array", "Network", "Weights", "assemble", "forward", "forward_layer"]

Array = npt.NDArray[Any]
Weights = Mapping[str, Array]


@dataclass(frozen=True)
class Network:
    """Layers in order, each with a name of its own, and the weights of each.

    `input_shape` is one sample's; `weights` holds one mapping a layer, by Keras's weight names.
    """

    input_shape: Shape
    layers: tuple[Layer, ...]
    weights: tuple[Weights, ...]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The input's shape, then each layer's output shape."""
        result = [self.input_shape]
        for layer in self.layers:
            result.append(layer.output_shape(result[-1]))
        return tuple(result)


def assemble(
    layers: Sequence[Layer], input_shape: Shape, weights: Sequence[Mapping[str, Any]]
) -> Network:
    """Put layers and weights together, name the unnamed layers, and check that all shapes fit.

    Arguments: the layers in order; one sample's `input_shape`; for each layer its weights by
    name, each of the shape that `Layer.weight_shapes` gives.
    Raises ShapeError that names the layer where something does not fit.

    >>> from cnncalc.layers import MaxPooling2D
    >>> assemble([MaxPooling2D(2)], (4, 4, 1), [{}]).shapes
    ((4, 4, 1), (2, 2, 1))
    """
    named = _named(layers)
    arrays = []
    shape = input_shape
    for layer, given in zip(named, weights, strict=True):
        try:
            arrays.append(_checked(layer.weight_shapes(shape), given))
            shape = layer.output_shape(shape)
        except ShapeError as error:
            raise ShapeError(f"layer {layer.name}: {error}") from error  # noqa: EM102 (adds where)
    return Network(input_shape, tuple(named), tuple(arrays))


def _named(layers: Sequence[Layer]) -> list[Layer]:
    """Name the unnamed as Keras does: conv2d, conv2d_1, max_pooling2d."""
    taken = Counter[str]()
    result = []
    for layer in layers:
        base = _snake_case(type(layer).__name__)
        automatic = f"{base}_{taken[base]}" if taken[base] else base
        taken[base] += 1
        result.append(layer if layer.name else replace(layer, name=automatic))
    return result


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _checked(expected: Mapping[str, Shape], given: Mapping[str, Any]) -> dict[str, Array]:
    result = {}
    for name, shape in expected.items():
        array = np.array(given[name]) if name in given else None
        if array is None or array.shape != shape:
            received = "none" if array is None else str(array.shape)
            message = f"the weight {name!r} must have the shape {shape}. Received: {received}"
            raise ShapeError(message)
        array.flags.writeable = False
        result[name] = array
    return result


def forward(network: Network, images: Array) -> Array:
    """Return the network's output for a batch.

    Arguments: `images` (batch, *input_shape). Returns (batch, *output shape).
    """
    for layer, weights in zip(network.layers, network.weights, strict=True):
        images = forward_layer(layer, weights, images)
    return images


@singledispatch
def forward_layer(layer: Layer, weights: Weights, images: Array) -> Array:
    """Return one layer's output for a batch: (batch, *input) to (batch, *output)."""
    raise TypeError(type(layer).__name__)  # every layer is registered below


@forward_layer.register
def _(layer: specifications.Conv2D, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    result = convolution.convolve(images, weights["kernel"], geometry, layer.groups)
    return _finished(layer, weights, result)


@forward_layer.register
def _(layer: specifications.DepthwiseConv2D, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    result = convolution.depthwise_convolve(images, weights["kernel"], geometry)
    return _finished(layer, weights, result)


def _finished(layer: specifications.ConvolutionLayer, weights: Weights, result: Array) -> Array:
    if layer.use_bias:
        result += weights["bias"]
    return activations.forward(str(layer.activation), result)


@forward_layer.register
def _(layer: specifications.MaxPooling2D, weights: Weights, images: Array) -> Array:
    return pooling.max_pool(images, layer.geometry(images.shape[1:]))


@forward_layer.register
def _(layer: specifications.AveragePooling2D, weights: Weights, images: Array) -> Array:
    geometry = layer.geometry(images.shape[1:])
    return pooling.average_pool(images, geometry, count_padding=layer.padding != "same")


@forward_layer.register
def _(layer: specifications.L2Pooling2D, weights: Weights, images: Array) -> Array:
    return pooling.l2_pool(images, layer.geometry(images.shape[1:]))


@forward_layer.register
def _(layer: specifications.Activation, weights: Weights, images: Array) -> Array:
    return activations.forward(layer.activation, images)


@forward_layer.register
def _(layer: specifications.Combine, weights: Weights, images: Array) -> Array:
    combine = np.sum if layer.mode == "sum" else np.max
    return np.asarray(combine(images, axis=-1, keepdims=True))
