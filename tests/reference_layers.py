"""What each kind of layer makes of an image: slow, obvious, and apart from cnncalc's arithmetic.

A kind or an activation that isn't here fails the tests of every layer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnncalc.layers import (
    ELU,
    INFERENCE_ONLY_LAYERS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Conv2D,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Identity,
    InputLayer,
    L2Pooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from tests.references import reference_convolve, reference_pool

Weights = Mapping[str, np.ndarray]

ACTIVATIONS: Mapping[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: x if x > 0 else 0.0,
    "relu6": lambda x: min(x, 6.0) if x > 0 else 0.0,
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "softplus": lambda x: math.log(1 + math.exp(x)),
}


def reference_activation(name: str, values: np.ndarray) -> np.ndarray:
    if name == "softmax":
        return each_row(values, shares)
    return each_number(values, ACTIVATIONS[name])


def reference_output(layer: Layer, weights: Weights, image: np.ndarray) -> np.ndarray:
    """One sample's output, as in prediction."""
    return REFERENCES[type(layer)](layer, weights, image)


def each_number(values: np.ndarray, function: Callable[[float], float]) -> np.ndarray:
    return np.array([function(x) for x in values.ravel().tolist()]).reshape(values.shape)


def each_row(values: np.ndarray, function: Callable[[list[float]], list[float]]) -> np.ndarray:
    """What a function makes of the channels of each position."""
    rows = [function(row) for row in values.reshape(-1, values.shape[-1]).tolist()]
    return np.array(rows).reshape(*values.shape[:-1], -1)


def shares(row: list[float]) -> list[float]:
    total = sum(math.exp(x) for x in row)
    return [math.exp(x) / total for x in row]


