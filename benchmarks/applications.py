"""Reads five of Keras's image networks, predicts a photo as Keras does, and writes them back.

The networks are those of keras.applications: branches of every kind, hundreds of layers. Their
weights are drawn from a seed, what their normalizations remember is taken from a few photos.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.from_disk import draw_photos
from benchmarks.measuring import Contender, Turns, check_same, in_turns
from benchmarks.reporting import Asked, program, table

if TYPE_CHECKING:
    from cnncalc.ops.arrays import Array

__all__ = ["FULL", "SMALL", "Application", "Comparison", "compared", "photos_between", "settle"]

PHOTOS = 4
TOLERANCE = 1e-4  # of the largest logit
NEEDS = ("keras", "tensorflow")
ENVIRONMENT = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
OURS, THEIRS = "cnncalc", "Keras on TensorFlow"


@dataclass(frozen=True)
class Application:
    """One of Keras's networks, and what its function is given besides."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


FULL = tuple(
    map(Application, ("MobileNetV2", "ResNet50V2", "DenseNet121", "InceptionV3", "Xception"))
)
# As narrow as they come, on the smallest images that they take.
SMALL = (
    Application("MobileNetV2", {"alpha": 0.35, "input_shape": (96, 96, 3), "classes": 10}),
    Application("Xception", {"input_shape": (71, 71, 3), "classes": 10}),
)


@dataclass(frozen=True)
class Comparison:
    """What became of one application, differences as shares of the largest logit.

    `difference` is that of cnncalc from Keras, `written` that of Keras from itself when it has read
    what cnncalc wrote; `turns` what it cost to start, to read the file and to predict.
    """

    application: Application
    layers: int
    parameters: int
    difference: float
    written: float
    turns: Turns


def logits(asked: Asked) -> Sequence[str]:
    """Compare every application, each program in a new process."""
    applications = SMALL if asked.tiny else FULL
    with tempfile.TemporaryDirectory() as folder:
        found = [compared(application, Path(folder)) for application in applications]
    return [
        "From the start of a process: reading the file, and the logits of one photo. Differences "
        f"are shares of the largest logit, at most {TOLERANCE:g}: cnncalc's from Keras's, and "
        "Keras's from its own after cnncalc wrote the file anew.",
        table(
            [
                *("", "layers", "parameters", "difference", "written back"),
                *("seconds", "Keras's", "peak MB", "Keras's"),
            ],
            list(map(_row, found)),
        ),
    ]


def _row(found: Comparison) -> list[object]:
    seconds = [f"{found.turns.seconds(name).middle:.1f}" for name in (OURS, THEIRS)]
    peaks = [f"{found.turns.peak_megabytes(name):,.0f}" for name in (OURS, THEIRS)]
    shares = [f"{share:.1e}" for share in (found.difference, found.written)]
    counts = [f"{count:,}" for count in (found.layers, found.parameters)]
    return [found.application.name, *counts, *shares, *seconds, *peaks]


def compared(application: Application, folder: Path) -> Comparison:
    """Have Keras save an application in a folder, and both predict from the file.

    Raises DifferentResultsError where their logits differ, or Keras's from what cnncalc wrote.
    """
    saved, again = folder / f"{application.name}.keras", folder / f"{application.name}_again.keras"
    photos = folder / f"{application.name}.npy"
    layers, parameters = _done(_keras(partial(_save, application, saved, photos)))
    ours = Contender(OURS, partial(partial, _our_logits, saved, photos))
    turns = in_turns([ours, _keras(partial(_their_logits, saved, photos))], 1, 0, fresh=True)
    _done(Contender(OURS, partial(partial, _write_again, saved, again)))
    theirs = turns.results[THEIRS]
    written = _done(_keras(partial(_their_logits, again, photos)))
    check_same(f"logits of {application.name}", turns.results[OURS], theirs, TOLERANCE)
    check_same(f"logits of {application.name}, written back", written, theirs, TOLERANCE)
    difference, again_apart = (_apart(logits, theirs) for logits in (turns.results[OURS], written))
    return Comparison(application, layers, parameters, difference, again_apart, turns)


def _apart(logits: Array, others: Array) -> float:
    return float(abs(logits - others).max() / abs(others).max())


def _keras(work: Callable[[], Any]) -> Contender:
    return Contender(THEIRS, partial(partial, work), NEEDS, ENVIRONMENT)


def _done(contender: Contender) -> Any:  # noqa: ANN401 (what the work returns)
    """Do a work that isn't measured, and return what comes of it."""
    return in_turns([contender], 1, 0, fresh=True).results[contender.name]


def _save(application: Application, path: Path, photos: Path) -> tuple[int, int]:
    """Save an application and a photo for it; return how many layers it has, and parameters."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(0)
    model = getattr(keras.applications, application.name)(weights=None, **application.options)
    images = photos_between(path.parent, model.input_shape[1])
    settle(model, images)
    model.save(path)
    np.save(photos, images[:1])
    return len(model.layers), model.count_params()


def photos_between(folder: Path, side: int) -> Array:
    """Return made-up photos, (PHOTOS, side, side, 3), from -1 to 1."""
    import numpy as np
    from PIL import Image

    draw_photos(folder / "photos", PHOTOS)
    paths = sorted((folder / "photos").rglob("*.jpg"))
    squares = [Image.open(path).resize((side, side)) for path in paths]
    return np.stack([np.asarray(square, np.float32) for square in squares]) / 127.5 - 1


def settle(model: Any, images: Array) -> None:  # noqa: ANN401 (Keras ships no types)
    """Give each normalization the mean and variance of these images.

    From the initial 0 and 1, numbers would die out or grow from layer to layer.
    """
    norms = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(images, training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum


def _their_logits(path: Path, photos: Path) -> Array:
    import keras
    import numpy as np

    model = keras.saving.load_model(path, compile=False)
    model.layers[-1].activation = keras.activations.linear
    logits: Array = keras.ops.convert_to_numpy(model(np.load(photos), training=False))
    return logits


def _our_logits(path: Path, photos: Path) -> Array:
    import numpy as np

    from cnncalc.files.keras_archive import read_keras
    from cnncalc.network import forward, without_last_activation

    network, _ = without_last_activation(read_keras(path).network)
    return forward(network, np.load(photos))


def _write_again(path: Path, again: Path) -> None:
    from cnncalc.files.keras_archive import read_keras, write_keras

    with again.open("wb") as file:
        write_keras(file, read_keras(path))


PARTS = {"logits": logits}

if __name__ == "__main__":
    program("applications", PARTS)
