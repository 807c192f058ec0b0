"""Trains one small network on Fashion-MNIST, with cnncalc and with Keras's `fit`.

The data are those of Debian's package dataset-fashion-mnist, 60,000 images to train on and 10,000
to test with. Each side draws its own initial weights and its own order of images, from three seeds.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from benchmarks.errors import DifferentResultsError, MissingDataError
from benchmarks.measuring import Command, Contender, in_turns, output, require
from benchmarks.reporting import Asked, counted, program, table

FOLDER = Path("/usr/share/datasets/fashion-mnist")
NETWORK = (
    'Conv2D(16, 3, activation="relu"); MaxPooling2D(2); Conv2D(32, 3, activation="relu"); '
    'MaxPooling2D(2); Flatten(); Dense(64, activation="relu"); Dense(10, activation="softmax")'
)
NEEDS = ("keras", "torch")
EPOCHS = 5
SEEDS = (0, 1, 2)


class Score(NamedTuple):
    """A loss and an accuracy."""

    loss: float
    accuracy: float


class Course(NamedTuple):
    """What each epoch reported, and what the test images came to in the end."""

    epochs: list[Score]
    test: Score


def train_with_cnncalc(folder: Path, epochs: int, seed: int) -> Callable[[], Course]:
    """Return the turn: the commands, as in README.md."""

    def turn() -> Course:
        with tempfile.TemporaryDirectory() as place:
            model, history = Path(place) / "fashion.keras", Path(place) / "history.json"
            options = ("--validation-split", "0", "--network", NETWORK, "--seed", str(seed))
            files = ("-o", model, "--history", history)
            _cnncalc("train", folder, *options, "--epochs", str(epochs), *files)
            test = json.loads(_cnncalc("evaluate", model, folder, "--format", "json"))
            rows = json.loads(history.read_text())["epochs"]
        trained = [Score(row["loss"], row["accuracy"]) for row in rows]
        return Course(trained, Score(test["loss"], test["accuracy"]))

    return turn


def _cnncalc(*words: str | Path) -> str:
    return output(Command("cnncalc", [sys.executable, "-m", "cnncalc", *words]), Path.cwd())


def train_with_keras(folder: Path, epochs: int, seed: int) -> Callable[[], Course]:
    """Return the turn: what one writes with Keras alone."""
    import keras
    from keras import layers

    images, labels = _arrays(folder, "train")
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

    def turn() -> Course:
        fitted = model.fit(images, labels, batch_size=128, epochs=epochs, verbose=0).history
        trained = map(Score, fitted["loss"], fitted["accuracy"])
        test = model.evaluate(*_arrays(folder, "t10k"), verbose=0)
        return Course(list(trained), Score(*test))

    return turn


def _arrays(folder: Path, part: str) -> list[Any]:
    """Return the images (images, height, width) and labels (images,) of a part."""
    from cnncalc.files.datasets_arrays import read_idx_array

    paths = (next(folder.glob(f"{part}-{kind}-*")) for kind in ("images", "labels"))
    return [read_idx_array(path) for path in paths]


def figures(asked: Asked) -> Sequence[str]:
    """Train from each seed, and hold the mean test accuracies to within a point of each other."""
    require(NEEDS)  # before cnncalc trains for minutes
    seeds, epochs = (SEEDS[:1], 1) if asked.tiny else (SEEDS, EPOCHS)
    with _made() if asked.tiny else _installed() as folder:
        ours, theirs = (
            [_trained(side, folder, epochs, seed) for seed in seeds]
            for side in ("cnncalc", "Keras")
        )
    rows = [
        _row(f"epoch {n + 1}", *([course.epochs[n] for course in side] for side in (ours, theirs)))
        for n in range(epochs)
    ]
    tests = [[course.test for course in side] for side in (ours, theirs)]
    points = 100 * abs(_mean(tests[0]).accuracy - _mean(tests[1]).accuracy)
    if not asked.tiny and not points <= 1:
        message = f"accuracy on the test images: {points:.2f} points apart, at most 1 expected"
        raise DifferentResultsError(message)
    by_cnncalc, by_keras = (", ".join(f"{score.accuracy:.2%}" for score in test) for test in tests)
    return [
        f"`{NETWORK}`, Adam, batches of 128; means over {counted(len(seeds), 'seed')}. The test "
        f"accuracies, {by_cnncalc} by cnncalc and {by_keras} by Keras, are {points:.2f} points "
        "apart.",
        table(
            ("", "cnncalc: loss", "accuracy", "Keras: loss", "accuracy"),
            [*rows, _row("test images", *tests)],
        ),
    ]


def _trained(side: str, folder: Path, epochs: int, seed: int) -> Course:
    """Train once, in a process of its own."""
    if side == "cnncalc":
        contender = Contender(side, partial(train_with_cnncalc, folder, epochs, seed))
    else:
        contender = Contender(
            side,
            partial(train_with_keras, folder, epochs, seed),
            needs=NEEDS,
            environment={"KERAS_BACKEND": "torch"},
        )
    course: Course = in_turns([contender], rounds=1, warm_ups=0, fresh=True).results[side]
    return course


def _row(name: str, *sides: Sequence[Score]) -> tuple[str, ...]:
    means = [_mean(side) for side in sides]
    return (name, *(text for loss, share in means for text in (f"{loss:.4f}", f"{share:.2%}")))


def _mean(scores: Sequence[Score]) -> Score:
    return Score(*map(mean, zip(*scores, strict=True)))


@contextmanager
def _installed() -> Iterator[Path]:
    if not FOLDER.exists():
        message = f"{FOLDER} must hold Fashion-MNIST: apt-get install dataset-fashion-mnist"
        raise MissingDataError(message)
    yield FOLDER


@contextmanager
def _made() -> Iterator[Path]:
    """Make a few images of noise in MNIST's files."""
    import numpy as np

    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as place:
        for part, count in (("train", 50), ("t10k", 20)):
            images = generator.integers(256, size=(count, 28, 28), dtype=np.uint8)
            labels = np.arange(count, dtype=np.uint8) % 10
            for kind, array in (("images", images), ("labels", labels)):
                sizes = np.array(array.shape, ">u4").tobytes()
                content = bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()
                (Path(place) / f"{part}-{kind}-idx{array.ndim}-ubyte").write_bytes(content)
        yield Path(place)


PARTS = {"figures": figures}

if __name__ == "__main__":
    program("fashion_mnist", PARTS)
