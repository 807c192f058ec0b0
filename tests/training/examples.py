"""Small networks and data for the tests of training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnncalc.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnncalc.network import Network, initialize
from cnncalc.training.dataset import Dataset, Parts, make_dataset
from cnncalc.training.optimizers import Adam
from cnncalc.training.plan import TrainingPlan

CLASSES = ("dark", "light", "striped")


def dataset(samples: int, seed: int = 0, dtype=np.float32) -> Dataset:
    """Images of (6, 5, 2), of three kinds that can be told apart, with noise."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(len(CLASSES), size=samples)
    images = generator.uniform(0, 0.5, (samples, 6, 5, 2))
    images[labels == 1] += 0.5
    images[labels == 2, ::2] += 0.5
    scaled = images * 255 if dtype == np.uint8 else images
    return make_dataset(scaled.astype(dtype), labels, CLASSES)


def network(*, extras: bool = False, dtype=np.float32, seed: int = 0) -> Network:
    """A convolution, a pooling, a dense layer; with `extras` normalization and dropout too."""
    layers = [
        Conv2D(4, 3, activation="relu"),
        *([BatchNormalization()] if extras else []),
        MaxPooling2D(2),
        Flatten(),
        *([Dropout(0.25)] if extras else []),
        Dense(len(CLASSES), activation="softmax"),
    ]
    return initialize(layers, (6, 5, 2), seed, dtype)


def plan(**options) -> TrainingPlan:
    """A plan of a few small epochs; options replace its own."""
    own = TrainingPlan(network(), optimizer=Adam(learning_rate=0.01), epochs=3, batch_size=16)
    return replace(own, **options)


def parts(samples: int = 50) -> Parts:
    """Data of which the last batch of 16 is a smaller one, and some to validate with."""
    return Parts(dataset(samples), dataset(20, seed=1))


def flat(weights) -> bytes:
    """All weights as one string of bytes, to be compared exactly."""
    return b"".join(array.tobytes() for own in weights for array in own.values())
