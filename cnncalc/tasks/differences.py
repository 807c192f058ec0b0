"""In what images are unlike those that a model learnt: said, and where it can be, undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.files.network_input import require_range
from cnncalc.files.pixels import PixelInput
from cnncalc.shapes import Size
from cnncalc.tasks.arguments import Caller
from cnncalc.training.dataset import Dataset
from cnncalc.training.learnt_images import BYTES, LearntImages, ValueRange, a_few, held_values
from cnncalc.training.plan import scales_pixels
from cnncalc.training.unseen import (
    Difference,
    brought,
    data_differences,
    image_differences,
    negated,
    range_difference,
    resizing,
    scaling,
    summed_up,
)

if TYPE_CHECKING:
    from cnncalc.files.labelled import LabelledData
    from cnncalc.files.photos import Fit
    from cnncalc.files.trained_models import TrainedModel
    from cnncalc.tasks.training_options import TakingOptions

__all__ = [
    "JudgedData",
    "LearntData",
    "as_learnt",
    "brings",
    "judged_data",
    "refuse_idle_raw",
    "say_all",
    "say_differences",
    "say_scaling",
    "say_unscaled",
    "say_unseen",
    "with_hint",
]

MOST_WARNINGS = 3  # of a kind, each with its image's name


def refuse_idle_raw(
    taking: TakingOptions, learnt: LearntImages | None, *, photos: bool, given: str
) -> None:
    """Raise OptionError where --raw would do nothing.

    Arguments: the options; what was `learnt`; whether there are image files among what is taken;
    what was `given`, for the message.
    """
    if taking.raw and not brings(learnt, photos=photos):
        if learnt is None:
            kept = "a model whose file doesn't say what it learnt"
        else:
            kept = given if photos else f"the numbers of {given}"
            kept += f", and a model that learnt {learnt.values}"
        message = (
            "--raw is for image files, where the model learnt another range than 0 to 255. "
            f"Received: {kept}"
        )
        raise OptionError(message)


def brings(learnt: LearntImages | None, *, photos: bool) -> bool:
    """Say whether image files are brought to the range that was learnt, as that isn't 0 to 255."""
    return photos and learnt is not None and learnt.values != BYTES


def with_hint(difference: Difference, taking: TakingOptions | None = None) -> Difference:
    """Return a difference with the option that may be wanted because of it.

    Arguments: the `difference`; the options, None for a command that has none of them.
    """
    hint = _hints(taking).get(difference.kind)
    return replace(difference, text=f"{difference.text}; {hint}") if hint else difference


def _hints(taking: TakingOptions | None) -> dict[str, str]:
    if taking is None:
        return {"negative": "predict --invert takes its negative"}
    return {
        "scaled": "--raw keeps the values as they are",
        "negative": "try it without --invert" if taking.invert else "--invert takes its negative",
    }


def say_differences(found: Sequence[tuple[str, Difference]], count: int, caller: Caller) -> None:
    """Say the differences of some images, each with its image's name; of many, their number.

    Arguments: names and differences; of how many images they are; the `caller`.
    """
    for kind in dict.fromkeys(difference.kind for _, difference in found):
        same = [(name, difference) for name, difference in found if difference.kind == kind]
        if same[0][1].is_warning and len(same) <= MOST_WARNINGS:
            for named in same:
                say_all(summed_up([named], 1), caller)
        else:
            say_all(summed_up(same, count), caller)


def say_unseen(
    learnt: LearntImages | None, image: PixelInput, caller: Caller, *, brought: bool
) -> list[str]:
    """Warn of an image whose numbers, as the network takes them, are unlike what it learnt.

    Returns what was said.
    """
    if learnt is None:
        return []
    in_range = brought or (image.holds_levels and learnt.values == BYTES)
    found = image_differences(learnt, image.values, in_range=in_range)
    say_differences([(image.name, with_hint(difference)) for difference in found], 1, caller)
    return [f"{image.name}: {difference.text}" for difference in found]


def say_unscaled(trained: TrainedModel, caller: Caller) -> None:
    """Say that pixels go in as they are, where neither the file nor the layers tell of a range."""
    if trained.learnt is None and not scales_pixels(trained.network.layers):
        caller.remark(
            "the model's file does not say which range it learnt: pixels are taken as 0 to 255"
        )


def say_all(differences: Sequence[Difference], caller: Caller) -> None:
    """Say differences that name their images themselves."""
    for difference in differences:
        caller.remark(f"Warning: {difference.text}" if difference.is_warning else difference.text)


class LearntData(NamedTuple):
    """The data as the network takes it, and the range that it shares with what was learnt.

    The range is None where nothing was learnt, or values of another range.
    """

    data: LabelledData
    values: ValueRange | None


def as_learnt(
    data: LabelledData, learnt: LearntImages | None, caller: Caller, *, raw: bool
) -> LearntData:
    """Bring photos to the values that were learnt, as `evaluate` does, and say what differs.

    Arguments: the `data`; what was `learnt`; the `caller`; whether photos keep their values, `raw`.
    """
    if learnt is None or not learnt.are_of(data.training.input_shape):
        return LearntData(data, None)
    photos = data.folder is not None
    if brings(learnt, photos=photos) and not raw:
        say_scaling(learnt.values, held_values(a_few(data.training)).largest, caller)
        return LearntData(_brought(data, learnt.values), learnt.values)
    other = None
    if not photos or learnt.values != BYTES:  # photos are bytes, however dark they are
        other = range_difference(_held(data.training), learnt.values)
    if other is None:
        return LearntData(data, learnt.values)
    _say(replace(other, text=f"the data {other.text}"), caller)
    return LearntData(data, None)


def say_scaling(values: ValueRange, largest: float, caller: Caller) -> None:
    """Say that photos of values up to a `largest` were brought to those learnt, and of --raw."""
    _say(scaling(values, largest), caller)


def _say(difference: Difference, caller: Caller) -> None:
    from cnncalc.tasks.training_options import TakingOptions  # a trace doesn't wait for these

    say_all([with_hint(difference, TakingOptions())], caller)


def _held(dataset: Dataset) -> ValueRange:
    """Return the range of a data set's values; of one in a file, a part is looked at."""
    return held_values(dataset if isinstance(dataset.images, np.ndarray) else a_few(dataset))


def _brought(data: LabelledData, values: ValueRange) -> LabelledData:
    return replace(
        data,
        training=brought(data.training, values),
        validation=data.validation and brought(data.validation, values),
        test=data.test and brought(data.test, values),
        largest=max(values.largest, -values.least),
    )


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
    return JudgedData(dataset, tuple(with_hint(difference, taking) for difference in found))


def _resizings(dataset: Dataset, folder: Path, fit: Fit) -> tuple[Difference, ...]:
    """Say whether photos were resized by much; of many, a part is looked at."""
    from cnncalc.files.images import image_size

    after = Size(*dataset.input_shape[:2])
    few = a_few(dataset)
    found, count = [], 0
    for position in range(len(few)):
        name = few.name(position)
        before = image_size(folder / name)
        difference = None if before is None else resizing(before, after, fit)
        count += before is not None
        if difference is not None:
            found.append((name, difference))
    return summed_up(found, count)
