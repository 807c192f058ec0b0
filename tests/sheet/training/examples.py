"""Small trainings that differ in padding, stride, pooling and depth, and workbooks of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cnncalc.network import Network, initialize
from cnncalc.notation import parse
from cnncalc.sheet.calculations import TrainingPieces, training_calculation
from cnncalc.sheet.plan import Plan, Specification, Values
from cnncalc.sheet.planning import make_plan
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.training.optimizer_notation import parse_optimizer
from cnncalc.views.workbook.export import WorkbookOptions, write

NETWORKS = {
    "dense": ("Flatten(); Dense(4, 'tanh')", (3, 3, 1)),
    "valid, max": ("Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten()", (6, 6, 1)),
    "same, stride 2": (
        "Conv2D(2, 3, strides=2, padding='same', activation='tanh'); Flatten()",
        (5, 6, 2),
    ),
    "average, same": (
        "Conv2D(2, 2, padding='same', activation='leaky_relu'); "
        "AveragePooling2D(2, strides=1, padding='same'); Flatten()",
        (4, 4, 1),
    ),
    "deep": (
        "Rescaling(0.5); Conv2D(2, 3, padding='same', activation='elu'); "
        "Conv2D(3, 2, strides=(2, 1), activation='sigmoid'); MaxPooling2D((1, 2)); Flatten(); "
        "Dense(3, 'relu')",
        (5, 6, 1),
    ),
    "depthwise, dilated": (
        "DepthwiseConv2D(2, depth_multiplier=2); "
        "Conv2D(2, 2, dilation_rate=2, activation='softplus', use_bias=False); "
        "GlobalAveragePooling2D()",
        (5, 5, 2),
    ),
    "padded, overlapping": (
        "ZeroPadding2D((1, 0)); Conv2D(4, 3, strides=2, groups=2, activation='tanh'); "
        "MaxPooling2D(2, strides=1, padding='same'); GlobalMaxPooling2D()",
        (6, 5, 2),
    ),
    "dropout": (
        "Conv2D(2, 2, activation='relu'); Dropout(0.4); Flatten(); Dropout(0.5)",
        (4, 4, 1),
    ),
    "normalized": (
        "Conv2D(2, 2, use_bias=False); BatchNormalization(momentum=0.9); ReLU(); Flatten(); "
        "Dense(3); BatchNormalization(scale=False)",
        (4, 4, 1),
    ),
    "regularized": (
        "Conv2D(2, 2, activation='relu', kernel_regularizer=L1L2(0.02, 0.1), "
        "bias_regularizer='l1'); Flatten(); Dense(3, 'tanh', kernel_regularizer='l2')",
        (4, 4, 2),
    ),
    "positions": (
        "Dense(3, 'tanh', kernel_regularizer=L1(0.03), bias_regularizer=L2(0.2)); "
        "LeakyReLU(0.3); ELU(0.7); Flatten()",
        (2, 2, 2),
    ),
    "frozen": (
        "Conv2D(2, 2, activation='tanh', trainable=False, kernel_regularizer='l2'); "
        "Conv2D(2, 2, kernel_regularizer='l2'); "
        "DepthwiseConv2D(2, activation='relu', trainable=False); Flatten(); "
        "Dense(3, trainable=False)",
        (5, 5, 1),
    ),
    "frozen, normalized": (
        "Conv2D(2, 2); BatchNormalization(trainable=False); Dropout(0.4); Flatten(); Dense(3); "
        "BatchNormalization(scale=False, trainable=False)",
        (4, 4, 1),
    ),
    "a row": ("Dense(3, 'softplus'); ReLU(1.5, 0.1, 0.2)", (4,)),
}
ENDS = {
    "categorical_crossentropy": ("Dense(3, 'softmax')", "Dense(3); Softmax()"),
    "binary_crossentropy": ("Dense(1, 'sigmoid')", "Dense(2); Activation('sigmoid')"),
    "mean_squared_error": ("Dense(2)", "Dense(2, 'softmax')"),
}
OPTIMIZERS = (
    "SGD(0.3)",
    "SGD(0.2, momentum=0.8)",
    "SGD(0.2, momentum=0.7, nesterov=True)",
    "RMSprop(0.05)",
    "RMSprop(0.03, momentum=0.5, centered=True)",
    "Adam(0.05)",
    "Adam(0.02, amsgrad=True)",
    "AdamW(0.05, weight_decay=0.1)",
    "SGD(0.2, momentum=0.6, weight_decay=0.1)",
    "RMSprop(0.03, momentum=0.5, weight_decay=0.2)",
)
BATCHES = ((0, 1), (2,))


@dataclass(frozen=True, eq=False)
class Example:
    """A training's workbook, with what it was made of."""

    pieces: TrainingPieces
    specification: Specification
    values: Values
    plan: Plan

    @cached_property
    def content(self) -> bytes:
        stream = io.BytesIO()
        write(stream, self.plan, [self.values], WorkbookOptions(self.pieces.title))
        return stream.getvalue()


def pieces(
    network: Network,
    loss: str = "categorical_crossentropy",
    optimizer: str = "SGD(0.1)",
    batches: Sequence[tuple[int, ...]] = BATCHES,
    seed: int = 0,
) -> TrainingPieces:
    """Return a training on drawn images."""
    rng = np.random.default_rng(seed)
    training = TrainingSpecification(loss, parse_optimizer(optimizer), tuple(batches))
    classes = max(2, network.shapes[-1][-1])
    samples = tuple(
        (rng.normal(size=network.input_shape), int(rng.integers(classes)))
        for _ in range(1 + max(sample for batch in batches for sample in batch))
    )
    return TrainingPieces(network, training, samples, "A test")


def example(made_of: TrainingPieces) -> Example:
    specification, values = training_calculation(made_of)
    return Example(made_of, specification, values, make_plan([specification]))


def drawn_network(name: str, loss: str, which: int = 0) -> Network:
    """Return a network of the list, ending as the loss wants it, with biases that are not 0."""
    text, shape = NETWORKS[name]
    network = initialize(parse(f"{text}; {ENDS[loss][which]}").layers, shape, len(name))
    rng = np.random.default_rng(7)
    weights = tuple(
        {name: weight + rng.normal(0, 0.1, weight.shape) for name, weight in own.items()}
        for own in network.weights
    )
    return replace(network, weights=weights)


def small(**options: object) -> Example:
    """Return the workbook of the network of the article's kind, three steps long."""
    options.setdefault("batches", (*BATCHES, (0,)))
    loss = str(options.pop("loss", "categorical_crossentropy"))
    return example(pieces(drawn_network("valid, max", loss), loss, **options))
