"""Trains the article's network on folders of photos, from the command to the saved model.

DIR holds train and test, each with a subfolder a class. Everything counts: starting, decoding,
resizing, caching, the epochs with validation, the test at the end, saving.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import Command, check_same, commands_in_turns, require
from benchmarks.reporting import Asked, program, table

CNNCALC = Path(sys.executable).parent / "cnncalc"
KERAS = Path(__file__).parent / "peers" / "keras_from_disk.py"
NEEDS = ("keras", "tensorflow", "torch")

# Keras's fastest backend here, as training.py finds; TensorFlow reads the photos for all of them.
BACKEND = {"KERAS_BACKEND": "torch", "TF_CPP_MIN_LOG_LEVEL": "3"}
TARGET = 2

# TensorFlow decodes JPEG a little less exactly, so that pixels differ by about 1 of 255.
TOLERANCE = 0.05


def training(asked: Asked) -> Sequence[str]:
    """Measure five epochs, once with each in a round."""
    if asked.folder is None:
        message = "a folder with train and test is needed"
        raise ValueError(message)
    require(NEEDS)
    epochs, size, rounds = (1, 32, 2) if asked.tiny else (5, 300, 3)
    check_same_loss(asked.folder, size)
    ours = cnncalc_words(asked.folder, epochs, size)
    theirs: list[str | Path] = [sys.executable, KERAS, asked.folder, str(epochs), str(size)]
    commands = [Command("cnncalc", ours), Command("Keras", theirs, NEEDS, BACKEND)]
    turns = commands_in_turns(commands, rounds, warm_ups=0)
    rows = [
        (
            command.name,
            turns.seconds(command.name),
            turns.processor_seconds(command.name),
            f"{turns.peak_megabytes(command.name):,.0f}",
            turns.ratio("cnncalc", command.name),
        )
        for command in commands
    ]
    header = ("", "seconds", "processor seconds", "peak MB", "times as long as cnncalc")
    return [
        f"{epochs} epochs of the article's network, photos of {size}×{size}, batches of 128; Keras "
        f"works with {BACKEND['KERAS_BACKEND']}. At least {TARGET} is wanted.",
        table(header, rows),
    ]


def cnncalc_words(folder: Path, epochs: int, size: int) -> list[str | Path]:
    """Return the command that trains; its cache is empty, so that it decodes like the other."""
    options = ["--epochs", str(epochs), "--image-size", str(size), "--cache", "cache"]
    return [CNNCALC, "train", folder, "--stratify", *options, "-o", "model.keras"]


def check_same_loss(folder: Path, size: int) -> None:
    """Fail where Keras finds another loss than cnncalc on the test photos, of the same model."""
    with tempfile.TemporaryDirectory() as place:
        steps: list[list[str | Path]] = [
            cnncalc_words(folder, 1, size),
            [CNNCALC, "evaluate", "model.keras", folder, "--cache", "cache", "--format", "json"],
            [sys.executable, KERAS, folder, "1", str(size), "model.keras"],
        ]
        said = []
        for words in steps:
            result = subprocess.run(
                words, cwd=place, env={**os.environ, **BACKEND}, check=True, capture_output=True
            )
            said.append(result.stdout.decode())
    ours, theirs = (json.loads(text)["loss"] for text in said[1:])
    check_same("loss on the test photos", [ours], [theirs], TOLERANCE)


PARTS = {"training": training}

if __name__ == "__main__":
    program("from_disk", PARTS, folder=True)
