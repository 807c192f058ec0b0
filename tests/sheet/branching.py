"""Networks that branch, one for each way in which results stand beside each other in cells."""

from __future__ import annotations

import numpy as np

from cnncalc.layers import (
    Add,
    Average,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    Maximum,
    MaxPooling2D,
    Minimum,
    Multiply,
    ReLU,
    Shape,
    Subtract,
)
from cnncalc.layers.graph import in_keras_order
from cnncalc.network import Network
from cnncalc.sheet.values import trace_as_written
from cnncalc.trace import Trace
from tests.trace.drawn import vary

__all__ = ["BRANCHING", "INCEPTION", "RESIDUAL", "SQUEEZE_AND_EXCITE", "branching", "trace_of"]

RESIDUAL = (
    Conv2D(3, 3, padding="same", activation="relu", name="conv2d"),
    Conv2D(3, 3, padding="same", name="conv2d_1"),
    Add(name="add", inputs=("conv2d_1", "conv2d")),
    ReLU(name="re_lu"),
    GlobalAveragePooling2D(name="means"),
    Dense(3, activation="softmax", name="dense"),
)

SQUEEZE_AND_EXCITE = (
    Conv2D(4, 3, activation="relu", name="conv2d"),
    GlobalAveragePooling2D(name="means"),
    Dense(4, activation="sigmoid", name="dense"),
    Multiply(name="multiply", inputs=("conv2d", "dense")),
    Flatten(name="flatten"),
    Dense(3, activation="softmax", name="dense_1"),
)

INCEPTION = (
    Conv2D(2, 1, activation="relu", name="single"),
    Conv2D(2, 1, activation="relu", name="reduce", inputs=("input",)),
    Conv2D(3, 3, padding="same", activation="relu", name="wide", inputs=("reduce",)),
    MaxPooling2D(3, strides=1, padding="same", name="pool", inputs=("input",)),
    Conv2D(1, 1, name="pooled", inputs=("pool",)),
    Concatenate(name="concatenate", inputs=("single", "wide", "pooled")),
    GlobalAveragePooling2D(name="means"),
    Dense(3, activation="softmax", name="dense"),
)

_END = (Flatten(name="flatten"), Dense(2, activation="softmax", name="end"))
_CHANNELS = Conv2D(3, 2, activation="tanh", name="a")
_OTHER = Conv2D(3, 2, name="b", inputs=("input",))


def _joined(merge: Layer, *before: Layer) -> tuple[Layer, ...]:
    return (*before, merge, *_END)


BRANCHING: dict[str, tuple[tuple[Layer, ...], Shape]] = {
    "residual": (RESIDUAL, (6, 6, 1)),
    "squeeze and excite": (SQUEEZE_AND_EXCITE, (6, 6, 3)),
    "inception": (INCEPTION, (6, 6, 3)),
    "one for each channel": (
        _joined(
            Multiply(name="join", inputs=("b", "gate")),
            *(_CHANNELS, GlobalMaxPooling2D(keepdims=True, name="gate"), _OTHER),
        ),
        (4, 5, 2),
    ),
    "one for each position": (
        _joined(
            Subtract(name="join", inputs=("one", "a")),
            *(_CHANNELS, Conv2D(1, 2, name="one", inputs=("input",))),
        ),
        (4, 5, 1),
    ),
    "one row and one column": (
        _joined(
            Maximum(name="join", inputs=("a", "b")),
            Conv2D(2, (4, 1), name="a"),
            Conv2D(2, (1, 5), name="b", inputs=("input",)),
        ),
        (4, 5, 1),
    ),
    "three": (
        _joined(
            Average(name="join", inputs=("a", "b", "third")),
            *(_CHANNELS, _OTHER, Conv2D(3, 2, name="third", inputs=("input",))),
        ),
        (3, 3, 2),
    ),
    "itself, and the image": (
        (
            Add(name="twice", inputs=("input", "input")),
            Minimum(name="join", inputs=("twice", "input")),
            *_END,
        ),
        (3, 3, 3),
    ),
    "vectors that stand alike": (
        (
            Flatten(name="flatten"),
            ReLU(name="re_lu"),
            Subtract(name="join", inputs=("flatten", "re_lu")),
            Dense(2, name="end"),
        ),
        (2, 3, 2),
    ),
    "vectors that stand otherwise": (
        (
            Flatten(name="flatten"),
            Dense(12, name="units", inputs=("flatten",)),
            Dense(1, name="one", inputs=("flatten",)),
            Add(name="join", inputs=("flatten", "units", "one")),
            Dense(2, activation="softmax", name="end"),
        ),
        (2, 3, 2),
    ),
    "vectors side by side": (
        (
            Flatten(name="flatten"),
            Dense(2, name="units", inputs=("flatten",)),
            Concatenate(name="join", inputs=("units", "flatten", "units")),
            Dense(3, activation="softmax", name="end"),
        ),
        (2, 3, 2),
    ),
    "of vectors": (
        (
            Dense(3, activation="relu", name="a"),
            Multiply(name="join", inputs=("a", "input")),
            Concatenate(name="alone", inputs=("join",)),
            Dense(1, activation="sigmoid", name="end"),
        ),
        (3,),
    ),
}


def branching(name: str) -> Network:
    """Return one of the networks, with weights of its own."""
    layers, shape = BRANCHING[name]
    return vary(in_keras_order(layers), shape)


def trace_of(network: Network) -> Trace:
    """Return what a network makes of an image that is drawn."""
    image = np.random.default_rng(5).normal(size=network.input_shape).round(3)
    return trace_as_written(network, image)
