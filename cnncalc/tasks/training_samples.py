"""Which samples a training in a workbook has, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from cnncalc.network import Array
from cnncalc.tasks.callers import Caller
from cnncalc.tasks.training_data import classes_text, images_text
from cnncalc.training.dataset import Dataset, Parts, split_warnings
from cnncalc.training.fit import epoch_order

__all__ = ["TakenSamples", "first_samples", "say_samples", "take_samples"]


class TakenSamples(NamedTuple):
    """The samples that a training takes, each once, and by their numbers there its batches."""

    samples: tuple[tuple[Array, int], ...]
    batches: tuple[tuple[int, ...], ...]


def take_samples(dataset: Dataset, batch_size: int, seed: int, steps: int) -> TakenSamples:
    """Take the samples of so many steps, each once, in the batches that `fit` takes.

    Arguments: the `dataset`; the samples of a batch; the `seed` of their order; how many steps.

    >>> from cnncalc.training.dataset import make_dataset
    >>> data = make_dataset(np.ones((3, 1, 1, 1)), np.array([0, 1, 0]), ["even", "odd"])
    >>> take_samples(data, 2, 0, 3).batches
    ((0, 1), (2,), (1, 0))
    """
    batches = list(islice(_batches(dataset, batch_size, seed), steps))
    positions = list(dict.fromkeys(position for batch in batches for position in batch))
    images, labels = dataset.batch(np.array(positions))
    number = {position: place for place, position in enumerate(positions)}
    return TakenSamples(
        tuple((image, int(label)) for image, label in zip(images, labels, strict=True)),
        tuple(tuple(number[position] for position in batch) for batch in batches),
    )


def _batches(dataset: Dataset, batch_size: int, seed: int) -> Iterator[list[int]]:
    """Yield the positions of each batch, epoch after epoch, in the order that `fit` takes."""
    epoch = 1
    while True:
        order = epoch_order(len(dataset), seed, epoch).tolist()
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size]
        epoch += 1


def first_samples(dataset: Dataset, samples: int, caller: Caller) -> Dataset:
    """Return the first so many samples of a data set, and say where it has fewer."""
    if samples > len(dataset):
        caller.remark(f"--samples {samples:,}: all {len(dataset):,} that there are")
    return dataset.part(np.arange(min(samples, len(dataset))))


def say_samples(parts: Parts, hint: str, caller: Caller) -> None:
    """Say what there is to train on: what `train` trains on of the same data."""
    del hint  # nothing divides the data otherwise here
    held = len(parts.validation) if parts.validation is not None else 0
    without = f", without {held:,} that train validates with" if held else ""
    caller.remark(f"{images_text(parts)}{without}; {classes_text(parts)}")
    for warning in split_warnings(Parts(parts.training, None)):
        caller.remark(f"Warning: {warning}")
