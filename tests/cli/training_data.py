"""A small data set on disk for the tests of train, evaluate and predict."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.training.examples import dataset

NETWORK = "Conv2D(3, 3, activation='relu'); Flatten(); Dense(3, activation='softmax')"


def save_npz(path: Path, samples: int = 40, test: bool = True) -> Path:
    """Save images of (6, 5, 2) in three classes, as Keras's data sets are saved."""
    parts = {"train": dataset(samples, dtype=np.uint8)}
    if test:
        parts["test"] = dataset(15, seed=5, dtype=np.uint8)
    arrays = {}
    for name, part in parts.items():
        arrays[f"x_{name}"], arrays[f"y_{name}"] = part.batch(np.arange(len(part)))
    np.savez(path, **arrays)
    return path
