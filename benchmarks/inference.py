"""Predicts and evaluates, small images and ResNet50V2's, from the command to its end; traces it.

Everything counts: starting, reading the model and the images, the forward pass, printing. The
weights are drawn from a seed; both programs' results are compared before times are told.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.applications import photos_between, settle
from benchmarks.from_disk import draw_photos
from benchmarks.measuring import (
    Command,
    Contender,
    Turns,
    check_same,
    commands_in_turns,
    in_turns,
    output,
    require,
)
from benchmarks.reporting import Asked, counted, program, table

CNNCALC = Path(sys.executable).parent / "cnncalc"
KERAS = Path(__file__).parent / "peers" / "keras_inference.py"
NEEDS = ("keras", "tensorflow", "torch", "jax")
BACKENDS = {
    "Keras on TensorFlow": "tensorflow",
    "Keras on PyTorch": "torch",
    "Keras on JAX": "jax",
}
MAKER = "Keras on TensorFlow"
OURS = "cnncalc"
TOLERANCE = 1e-4  # of the largest number
TARGET = 1

IMAGES, FEW_IMAGES = 10_000, 20
PHOTOS, FEW_PHOTOS = 32, 4
CLASSES = 10


Result = TypeVar("Result")


@dataclass(frozen=True)
class Task:
    """Something to do with a model, by the commands' names: "predict" or "evaluate"."""

    title: str
    kind: str
    model: Path
    given: Sequence[Path]

    def command(self) -> Command:
        """Return cnncalc's command, which prints for programs."""
        form = "csv" if self.kind == "predict" else "json"
        cache = ["--cache", "cache"] if self.given[0].is_dir() else []
        words: list[str | Path] = [CNNCALC, self.kind, self.model, *self.given, *cache]
        return Command(OURS, [*words, "--format", form])

    def peer(self, name: str) -> Command:
        """Return the command of Keras on a backend, which writes what it finds into a file."""
        words: list[str | Path] = [sys.executable, KERAS, self.kind, self.result(name)]
        variables = {"KERAS_BACKEND": BACKENDS[name], "TF_CPP_MIN_LOG_LEVEL": "3"}
        return Command(name, [*words, self.model, *self.given], NEEDS, variables)

    def result(self, name: str) -> Path:
        """Return the file into which Keras on a backend writes."""
        return self.model.with_name(f"{BACKENDS[name]}.json")

    def ours(self) -> list[Any]:
        """Return what cnncalc says: each image's outputs, or the loss and the accuracy."""
        with tempfile.TemporaryDirectory() as folder:
            said = output(self.command(), folder)
        if self.kind == "evaluate":
            found = json.loads(said)
            return [found["loss"], found["accuracy"]]
        return [list(map(float, row[2:])) for row in list(csv.reader(said.splitlines()))[1:]]


