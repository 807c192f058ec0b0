"""Trains the article's network on folders of photos, from the command to the saved model.

DIR holds train and test, each with a subfolder a class; without it, photos are made up. Everything
counts: starting, decoding, resizing, caching, the epochs with validation, the test, saving.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.checkouts import environment_of, name_of
from benchmarks.errors import MissingDataError
from benchmarks.measuring import Command, Turns, check_same, commands_in_turns, output, require
from benchmarks.reporting import Asked, counted, program, table

CNNCALC = Path(sys.executable).parent / "cnncalc"
KERAS = Path(__file__).parent / "peers" / "keras_from_disk.py"
NEEDS = ("keras", "tensorflow", "torch")
# JAX takes several times as long (training.py). TensorFlow reads the photos for all of them.
BACKENDS = {"Keras on TensorFlow": "tensorflow", "Keras on PyTorch": "torch"}
TARGET = 1.6

PHOTOS = {"train": 800, "test": 200}
FEW_PHOTOS = {"train": 12, "test": 4}
# TensorFlow decodes JPEG a little less exactly, so that pixels differ by about 1 of 255.
TOLERANCE = 0.01
# A dozen photos are learnt by heart, which makes much of such differences: 0.013 was seen.
TINY_TOLERANCE = 0.05
# The check's: small enough that Keras trains on all photos at once.
SMALL, CHECKED_EPOCHS, ALL = "32", "20", str(2**20)


def training(asked: Asked) -> Sequence[str]:
    """Measure five epochs, once with each in a round."""
    require(NEEDS)
    epochs, size, rounds = (1, 32, 2) if asked.tiny else (5, 300, 3)
    with folder_of_photos(asked) as folder:
        check_same_training(folder, TINY_TOLERANCE if asked.tiny else TOLERANCE)
        turns = commands_in_turns(
            contenders(folder, epochs, size, asked.against), rounds, warm_ups=0
        )
        counts = [sum(photos_by_class(folder / part).values()) for part in PHOTOS]
    kind = "photos" if asked.folder else "made-up photos"
    return [
        f"{counts[0]:,} {kind} to train and validate with, {counts[1]:,} for the test at the end: "
        f"{counted(epochs, 'epoch')} of the article's network at {size}×{size}, batches of 128. "
        f"Each works in one process. At least {TARGET} times as long as cnncalc is wanted.",
        result_table(turns),
    ]


@contextmanager
def folder_of_photos(asked: Asked) -> Iterator[Path]:
    """Yield the folder that was asked for, or one of made-up photos for as long as it takes."""
    if asked.folder is not None:
        require_classes(asked.folder)
        yield asked.folder
        return
    with tempfile.TemporaryDirectory() as place:
        for part, count in (FEW_PHOTOS if asked.tiny else PHOTOS).items():
            draw_photos(Path(place) / part, count)
        yield Path(place)


def require_classes(folder: Path) -> None:
    """Fail where train and test don't hold photos of the same classes, two at least."""
    found = {part: list(photos_by_class(folder / part)) for part in PHOTOS}
    if found["train"] != found["test"] or len(found["train"]) < 2:
        received = "; ".join(
            f"{part} with {', '.join(classes) or 'none'}" for part, classes in found.items()
        )
        message = (
            f"'{folder}' must hold train and test, each with the same two or more folders of "
            f"photos, one a class. Received: {received}"
        )
        raise MissingDataError(message)


def photos_by_class(folder: Path) -> dict[str, int]:
    """Return how many photos there are of each class that has any."""
    from cnncalc.files.datasets_folders import find_photos

    counts = {place.name: len(find_photos(place)) for place in sorted(folder.glob("[!.]*/"))}
    return {name: count for name, count in counts.items() if count}


