"""The data of a training that goes on, in the range of values that its model learnt before."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnncalc.cli.differences import TakingOptions, brings, say_all, with_hint
from cnncalc.files.labelled import LabelledData
from cnncalc.training.dataset import Dataset
from cnncalc.training.learnt_images import BYTES, LearntImages, ValueRange, a_few, held_values
from cnncalc.training.unseen import Difference, brought, range_difference, scaling

__all__ = ["LearntData", "as_learnt", "say_scaling"]


class LearntData(NamedTuple):
    """The data as the network takes it, and the range that it shares with what was learnt.

    The range is None where nothing was learnt, or values of another range.
    """

    data: LabelledData
    values: ValueRange | None


def as_learnt(data: LabelledData, learnt: LearntImages | None, *, raw: bool) -> LearntData:
    """Bring photos to the values that were learnt, as `evaluate` does, and say what differs.

    Arguments: the `data`; what was `learnt`; whether photos keep their values, `raw`.
    """
    if learnt is None or not learnt.are_of(data.training.input_shape):
        return LearntData(data, None)
    photos = data.folder is not None
    if brings(learnt, photos=photos) and not raw:
        say_scaling(learnt.values, held_values(a_few(data.training)).largest)
        return LearntData(_brought(data, learnt.values), learnt.values)
    other = None
    if not photos or learnt.values != BYTES:  # photos are bytes, however dark they are
        other = range_difference(_held(data.training), learnt.values)
    if other is None:
        return LearntData(data, learnt.values)
    _say(replace(other, text=f"the data {other.text}"))
    return LearntData(data, None)


def say_scaling(values: ValueRange, largest: float) -> None:
    """Say that photos of values up to a `largest` were brought to those learnt, and of --raw."""
    _say(scaling(values, largest))


def _say(difference: Difference) -> None:
    say_all([with_hint(difference, TakingOptions(raw=False, invert=False))])


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
