"""Networks that branch: one for each way in which a gradient comes back to a result."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.layers import (
    Activation,
    Add,
    Average,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    Maximum,
    MaxPooling2D,
    Minimum,
    Multiply,
    ReLU,
    Rescaling,
    Shape,
    Subtract,
)
from cnncalc.layers.graph import in_keras_order

__all__ = ["BRANCHING", "branching"]


def convolution(name: str, *inputs: str, filters: int = 2, trainable: bool = True) -> Layer:
    layer = Conv2D(filters, 3, padding="same", activation="tanh", trainable=trainable)
    return replace(layer, name=name, inputs=inputs)


FIRST = convolution("first")
ON_FIRST = convolution("second", "first")
ENDS = (Flatten(name="flatten"), Dense(2, activation="softmax", name="classes"))
VOLUME: Shape = (4, 3, 2)

BRANCHING: dict[str, tuple[tuple[Layer, ...], Shape]] = {
    "residual": (
        (FIRST, ON_FIRST, Add(name="add", inputs=("second", "first")), ReLU(name="relu"), *ENDS),
        VOLUME,
    ),
    "twice the same": ((FIRST, Add(name="add", inputs=("first", "first")), *ENDS), VOLUME),
    "squeeze and excite": (
        (
            FIRST,
            GlobalAveragePooling2D(name="means"),
            Dense(2, activation="sigmoid", name="shares"),
            Multiply(name="multiply", inputs=("first", "shares")),
            *ENDS,
        ),
        VOLUME,
    ),
    "weights of positions": (
        (
            FIRST,
            Conv2D(1, 1, activation="sigmoid", name="where", inputs=("first",)),
            Multiply(name="multiply", inputs=("where", "first")),
            *ENDS,
        ),
        VOLUME,
    ),
    "inception": (
        (
            convolution("wide", "input", filters=3),
            Conv2D(1, 1, name="narrow", inputs=("input",)),
            MaxPooling2D(2, strides=1, padding="same", name="pool", inputs=("input",)),
            Conv2D(2, 1, name="pooled", inputs=("pool",)),
            Concatenate(name="concatenate", inputs=("wide", "narrow", "pooled")),
            *ENDS,
        ),
        VOLUME,
    ),
    "maximum with ties": (
        (
            Conv2D(2, 2, activation="relu", name="first"),
            Conv2D(2, 2, activation="relu", name="second", inputs=("input",)),
            Maximum(name="maximum", inputs=("first", "second", "first")),
            *ENDS,
        ),
        VOLUME,
    ),
    "minimum of one repeated": (
        (
            FIRST,
            GlobalMaxPooling2D(keepdims=True, name="largest"),
            Minimum(name="minimum", inputs=("largest", "first")),
            *ENDS,
        ),
        VOLUME,
    ),
    "subtract": (
        (FIRST, ON_FIRST, Subtract(name="subtract", inputs=("first", "second")), *ENDS),
        VOLUME,
    ),
    "average of three": (
        (
            FIRST,
            ON_FIRST,
            convolution("third", "first"),
            Average(name="average", inputs=("first", "second", "third")),
            *ENDS,
        ),
        VOLUME,
    ),
    "skip from the image, rescaled": (
        (
            Rescaling(0.5, name="scaled"),
            convolution("first", "scaled"),
            Add(name="add", inputs=("first", "scaled")),
            *ENDS,
        ),
        VOLUME,
    ),
    "skip from the image": ((FIRST, Add(name="add", inputs=("input", "first")), *ENDS), VOLUME),
    "a frozen branch": (
        (
            convolution("frozen", "input", trainable=False),
            convolution("first", "input"),
            convolution("second", "frozen", trainable=False),
            Multiply(name="multiply", inputs=("second", "first")),
            convolution("third", "multiply", trainable=False),
            *ENDS,
        ),
        VOLUME,
    ),
    "normalized and dropped": (
        (
            FIRST,
            BatchNormalization(name="normalized"),
            Dropout(0.4, name="dropped", inputs=("first",)),
            Add(name="add", inputs=("normalized", "dropped")),
            *ENDS,
        ),
        VOLUME,
    ),
    "vectors in rows of different lengths": (
        (
            Flatten(name="flat"),
            Dense(12, activation="tanh", name="dense"),
            Dense(1, name="one", inputs=("flat",)),
            Add(name="add", inputs=("flat", "dense")),
            Maximum(name="maximum", inputs=("one", "add", "flat")),
            Concatenate(name="joined", inputs=("maximum", "flat", "one")),
            Dense(2, activation="softmax", name="classes"),
        ),
        (3, 2, 2),
    ),
    "vectors flattened alike": (
        (
            FIRST,
            ON_FIRST,
            Flatten(name="flat", inputs=("first",)),
            Flatten(name="flat_too", inputs=("second",)),
            Multiply(name="multiply", inputs=("flat", "flat_too")),
            Dense(2, name="classes"),
            Activation("softmax", name="softmax"),
        ),
        VOLUME,
    ),
    "a vector beside volumes, one channel repeated": (
        (
            Conv2D(1, 2, padding="same", name="grey"),
            Conv2D(3, 2, padding="same", name="colours", inputs=("input",)),
            GlobalAveragePooling2D(name="means", inputs=("colours",)),
            Dense(1, name="one", inputs=("means",)),
            Average(name="average", inputs=("means", "grey", "colours", "one")),
            *ENDS,
        ),
        VOLUME,
    ),
}


def branching(name: str) -> tuple[tuple[Layer, ...], Shape]:
    """Return the layers of an example in Keras's order, and the shape of an image for them."""
    layers, shape = BRANCHING[name]
    return in_keras_order(layers), shape
