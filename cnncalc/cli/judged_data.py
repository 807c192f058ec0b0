"""The data of an evaluation as the network takes it, and in what it is unlike what was learnt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.cli.differences import TakingOptions, brings, with_hint
from cnncalc.files.network_input import require_range
from cnncalc.shapes import Size
from cnncalc.training.dataset import Dataset
from cnncalc.training.learnt_images import BYTES, LearntImages, a_few, held_values
from cnncalc.training.unseen import (
    Difference,
    brought,
    data_differences,
    negated,
    resizing,
    scaling,
    summed_up,
)

if TYPE_CHECKING:
    from cnncalc.files.photos import Fit

__all__ = ["JudgedData", "judged_data"]


class JudgedData(NamedTuple):
    """The data as the network takes it, and in what it differs from what was learnt."""

    dataset: Dataset
    differences: tuple[Difference, ...]


def judged_data(
    dataset: Dataset,
    folder: Path | None,
    fit: Fit,
    learnt: LearntImages | None,
    taking: TakingOptions,
) -> JudgedData:
    """Bring photos to the values that were learnt, and find what else differs.

    Arguments: the `dataset`; the `folder` that it lies in as photos, None for numbers, and how they
    were made to `fit`; what was `learnt`; the options of how it is taken.
    """
    found: list[Difference] = []
    in_range = False
    if folder is not None:
        found += _resizings(dataset, folder, fit)
        in_range = learnt is not None and (learnt.values == BYTES or not taking.raw)
        if learnt is not None and brings(learnt, photos=True) and not taking.raw:
            found.append(scaling(learnt.values, held_values(a_few(dataset)).largest))
            dataset = brought(dataset, learnt.values)
    elif taking.invert:
        dataset = negated(dataset, require_range(learnt, "DATA"))
    found += data_differences(learnt, dataset, in_range=in_range)
    return JudgedData(dataset, tuple(with_hint(each, taking) for each in found))


def _resizings(dataset: Dataset, folder: Path, fit: Fit) -> tuple[Difference, ...]:
    """Say whether photos were resized by much; of many, a part is looked at."""
    from cnncalc.files.images import image_size

    after = Size(*dataset.input_shape[:2])
    few = a_few(dataset)
    found, count = [], 0
    for position in range(len(few)):
        name = few.name(position)
        before = image_size(folder / name)
        each = None if before is None else resizing(before, after, fit)
        count += before is not None
        if each is not None:
            found.append((name, each))
    return summed_up(found, count)