def pads_of(layer: Any, size: tuple[int, int], image: np.ndarray) -> list[int]:
    """The zeros that a window layer adds: (top, bottom, left, right)."""
    if layer.padding == "valid":
        return [0, 0, 0, 0]
    if layer.padding != "same":
        return list(layer.padding)
    pads = []
    for axis in (0, 1):
        stride, reach = layer.strides[axis], (size[axis] - 1) * dilation(layer)[axis] + 1
        length = image.shape[axis]
        total = max((math.ceil(length / stride) - 1) * stride + reach - length, 0)
        pads += [total // 2, total - total // 2]
    return pads


def dilation(layer: Any) -> tuple[int, int]:
    return (1, 1) if layer.dilation_rate == 1 else tuple(layer.dilation_rate)


def convolution(layer: Conv2D, weights: Weights, image: np.ndarray) -> np.ndarray:
    return convolved(layer, weights, image, weights["kernel"], layer.groups)


def depthwise(layer: DepthwiseConv2D, weights: Weights, image: np.ndarray) -> np.ndarray:
    kernel = weights["kernel"]
    flat = kernel.reshape(*kernel.shape[:2], 1, -1)
    return convolved(layer, weights, image, flat, image.shape[2])


def convolved(
    layer: Any, weights: Weights, image: np.ndarray, kernel: np.ndarray, groups: int
) -> np.ndarray:
    pads = pads_of(layer, kernel.shape[:2], image)
    given = (kernel, pads, layer.strides, dilation(layer), groups)
    return finished(layer, weights, reference_convolve(image[np.newaxis], *given)[0])


def dense(layer: Dense, weights: Weights, image: np.ndarray) -> np.ndarray:
    columns = weights["kernel"].T.tolist()

    def sums(row: list[float]) -> list[float]:
        return [sum(x * w for x, w in zip(row, column, strict=True)) for column in columns]

    return finished(layer, weights, each_row(image, sums))


def finished(layer: Any, weights: Weights, sums: np.ndarray) -> np.ndarray:
    biased = sums + weights["bias"] if layer.use_bias else sums
    return reference_activation(layer.activation, biased)


def pooling(mode: str) -> Callable[[Any, Weights, np.ndarray], np.ndarray]:
    def pool(layer: Any, weights: Weights, image: np.ndarray) -> np.ndarray:
        pads = pads_of(layer, layer.pool_size, image)
        counts = layer.padding != "same"
        given = (layer.pool_size, mode, pads, layer.strides, (1, 1), counts)
        return reference_pool(image[np.newaxis], *given)[0]

    return pool


def global_pooling(
    join: Callable[[list[float]], float],
) -> Callable[[Any, Weights, np.ndarray], np.ndarray]:
    def pool(layer: Any, weights: Weights, image: np.ndarray) -> np.ndarray:
        slices = image.reshape(-1, image.shape[2]).T.tolist()
        result = np.array([join(numbers) for numbers in slices])
        return result.reshape(1, 1, -1) if layer.keepdims else result

    return pool


def rescaling(layer: Rescaling, weights: Weights, image: np.ndarray) -> np.ndarray:
    channels = image.shape[-1]
    scales, offsets = (
        value if isinstance(value, tuple) else (value,) * channels
        for value in (layer.scale, layer.offset)
    )
    return each_row(
        image,
        lambda row: [x * s + o for x, s, o in zip(row, scales, offsets, strict=True)],
    )


def normalization(layer: BatchNormalization, weights: Weights, image: np.ndarray) -> np.ndarray:
    result = np.zeros(image.shape)
    for *place, channel in np.ndindex(image.shape):
        own = {name: float(weight[channel]) for name, weight in weights.items()}
        deviation = math.sqrt(own["moving_variance"] + layer.epsilon)
        normalized = (image[(*place, channel)] - own["moving_mean"]) / deviation
        result[(*place, channel)] = normalized * own.get("gamma", 1) + own.get("beta", 0)
    return result


def zero_padding(layer: ZeroPadding2D, weights: Weights, image: np.ndarray) -> np.ndarray:
    top, bottom, left, right = layer.padding
    height, width, channels = image.shape
    result = np.zeros((top + height + bottom, left + width + right, channels))
    result[top : top + height, left : left + width] = image
    return result


def cropping(layer: Cropping2D, weights: Weights, image: np.ndarray) -> np.ndarray:
    top, bottom, left, right = layer.cropping
    channels = range(image.shape[-1]) if layer.channels is None else layer.channels
    if image.ndim == 1:
        return np.array([image[unit] for unit in channels])
    rows, columns = range(top, image.shape[0] - bottom), range(left, image.shape[1] - right)
    return np.array([[[image[y, x, c] for c in channels] for x in columns] for y in rows])


def rectifier(layer: ReLU, weights: Weights, image: np.ndarray) -> np.ndarray:
    def rectified(x: float) -> float:
        if layer.max_value is not None and x >= layer.max_value:
            return layer.max_value
        return x if x >= layer.threshold else layer.negative_slope * (x - layer.threshold)

    return each_number(image, rectified)


def leaky(layer: LeakyReLU, weights: Weights, image: np.ndarray) -> np.ndarray:
    return each_number(image, lambda x: x if x > 0 else layer.negative_slope * x)


def exponential(layer: ELU, weights: Weights, image: np.ndarray) -> np.ndarray:
    return each_number(image, lambda x: x if x > 0 else layer.alpha * (math.exp(x) - 1))


def combined(layer: Combine, weights: Weights, image: np.ndarray) -> np.ndarray:
    join = {"sum": sum, "max": max}[layer.mode]
    return each_row(image, lambda row: [join(row)])


def handed_on(layer: Layer, weights: Weights, image: np.ndarray) -> np.ndarray:
    return image


REFERENCES: Mapping[type[Layer], Callable[[Any, Weights, np.ndarray], np.ndarray]] = {
    InputLayer: handed_on,
    Rescaling: rescaling,
    ZeroPadding2D: zero_padding,
    Cropping2D: cropping,
    Conv2D: convolution,
    DepthwiseConv2D: depthwise,
    Activation: lambda layer, weights, image: reference_activation(layer.activation, image),
    ReLU: rectifier,
    LeakyReLU: leaky,
    ELU: exponential,
    Softmax: lambda layer, weights, image: each_row(image, shares),
    MaxPooling2D: pooling("max"),
    AveragePooling2D: pooling("average"),
    L2Pooling2D: pooling("l2"),
    GlobalAveragePooling2D: global_pooling(lambda numbers: sum(numbers) / len(numbers)),
    GlobalMaxPooling2D: global_pooling(max),
    Flatten: lambda layer, weights, image: np.array(image.ravel().tolist()),
    Dense: dense,
    Dropout: handed_on,
    Identity: handed_on,
    **dict.fromkeys(INFERENCE_ONLY_LAYERS, handed_on),
    BatchNormalization: normalization,
    Combine: combined,
}
