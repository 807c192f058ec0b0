"""Trains the article's network on folders of photos with Keras, and tests it; all from disk.

    python keras_from_disk.py DIR EPOCHS SIZE

With START.keras as a fourth word, it keeps the initial model there, trains on all photos of train
at once, and prints the loss on those of test as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras

BATCH_SIZE = 128
AUTOTUNE = -1  # TensorFlow's: so many batches as it finds worthwhile


def photos(folder: Path, size: int, batch_size: int, **options: Any) -> Any:  # noqa: ANN401 (Keras's data sets)
    """Read photos as Keras does: in bytes, bilinear, as they are needed."""
    return keras.utils.image_dataset_from_directory(
        folder,
        label_mode="categorical",
        image_size=(size, size),
        batch_size=batch_size,
        seed=0,
        verbose=False,
        **options,
    )


def compiled(size: int, classes: int) -> Any:  # noqa: ANN401 (Keras ships no types)
    """Return the article's network, ready to train as cnncalc does where nothing else is said."""
    model = keras.Sequential(
        [
            keras.layers.Input((size, size, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(10, 5, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def train(folder: Path, epochs: int, size: int) -> None:
    """Train and test; photos are decoded once and kept in memory, as Keras's guides advise."""
    parts = photos(folder / "train", size, BATCH_SIZE, validation_split=0.3, subset="both")
    training, validation = (part.cache().prefetch(AUTOTUNE) for part in parts)
    model = compiled(size, len(parts[0].class_names))
    model.fit(training, validation_data=validation, epochs=epochs, verbose=0)
    model.evaluate(photos(folder / "test", size, BATCH_SIZE), verbose=0)
    model.save("model.keras")


def train_on_all(folder: Path, epochs: int, size: int, start: str) -> None:
    """Train from weights drawn from a seed, which are kept; nothing else is left to chance."""
    keras.utils.set_random_seed(0)
    training = photos(folder / "train", size, 2**20)
    model = compiled(size, len(training.class_names))
    model.save(start)
    model.fit(training, epochs=epochs, verbose=0)
    loss, _ = model.evaluate(photos(folder / "test", size, BATCH_SIZE), verbose=0)
    print(json.dumps({"loss": loss}))


if __name__ == "__main__":
    where, count, pixels, *starts = sys.argv[1:]
    if starts:
        train_on_all(Path(where), int(count), int(pixels), starts[0])
    else:
        train(Path(where), int(count), int(pixels))
