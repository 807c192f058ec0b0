"""A few layers of every kind, which between them take its options, and an input's shape for each.

A kind of layer that has none here fails the tests of every layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnncalc.layers import (
    ACTIVATIONS,
    ELU,
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
    InputLayer,
    L2Pooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Rescaling,
    Shape,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.network import Array, Network
from cnncalc.trace import Trace, record
from tests.trace.drawn import vary


@dataclass(frozen=True)
class Example:
    """A layer and the shape of an input for it."""

    layer: Layer
    shape: Shape

    @cached_property
    def network(self) -> Network:
        """The layer alone, with drawn weights in float64."""
        return vary([self.layer], self.shape)

    @cached_property
    def image(self) -> Array:
        return np.random.default_rng(len(str(self))).normal(size=self.shape)

    @cached_property
    def trace(self) -> Trace:
        return record(self.network, self.image)

    def __str__(self) -> str:
        own = self.network.layers[0].activation_name
        return f"{type(self.layer).__name__} {own} {'x'.join(map(str, self.shape))}"


_VOLUME, _VECTOR = (4, 5, 2), (5,)

_LISTED: Mapping[type[Layer], tuple[tuple[Layer, Shape], ...]] = {
    InputLayer: ((InputLayer(_VOLUME), _VOLUME), (InputLayer(_VECTOR), _VECTOR)),
    Rescaling: (
        (Rescaling(0.5, 1.5), _VOLUME),
        (Rescaling((2, -3), (0, 1)), _VOLUME),
        (Rescaling(-2), _VECTOR),
    ),
    ZeroPadding2D: ((ZeroPadding2D((1, 0, 2, 1)), (3, 2, 2)),),
    Conv2D: (
        (Conv2D(4, (3, 2), (2, 1), "same", groups=2), _VOLUME),
        (Conv2D(2, 2, padding=(1, 0, 0, 2), use_bias=False), (3, 4, 1)),
        (Conv2D(2, 2, dilation_rate=(1, 2)), (3, 4, 2)),
        (Conv2D(3, 1), (2, 2, 3)),
        *((Conv2D(2, 2, activation=name), (3, 3, 1)) for name in ACTIVATIONS),
    ),
    DepthwiseConv2D: (
        (DepthwiseConv2D(2, depth_multiplier=2), (4, 3, 2)),
        (DepthwiseConv2D((2, 3), 2, "same", use_bias=False), (4, 5, 3)),
        *((DepthwiseConv2D(2, activation=name), (3, 2, 2)) for name in ACTIVATIONS),
    ),
    Activation: tuple(
        (Activation(name), shape) for name in ACTIVATIONS for shape in ((2, 2, 3), _VECTOR)
    ),
    ReLU: ((ReLU(), (2, 2, 3)), (ReLU(1, 0.25, 0.5), _VECTOR), (ReLU(max_value=0.5), _VECTOR)),
    LeakyReLU: ((LeakyReLU(), _VECTOR), (LeakyReLU(0.5), (2, 2, 2))),
    ELU: ((ELU(), _VECTOR), (ELU(0.5), (2, 2, 2))),
    Softmax: ((Softmax(), _VECTOR), (Softmax(), (2, 2, 3))),
    MaxPooling2D: (
        (MaxPooling2D(2), _VOLUME),
        (MaxPooling2D((3, 2), 1, "same"), (3, 4, 2)),
        (MaxPooling2D(2, padding=(1, 0, 0, 1)), (3, 3, 1)),
    ),
    AveragePooling2D: (
        (AveragePooling2D(2), _VOLUME),
        (AveragePooling2D((3, 2), 1, "same"), (3, 4, 2)),
        (AveragePooling2D(2, padding=(1, 0, 0, 1)), (3, 3, 1)),
    ),
    L2Pooling2D: (
        (L2Pooling2D(2), _VOLUME),
        (L2Pooling2D((3, 2), 1, "same"), (3, 4, 2)),
        (L2Pooling2D(2, padding=(1, 0, 0, 1)), (3, 3, 1)),
    ),
    GlobalAveragePooling2D: (
        (GlobalAveragePooling2D(), (3, 2, 3)),
        (GlobalAveragePooling2D(keepdims=True), (3, 2, 2)),
    ),
    GlobalMaxPooling2D: (
        (GlobalMaxPooling2D(), (3, 2, 3)),
        (GlobalMaxPooling2D(keepdims=True), (3, 2, 2)),
    ),
    Flatten: ((Flatten(), (2, 3, 2)), (Flatten(), _VECTOR)),
    Dense: (
        (Dense(3), (2, 2, 2)),
        (Dense(3, use_bias=False), _VECTOR),
        *((Dense(3, name), _VECTOR) for name in ACTIVATIONS),
        (Dense(3, "softmax"), (2, 1, 2)),
    ),
    Dropout: ((Dropout(0.5), (2, 2, 3)), (Dropout(0.25), _VECTOR), (Dropout(0), _VECTOR)),
    BatchNormalization: (
        (BatchNormalization(), (2, 2, 3)),
        (BatchNormalization(epsilon=0.1, center=False), (2, 2, 2)),
        (BatchNormalization(scale=False), _VECTOR),
        (BatchNormalization(trainable=False), (2, 2, 2)),
    ),
    Cropping2D: (
        (Cropping2D((1, 0, 0, 2)), (3, 4, 2)),
        (Cropping2D(1, channels=(0, 2)), (3, 3, 3)),
        (Cropping2D(channels=(1,)), _VECTOR),
    ),
    Combine: ((Combine("sum"), (2, 2, 3)), (Combine("max"), (2, 2, 3))),
}

EXAMPLES: Mapping[type[Layer], tuple[Example, ...]] = {
    kind: tuple(Example(*own) for own in listed) for kind, listed in _LISTED.items()
}

EVERY_EXAMPLE = [example for own in EXAMPLES.values() for example in own]
