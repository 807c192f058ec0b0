"""Trains the article's network on folders of photos with Keras, and tests it; all from disk.

    python keras_from_disk.py DIR EPOCHS SIZE

With MODEL.keras as a fourth word, it tests that model instead, and prints its loss as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras

BATCH_SIZE = 128


def photos(folder: Path, size: int, **options: Any) -> Any:  # noqa: ANN401 (Keras's data sets)
    """Read photos as Keras does: in bytes, bilinear, as they are needed."""
    return keras.utils.image_dataset_from_directory(
        folder,
        label_mode="categorical",
        image_size=(size, size),
        batch_size=BATCH_SIZE,
        seed=0,
        verbose=False,
        **options,
    )


def train(folder: Path, epochs: int, size: int) -> None:
    """Train and test; photos are decoded once and kept in memory, as Keras's guides advise."""
    training, validation = photos(folder / "train", size, validation_split=0.3, subset="both")
    model = keras.Sequential(
        [
            keras.layers.Input((size, size, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(10, 5, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(training.cache(), validation_data=validation.cache(), epochs=epochs, verbose=0)
    model.evaluate(photos(folder / "test", size), verbose=0)
    model.save("model.keras")


def test(folder: Path, size: int, path: str) -> None:
    """Print how a model does on the test photos."""
    model = keras.models.load_model(path)
    loss, accuracy = model.evaluate(photos(folder / "test", size), verbose=0)
    print(json.dumps({"loss": loss, "accuracy": accuracy}))


if __name__ == "__main__":
    where, count, pixels, *models = sys.argv[1:]
    if models:
        test(Path(where), int(pixels), models[0])
    else:
        train(Path(where), int(count), int(pixels))