def small_images(asked: Asked) -> Sequence[str]:
    """Measure LeNet-5 on ten thousand grey images of 28×28."""
    count, rounds = (FEW_IMAGES, 1) if asked.tiny else (IMAGES, 5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done(partial(save_small, folder, count))
        model, data = folder / "model.keras", folder / "data.npz"
        images = sorted((folder / "images").iterdir())
        tasks = [
            Task(f"evaluate, {counted(count, 'image')} in an .npz file", "evaluate", model, [data]),
            Task(f"predict, {counted(count, 'image file')}", "predict", model, images),
        ]
        turns = [measured(task, rounds) for task in tasks]
    said = f"LeNet-5 with random weights; images of 28×28 numbers, the files PNG. {WANTED}"
    return [said, results(tasks, turns)]


def large_images(asked: Asked) -> Sequence[str]:
    """Measure ResNet50V2 on photos of its own size."""
    rounds = 1 if asked.tiny else 5
    with photos_and_model(asked) as (model, folder):
        photos = sorted(folder.glob("*/*"))
        many = counted(len(photos), "photo")
        tasks = [
            Task("predict, 1 photo", "predict", model, photos[:1]),
            Task(f"predict, {many}", "predict", model, photos),
            Task(f"evaluate, {many} in folders", "evaluate", model, [folder]),
        ]
        turns = [measured(task, rounds) for task in tasks]
    said = f"{network_name(asked)} with random weights and two classes; photos of its size. "
    return [said + WANTED, results(tasks, turns)]


WANTED = f"At least {TARGET} times as long as cnncalc is wanted of each backend."


def tracing(asked: Asked) -> Sequence[str]:
    """Measure the memory of a trace that is printed, beside what of it there is."""
    rounds = 1 if asked.tiny else 3
    with photos_and_model(asked) as (model, folder):
        photo = min(folder.glob("*/*"))
        trace = Command("trace", [CNNCALC, "trace", model, photo])
        start = Command("start", [CNNCALC, "trace", "Flatten()"])
        turns = commands_in_turns([trace, start], rounds)
        weights, all_layers, passing = done_by_us(partial(sizes, model))
    peak, bare = turns.peak_megabytes("trace"), turns.peak_megabytes("start")
    rows = [
        ("cnncalc's peak", f"{peak:,.0f}"),
        ("of it a trace of the article's digit, no network", f"{bare:,.0f}"),
        ("of it the weights", f"{weights:,.0f}"),
        ("left for the calculation", f"{peak - bare - weights:,.0f}"),
        ("what later layers take and one layer's stages, at most", f"{passing:,.0f}"),
        ("the stages of all layers", f"{all_layers:,.0f}"),
    ]
    return [
        f"`cnncalc trace` prints all layers of {network_name(asked)} on one photo, in "
        f"{turns.seconds('trace')} seconds. A layer is let go when it was printed and no other "
        "takes it.",
        table(("", "MB"), rows),
    ]


def measured(task: Task, rounds: int) -> Turns:
    """Let cnncalc and Keras on each backend do a task in turns, and compare what they found."""
    require(NEEDS)
    peers = [task.peer(name) for name in BACKENDS]
    turns = commands_in_turns([task.command(), *peers], rounds, warm_ups=0)
    ours = task.ours()
    for name in BACKENDS:
        theirs = json.loads(task.result(name).read_text())
        check_same(f"{task.title}, {name}", ours, theirs, TOLERANCE)
    return turns


def results(tasks: Sequence[Task], turns: Sequence[Turns]) -> str:
    """Return each task's time, the processor's, memory, and its time against cnncalc's."""
    rows = [
        (
            task.title,
            name,
            ran.seconds(name),
            ran.processor_seconds(name),
            f"{ran.peak_megabytes(name):,.0f}",
            ran.ratio(OURS, name),
        )
        for task, ran in zip(tasks, turns, strict=True)
        for name in ran.usages
    ]
    header = ("", "", "seconds", "processor seconds", "peak MB", "times as long as cnncalc")
    return table(header, rows)


def network_name(asked: Asked) -> str:
    """Return which of Keras's networks is measured."""
    return "MobileNetV2" if asked.tiny else "ResNet50V2"


@contextmanager
def photos_and_model(asked: Asked) -> Iterator[tuple[Path, Path]]:
    """Yield a model that Keras saved, and a folder of photos for it, a subfolder a class."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = FEW_PHOTOS if asked.tiny else PHOTOS
        done(partial(save_large, folder, network_name(asked), 96 if asked.tiny else 224, count))
        yield folder / "model.keras", folder / "photos"


def done(work: Callable[[], Result]) -> Result:
    """Have Keras do a work that isn't measured."""
    variables = {"KERAS_BACKEND": BACKENDS[MAKER], "TF_CPP_MIN_LOG_LEVEL": "3"}
    contender = Contender(MAKER, partial(partial, work), ("keras", "tensorflow"), variables)
    result: Result = in_turns([contender], 1, 0, fresh=True).results[MAKER]
    return result


def done_by_us(work: Callable[[], Result]) -> Result:
    """Do a work that isn't measured in a process of its own."""
    contender = Contender(OURS, partial(partial, work))
    result: Result = in_turns([contender], 1, 0, fresh=True).results[OURS]
    return result


def save_small(folder: Path, count: int) -> None:
    """Save LeNet-5, and images with labels, in one file and as one file each."""
    import keras
    import numpy as np
    from PIL import Image

    keras.utils.set_random_seed(0)
    kinds = keras.layers
    model = keras.Sequential(
        [
            kinds.Input((28, 28, 1)),
            kinds.Rescaling(1 / 255),
            kinds.Conv2D(6, 5, padding="same", activation="tanh"),
            kinds.AveragePooling2D(2),
            kinds.Conv2D(16, 5, activation="tanh"),
            kinds.AveragePooling2D(2),
            kinds.Flatten(),
            kinds.Dense(120, activation="tanh"),
            kinds.Dense(84, activation="tanh"),
            kinds.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    model.save(folder / "model.keras")
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 28, 28), np.uint8)
    labels = np.arange(count) % CLASSES
    few = slice(CLASSES)
    parts = (images[few], labels[few], images, labels)
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(folder / "data.npz", allow_pickle=False, **dict(zip(names, parts, strict=True)))
    (folder / "images").mkdir()
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / "images" / f"{number:05}.png")


def save_large(folder: Path, name: str, side: int, count: int) -> None:
    """Save one of Keras's networks, and photos of two classes for it."""
    import keras
    from PIL import Image

    draw_photos(folder / "photos", count)
    for path in (folder / "photos").glob("*/*"):
        with Image.open(path) as photo:
            photo.resize((side, side)).save(path, quality=90)
    keras.utils.set_random_seed(0)
    photo = keras.Input((side, side, 3))
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1)(photo)
    known = getattr(keras.applications, name)
    model = known(weights=None, classes=2, input_tensor=scaled)
    settle(model, 127.5 * (photos_between(folder / "settling", side) + 1))
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    model.save(folder / "model.keras")


def sizes(model: Path) -> tuple[float, float, float]:
    """Return how many megabytes the weights have, all stages of a trace, and most at one time."""
    from cnncalc.files.keras_archive import read_keras
    from cnncalc.trace import trace_bytes

    network = read_keras(model).network
    weights = sum(array.nbytes for each in network.weights for array in each.values())
    layers, shape = network.layers, network.input_shape
    passing = trace_bytes(layers, shape, [layers[-1].name])
    return weights / 2**20, trace_bytes(layers, shape) / 2**20, passing / 2**20


PARTS = {"small images": small_images, "ResNet50V2": large_images, "trace": tracing}

if __name__ == "__main__":
    program("inference", PARTS)
