"""Networks and images for the commands that take NETWORK."""

from __future__ import annotations

import numpy as np
from PIL import Image

from cnncalc.files.keras_archive import KerasModel, write_keras
from cnncalc.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnncalc.network import assemble

LENET = (
    "Rescaling(1/255); Conv2D(6, 5, padding='same', activation='relu'); AveragePooling2D(2); "
    "Conv2D(16, 5, activation='relu'); AveragePooling2D(2); Flatten(); "
    "Dense(120, activation='relu'); Dense(84, activation='relu'); Dense(10, activation='softmax')"
)

# A cross on a 4×4 image of whole numbers, so that every number can be checked by hand.
LAYERS = (
    Conv2D(1, 3, activation="relu"),
    MaxPooling2D(2),
    Flatten(),
    Dense(2, activation="softmax"),
)
WEIGHTS = (
    {"kernel": np.reshape([1, 0, 1, 0, 1, 0, 1, 0, 1], (3, 3, 1, 1)), "bias": [-2]},
    {},
    {},
    {"kernel": [[1, -1]], "bias": [0.5, 40]},
)
IMAGE = "1,2,3,4\n5,6,7,8\n0,1,0,1\n2,2,2,2\n"


def small_network(count=4):
    """The first layers of the small network, all of them by default."""
    return assemble(LAYERS[:count], (4, 4, 1), WEIGHTS[:count])


def save_small(folder, count=4, **metadata):
    """Save the small network as small.keras and its image as grid.csv."""
    with (folder / "small.keras").open("wb") as file:
        write_keras(file, KerasModel(small_network(count), metadata=metadata))
    (folder / "grid.csv").write_text(IMAGE)


def save_photo(path, height, width, mode="RGB"):
    random = np.random.default_rng(0)
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8)).save(path)
