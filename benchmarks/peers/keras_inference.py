"""Predicts images with Keras, or evaluates a model on data, from files to a file.

    python keras_inference.py predict RESULT.json MODEL.keras IMAGE...
    python keras_inference.py evaluate RESULT.json MODEL.keras DATA

DATA is an .npz file with x_test and y_test, or a folder of photos, a subfolder a class.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

BATCH_SIZE = 128
PHOTOS_AT_ONCE = 32  # Keras's own batch size


def predict(model_path: str, paths: Sequence[str]) -> list[list[float]]:
    """Return the model's output for each image."""
    model = keras.saving.load_model(model_path, compile=False)
    images = photos(paths, model.input_shape)
    if len(images) == 1:
        # Called as it is: `predict` compiles first, which one image doesn't pay for.
        outputs = keras.ops.convert_to_numpy(model(images, training=False))
    else:
        outputs = model.predict(images, batch_size=batch_size(images), verbose=0)
    result: list[list[float]] = outputs.tolist()
    return result


def evaluate(model_path: str, data: str) -> list[float]:
    """Return the loss and the accuracy."""
    model = keras.saving.load_model(model_path)
    if data.endswith(".npz"):
        stored = np.load(data)
        images, labels = stored["x_test"][..., np.newaxis], stored["y_test"]
    else:
        paths = sorted(Path(data).glob("*/*"))
        classes = sorted({path.parent.name for path in paths})
        images = photos([str(path) for path in paths], model.input_shape)
        labels = np.array([classes.index(path.parent.name) for path in paths])
    wanted = np.eye(model.output_shape[-1], dtype=np.float32)[labels]
    result: list[float] = model.evaluate(images, wanted, batch_size=batch_size(images), verbose=0)
    return result


def photos(paths: Sequence[str], shape: Sequence[int]) -> NDArray[np.float32]:
    """Read images by Pillow, as Keras does without TensorFlow's own reader."""
    mode = "grayscale" if shape[-1] == 1 else "rgb"
    read = (keras.utils.load_img(path, color_mode=mode, target_size=shape[1:3]) for path in paths)
    return np.stack([keras.utils.img_to_array(image) for image in read])


def batch_size(images: NDArray[np.float32]) -> int:
    """Return how many images go forward at once."""
    return BATCH_SIZE if images.shape[1] < 64 else PHOTOS_AT_ONCE


if __name__ == "__main__":
    task, result_path, *given = sys.argv[1:]
    found = predict(given[0], given[1:]) if task == "predict" else evaluate(given[0], given[1])
    Path(result_path).write_text(json.dumps(found))
