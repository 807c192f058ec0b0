"""The networks that training.py trains, their images, and what they ask for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

__all__ = [
    "ARTICLE",
    "LENET",
    "NORMALIZED",
    "RESIDUAL",
    "VGG",
    "Case",
    "operations",
    "photos",
    "stored",
]


class Case(NamedTuple):
    """A network, its images, how many are in memory, how many an epoch and a step train on."""

    layers: str
    input_shape: tuple[int, int, int]
    classes: int
    held: int
    epoch: int
    batch_size: int = 128

    def small(self) -> Case:
        """Return the same on small images, to try it out."""
        return self._replace(
            input_shape=(28, 28, self.input_shape[2]), held=8, epoch=8, batch_size=4
        )


ARTICLE = Case(
    'Rescaling(1/255); Conv2D(10, 5, activation="relu"); MaxPooling2D(2); Flatten(); '
    'Dense(2, activation="softmax")',
    (300, 300, 3),
    classes=2,
    held=1024,
    epoch=512,
)
LENET = Case(
    'Rescaling(1/255); Conv2D(6, 5, padding="same", activation="tanh"); AveragePooling2D(2); '
    'Conv2D(16, 5, activation="tanh"); AveragePooling2D(2); Flatten(); '
    'Dense(120, activation="tanh"); Dense(84, activation="tanh"); Dense(10, activation="softmax")',
    (28, 28, 1),
    classes=10,
    held=12_800,
    epoch=12_800,
)
VGG = Case(
    'Rescaling(1/255); Conv2D(32, 3, padding="same", activation="relu"); '
    'Conv2D(32, 3, padding="same", activation="relu"); MaxPooling2D(2); '
    'Conv2D(64, 3, padding="same", activation="relu"); '
    'Conv2D(64, 3, padding="same", activation="relu"); MaxPooling2D(2); Flatten(); '
    'Dense(128, activation="relu"); Dense(10, activation="softmax")',
    (32, 32, 3),
    classes=10,
    held=1280,
    epoch=1280,
)
NORMALIZED = VGG._replace(
    layers='Rescaling(1/255); Conv2D(32, 3, padding="same", use_bias=False); BatchNormalization(); '
    'ReLU(); Conv2D(32, 3, padding="same", use_bias=False); BatchNormalization(); ReLU(); '
    'MaxPooling2D(2); Conv2D(64, 3, padding="same", use_bias=False); BatchNormalization(); ReLU(); '
    'Conv2D(64, 3, padding="same", use_bias=False); BatchNormalization(); ReLU(); MaxPooling2D(2); '
    'Flatten(); Dense(128, activation="relu"); Dense(10, activation="softmax")'
)
RESIDUAL = VGG._replace(
    layers='Rescaling(1/255); Conv2D(32, 3, padding="same", use_bias=False); BatchNormalization(); '
    'ReLU(name="start"); Conv2D(32, 3, padding="same", use_bias=False); BatchNormalization(); '
    'ReLU(); Conv2D(32, 3, padding="same", use_bias=False); BatchNormalization(name="end"); '
    'Add()([end, start]); ReLU(); MaxPooling2D(2, name="halved"); '
    'Conv2D(64, 3, padding="same", use_bias=False); BatchNormalization(); ReLU(); '
    'Conv2D(64, 3, padding="same", use_bias=False); BatchNormalization(name="deep"); '
    'Conv2D(64, 1, name="wide")(halved); Add()([deep, wide]); ReLU(); '
    'GlobalAveragePooling2D(); Dense(10, activation="softmax")'
)


@contextmanager
def stored(case: Case) -> Iterator[Path]:
    """Store the network's initial weights, and images with their labels."""
    import numpy as np

    from cnncalc.files.keras_archive import KerasModel, write_keras
    from cnncalc.network import initialize
    from cnncalc.notation import parse

    network = initialize(parse(case.layers).layers, case.input_shape)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "model.keras").open("wb") as file:
            write_keras(file, KerasModel(network))
        np.save(folder / "images.npy", photos(case))
        np.save(folder / "labels.npy", np.arange(case.held) % case.classes)
        yield folder


def photos(case: Case) -> Any:  # noqa: ANN401 (NumPy is imported where it is needed)
    """Return bytes (images, height, width, channels) like photos: plain parts, edges, noise."""
    import numpy as np

    random = np.random.default_rng(0)
    height, width, channels = case.input_shape
    parts = random.integers(0, 230, (case.held, height // 20 + 1, width // 20 + 1, channels))
    plain = parts.astype(np.uint8).repeat(20, axis=1).repeat(20, axis=2)[:, :height, :width]
    return plain + random.integers(0, 25, plain.shape, np.uint8)


def operations(case: Case) -> int:
    """Return the multiplications and additions that training asks for, for each image.

    They are those of a forward pass; as many for the weights' gradients; and as many again for
    the gradients by the inputs of all layers but the first with weights.
    """
    from cnncalc.notation import parse
    from cnncalc.summary import summarize

    layers = summarize(parse(case.layers).layers, case.input_shape).layers
    costs = [layer.multiply_adds for layer in layers if layer.parameters]
    return 2 * (3 * sum(costs) - costs[0])
