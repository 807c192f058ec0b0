"""Measures what one photo of a training, and one formula of an export, costs as their number grows.

How the convolution of a photo grows is measured in convolution.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.export import COLUMNS, case5, export
from benchmarks.measuring import Contender, in_turns
from benchmarks.products import ONE_BLAS_THREAD
from benchmarks.reporting import Asked, program, table
from cnncalc.files.photo_entries import MappedImages
from cnncalc.network import initialize
from cnncalc.training.dataset import Dataset, Parts, make_dataset
from cnncalc.training.fit import fit
from cnncalc.training.plan import ARTICLE, TrainingPlan, rescaled

PHOTOS = (1_000, 5_000, 20_000)
FORMULAS = (10_000, 100_000, 1_000_000)
WRITTEN_AT_ONCE = 100


def stored_photos(folder: Path, count: int, size: int) -> Dataset:
    """Store photos of chance, as bytes in a file, which is where training has them from."""
    random, shape = np.random.default_rng(0), (count, size, size, 3)
    with (folder / "images.raw").open("wb") as file:
        for _ in range(0, count, WRITTEN_AT_ONCE):
            file.write(random.bytes(WRITTEN_AT_ONCE * size * size * 3))
    images = MappedImages(folder / "images.raw", shape, "chance")
    return make_dataset(images, np.arange(count) % 2, ["cats", "dogs"])


def prepare_training(folder: Path, count: int, size: int) -> Callable[[], None]:
    """Return the turn: one epoch of the article's network."""
    parts = Parts(stored_photos(folder, count, size), None)
    layers = rescaled(ARTICLE.layers(2), 1 / 255)
    plan = TrainingPlan(initialize(layers, (size, size, 3)), epochs=1)

    def turn() -> None:
        fit(plan, parts)

    return turn


def training(asked: Asked) -> Sequence[str]:
    """Measure an epoch of more and more photos."""
    counts, size = ((100, 200), 32) if asked.tiny else (PHOTOS, 100)
    rows = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            prepare = partial(prepare_training, Path(folder), count, size)
            # The shorter it is, the more it varies: as many photos altogether up to the second.
            contender = Contender("cnncalc", prepare, environment=ONE_BLAS_THREAD)
            turns = in_turns([contender], max(1, counts[1] // count), 0)
        seconds = turns.seconds("cnncalc")
        a_photo = seconds.scaled(1000 / count)
        peak = turns.peak_megabytes("cnncalc")
        rows.append(
            (f"{count:,}", seconds, a_photo, f"{count / seconds.middle:,.0f}", f"{peak:.0f}")
        )
    header = ("photos", "seconds an epoch", "milliseconds a photo", "photos a second", "peak MB")
    return [
        f"cnncalc, one epoch of the article's network on photos of {size}×{size} in a file.",
        table(header, rows),
    ]


def prepare_export(formulas: int) -> Callable[[], float]:
    """Return the turn: a workbook written. It returns the megabytes of the numbers in it."""
    trace = case5(formulas // COLUMNS)

    def turn() -> float:
        with tempfile.TemporaryDirectory() as folder:
            export(trace, Path(folder) / "made.xlsx")
        return sum(stage.values.nbytes for stage in trace.stages) / 2**20

    return turn


def exporting(asked: Asked) -> Sequence[str]:
    """Measure workbooks of more and more formulas."""
    counts = (1_000, 2_000) if asked.tiny else FORMULAS
    rows = []
    for formulas in counts:
        prepare = partial(prepare_export, formulas)
        turns = in_turns([Contender("cnncalc", prepare)], max(2, counts[-1] // formulas // 2), 0)
        seconds = turns.seconds("cnncalc")
        peak, numbers = turns.peak_megabytes("cnncalc"), turns.results["cnncalc"]
        a_formula = seconds.scaled(1e6 / formulas)
        rows.append((f"{formulas:,}", seconds, a_formula, f"{peak:.0f}", f"{peak - numbers:.0f}"))
    header = ("formulas", "seconds", "microseconds a formula", "peak MB", "less the numbers' own")
    return ["cnncalc, the article's Case 5 on a larger grid.", table(header, rows)]


PARTS = {"training": training, "export": exporting}

if __name__ == "__main__":
    program("growth", PARTS)
