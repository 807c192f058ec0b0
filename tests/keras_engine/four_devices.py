"""Trains on all devices that JAX has, and prints what happened; run by test_backend_devices.

Counts the devices that hold a part of each batch which Keras is given, and its rows there.
"""

from __future__ import annotations

import json
import sys

import jax
import numpy as np

from cnncalc.files.datasets_arrays import read_digits
from cnncalc.keras_engine import KerasEngine
from cnncalc.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D, Rescaling
from cnncalc.network import initialize
from cnncalc.training.dataset import split
from cnncalc.training.fit import fit
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import begin

LAYERS = [
    Rescaling(1 / 16),
    Conv2D(6, 3, activation="relu"),
    BatchNormalization(),
    MaxPooling2D(2),
    Conv2D(8, 2, activation="relu"),
    Flatten(),
    Dense(10, activation="softmax"),
]
BATCHES = 4


def spread(array) -> list:
    """How many devices hold a part of an array, and the rows of each part."""
    parts = array.addressable_shards
    return [len({part.device for part in parts}), [part.data.shape[0] for part in parts]]


def watch_batches() -> list:
    """Write down how each image batch is spread that Keras makes of an array of ours."""
    seen: list = []
    make = jax.make_array_from_process_local_data

    def watched(sharding, data):
        array = make(sharding, data)
        if getattr(array, "ndim", 0) == 4:  # targets have 2, missing sample weights none
            seen.append(spread(array))
        return array

    jax.make_array_from_process_local_data = watched
    return seen


def main() -> None:
    parts = split(read_digits().training.part(np.arange(150)), 0.3)
    plan = TrainingPlan(initialize(LAYERS, (8, 8, 1), seed=1), epochs=3, batch_size=32)
    ours = fit(plan, parts)
    batches, engine = watch_batches(), KerasEngine()
    state = fit(plan, parts, engine=engine)
    pairs = zip(ours.weights, state.weights, strict=True)
    with engine.start(plan, begin(plan.network, plan.optimizer), 10) as trainer:
        weights_on = len(trainer.model.weights[0].value.sharding.device_set)
        evaluated = spread(trainer.placed(np.zeros((32, 8, 8, 1), np.uint8)))
    sizes = [TrainingPlan(plan.network, batch_size=size) for size in (32, 30, 25)]
    result = {
        "differences": [float(np.abs(a[k] - b[k]).max()) for a, b in pairs for k in a],
        "history": max(
            abs(getattr(a, name) - getattr(b, name))
            for a, b in zip(ours.history, state.history, strict=True)
            for name in ("loss", "accuracy", "val_loss", "val_accuracy")
        ),
        # Keras asks for each batch twice.
        "batches": batches[: 2 * BATCHES : 2],
        "weights_on": weights_on,
        "evaluated": evaluated,
        "notes": [engine.notes(size)[0] for size in sizes],
    }
    sys.stdout.write(f"{json.dumps(result)}\n")


if __name__ == "__main__":
    main()
