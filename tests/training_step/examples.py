"""Small networks and batches to record steps of."""

import numpy as np

from cnncalc.layers import (
    L1,
    L2,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    L2Pooling2D,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.layers.names import named
from cnncalc.network import assemble, initialize
from cnncalc.training.losses import LOSSES
from cnncalc.training.optimizers import SGD
from cnncalc.training_step import record_steps

NETWORKS = {
    "article": [
        Rescaling(1 / 255),
        Conv2D(3, 3, activation="relu"),
        MaxPooling2D(2),
        Flatten(),
        Dense(2, activation="softmax"),
    ],
    "same, strides, average": [
        Conv2D(2, 3, strides=2, padding="same", activation="tanh"),
        AveragePooling2D(2),
        Flatten(),
        Dense(3, activation="relu"),
        Dense(2),
        Softmax(),
    ],
    "depthwise, L2 pooling": [
        ZeroPadding2D(1),
        DepthwiseConv2D(3, depth_multiplier=2, activation="sigmoid"),
        L2Pooling2D(2),
        Flatten(),
        Dense(2),
        Activation("softmax"),
    ],
    "dropout, batch normalization": [
        Conv2D(4, 3, use_bias=False, dilation_rate=2, groups=2),
        BatchNormalization(),
        LeakyReLU(),
        Dropout(0.5),
        GlobalAveragePooling2D(),
        Dropout(0.25),
        Dense(2, activation="softmax"),
    ],
    "frozen layers": [
        Conv2D(4, 3, activation="tanh", trainable=False),
        Conv2D(3, 2, kernel_regularizer=L2(0.1)),
        BatchNormalization(trainable=False),
        Dropout(0.5),
        Conv2D(3, 2, activation="relu", trainable=False, kernel_regularizer=L2(0.1)),
        Flatten(),
        Dense(3),
        Dense(2, activation="softmax", trainable=False),
    ],
    "regularized": [
        Conv2D(3, 3, activation="relu", kernel_regularizer=L2(0.1)),
        Flatten(),
        Dense(2, activation="softmax", kernel_regularizer=L1(0.02)),
    ],
}


def small_network(name="article", seed=3):
    return initialize(NETWORKS[name], (6, 7, 2), seed, np.float64)


def batches(count=3, size=4, seed=5):
    generator = np.random.default_rng(seed)
    return [
        (generator.integers(0, 256, (size, 6, 7, 2)), generator.integers(0, 2, size))
        for _ in range(count)
    ]


def weights_after(record):
    """The weights after a recorded step, one mapping a layer."""
    changed = {(update.layer, update.weight): update.after for update in record.updates}
    for step in record.layers:
        changed |= {(step.layer.name, name): values for name, values in step.moved.items()}
    pairs = zip(record.network.layers, record.network.weights, strict=True)
    return [
        {name: changed.get((layer.name, name), values) for name, values in own.items()}
        for layer, own in pairs
    ]


def record_at_a_kink(layers, bias):
    """A step of layers that begin with a convolution, whose one sum is 0.1 + 0.2 and the bias."""
    layers = named([*layers, Flatten(), Dense(1, use_bias=False)])
    first = {"kernel": np.array([0.1, 0.2]).reshape(1, 2, 1, 1), "bias": np.array([bias])}
    weights = [first, *({} for _ in layers[2:]), {"kernel": np.ones((1, 1))}]
    network = assemble(layers, (1, 2, 1), weights)
    batch = (np.ones((1, 1, 2, 1)), np.array([1]))
    return next(record_steps(network, LOSSES["mean_squared_error"], SGD(), [batch]))
