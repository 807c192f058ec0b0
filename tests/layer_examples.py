"""A few layers of every kind, which between them take its options, and an input's shape for each.

A kind of layer that has none here fails the tests of every layer. A layer that joins several
results stands behind layers that give them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property

import numpy as np

from cnncalc.layers import (
    ACTIVATIONS,
    ELU,
    INFERENCE_ONLY_LAYERS,
    Activation,
    Add,
    Average,
    AveragePooling2D,
    BatchNormalization,
    Combine,
    Concatenate,
    Conv2D,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Identity,
    InferenceOnly,
    InputLayer,
    L2Pooling2D,
    Layer,
    LeakyReLU,
    Maximum,
    MaxPooling2D,
    MergeLayer,
    Minimum,
    Multiply,
    ReLU,
    Rescaling,
    Shape,
    Softmax,
    Subtract,
    ZeroPadding2D,
)
from cnncalc.network import Array, Network
from cnncalc.trace import LayerTrace, Trace, record
from tests.trace.drawn import vary


@dataclass(frozen=True)
class Example:
    """A layer and the shape of an image for it, or for the layers before it."""

    layer: Layer
    shape: Shape
    before: tuple[Layer, ...] = ()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers, the one that is an example the last."""
        return (*self.before, self.layer)

    @cached_property
    def network(self) -> Network:
        """The layers alone, with drawn weights in float64."""
        return vary(self.layers, self.shape)

    @cached_property
    def image(self) -> Array:
        return np.random.default_rng(len(str(self))).normal(size=self.shape)

    @cached_property
    def trace(self) -> Trace:
        return record(self.network, self.image)

    @property
    def traced(self) -> LayerTrace:
        """What the layer itself left."""
        return self.trace.layers[-1]

    def __str__(self) -> str:
        own = "+".join(self.layer.inputs) or self.layer.activation_name
        return f"{type(self.layer).__name__} {own} {'x'.join(map(str, self.shape))}"


def needed_by(kind: type[InferenceOnly]) -> dict[str, float]:
    """What a layer that works in training alone must be given."""
    return {field.name: 0.5 for field in fields(kind) if field.default is MISSING}


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
    Identity: ((Identity(), (2, 2, 3)), (Identity(), _VECTOR)),
    **{kind: ((kind(**needed_by(kind)), (2, 2, 3)),) for kind in INFERENCE_ONLY_LAYERS},
    Combine: ((Combine("sum"), (2, 2, 3)), (Combine("max"), (2, 2, 3))),
}

# What merges join, by its name: from volumes, and from vectors.
_RESULTS: Mapping[Shape, Mapping[str, Layer]] = {
    (3, 2, 2): {
        "left": Conv2D(2, 1, name="left", inputs=("input",)),
        "right": Conv2D(2, (2, 1), padding="same", name="right", inputs=("input",)),
        "wide": Conv2D(3, 1, name="wide", inputs=("input",)),
        # Alike wherever the image is positive.
        "bent": ReLU(name="bent", inputs=("input",)),
        "mean": GlobalAveragePooling2D(name="mean", inputs=("input",)),
        "kept": GlobalAveragePooling2D(keepdims=True, name="kept", inputs=("input",)),
    },
    (5,): {
        "some": Dense(3, name="some", inputs=("input",)),
        "others": Dense(3, "tanh", name="others", inputs=("input",)),
        "fewer": Dense(2, name="fewer", inputs=("input",)),
        "bend": ReLU(name="bend", inputs=("input",)),
    },
}

_SUMS = ("left right", "right left input", "left left", "some others", "some some")
_EXTREMA = (*_SUMS[:2], "bent input", "input bent right", "left left", "some others", "bend input")

_JOINED: Mapping[type[MergeLayer], Sequence[str]] = {
    Add: _SUMS,
    Subtract: ("left right", "right left", "input bent", "some others"),
    Multiply: (*_SUMS, "left kept", "mean left", "kept left right"),
    Average: _SUMS,
    Maximum: _EXTREMA,
    Minimum: _EXTREMA,
    Concatenate: (
        *("left wide", "wide input left", "left left", "mean mean"),
        *("some fewer", "input some some"),
    ),
}


def _joining(kind: type[MergeLayer], names: str) -> Example:
    """A merge behind those layers that give what it joins."""
    inputs = tuple(names.split())
    shape, results = next(
        (shape, results) for shape, results in _RESULTS.items() if set(inputs) & set(results)
    )
    before = [layer for name, layer in results.items() if name in inputs]
    return Example(kind(inputs=inputs), shape, tuple(before))


EXAMPLES: Mapping[type[Layer], tuple[Example, ...]] = {
    **{kind: tuple(Example(*own) for own in listed) for kind, listed in _LISTED.items()},
    **{kind: tuple(_joining(kind, names) for names in joined) for kind, joined in _JOINED.items()},
}

EVERY_EXAMPLE = [example for own in EXAMPLES.values() for example in own]