def draw_photos(folder: Path, count: int) -> None:
    """Draw photos of two classes, half of them each: clouds of every size in a photo's format."""
    import numpy as np
    from PIL import Image

    for number in range(count):
        kind = ("cool", "warm")[number % 2]
        # The size of most photos in collections like cats and dogs.
        size = (500, 375) if number % 3 else (375, 500)
        random = np.random.default_rng([count, number])
        pixels = np.zeros((*size[::-1], 3))
        for cells in (4, 16, 64, 256):
            cloud = Image.fromarray(random.integers(0, 256, (cells, cells, 3), np.uint8))
            pixels += np.asarray(cloud.resize(size, Image.Resampling.BICUBIC)) / cells**0.5
        pixels *= (0.95, 1, 1.05) if kind == "cool" else (1.05, 1, 0.95)
        (folder / kind).mkdir(parents=True, exist_ok=True)
        photo = Image.fromarray((pixels / pixels.max() * 255).astype(np.uint8))
        photo.save(folder / kind / f"{number}.jpg", quality=90)


def contenders(folder: Path, epochs: int, size: int, against: Path | None) -> list[Command]:
    """Return the commands: cnncalc, whose cache is empty so that it decodes, too, and Keras.

    against: the checkout whose cnncalc is a contender as well, if any.
    """
    options = ["--epochs", str(epochs), "--image-size", str(size), "--stratify"]
    ours = [*train_words(folder), *options, "-o", "model.keras"]
    theirs: list[str | Path] = [sys.executable, KERAS, folder, str(epochs), str(size)]
    before = [Command(name_of(at), ours, (), environment_of(at)) for at in [against] if at]
    return [
        Command("cnncalc", ours),
        *before,
        *(Command(name, theirs, NEEDS, environment(name)) for name in BACKENDS),
    ]


def train_words(folder: Path) -> list[str | Path]:
    """Return the beginning of a command that trains, with a cache in its own folder."""
    return [CNNCALC, "train", folder, "--cache", "cache"]


def environment(name: str) -> dict[str, str]:
    """Return the variables that choose a backend, and keep TensorFlow quiet."""
    return {"KERAS_BACKEND": BACKENDS[name], "TF_CPP_MIN_LOG_LEVEL": "3"}


def check_same_training(folder: Path, tolerance: float) -> None:
    """Fail where Keras and cnncalc, from the same weights, come to another loss on the test photos.

    Both go through all training photos at once, made small: what is held back for validation and
    how photos are shuffled would differ.
    """
    with tempfile.TemporaryDirectory() as place:
        options = ["--image-size", SMALL, "--epochs", CHECKED_EPOCHS, "--validation-split", "0"]
        together = ["--batch-size", ALL, "--network", "start.keras", "-o", "model.keras", "--force"]
        train = Command("cnncalc", [*train_words(folder), *options, *together])
        in_json = ("--cache", "cache", "--format", "json")
        evaluate = Command("cnncalc", [CNNCALC, "evaluate", "model.keras", folder, *in_json])
        keras = (sys.executable, KERAS, folder, CHECKED_EPOCHS, SMALL, "start.keras")
        for backend in BACKENDS:
            theirs = output(Command(backend, keras, NEEDS, environment(backend)), place)
            output(train, place)
            ours = output(evaluate, place)
            our, their = (json.loads(text)["loss"] for text in (ours, theirs))
            check_same(f"loss on the test photos, {backend}", our, their, tolerance)


def result_table(turns: Turns) -> str:
    """Return each contender's time, the processor's, memory, and its time against cnncalc's."""
    rows = [
        (
            name,
            turns.seconds(name),
            turns.processor_seconds(name),
            f"{turns.peak_megabytes(name):,.0f}",
            turns.ratio("cnncalc", name),
        )
        for name in turns.usages
    ]
    return table(("", "seconds", "processor seconds", "peak MB", "times as long as cnncalc"), rows)


PARTS = {"training": training}

if __name__ == "__main__":
    program("from_disk", PARTS, folder=True, against=True)
