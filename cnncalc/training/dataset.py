"""Labelled images as training reads them, batch by batch, and their division into parts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cnncalc.errors import InputError, OptionError
from cnncalc.ops.arrays import Array
from cnncalc.wording import listed

__all__ = [
    "Dataset",
    "ImageSource",
    "Parts",
    "StoredImages",
    "make_dataset",
    "split",
    "split_warnings",
    "with_classes",
]


class StoredImages(Protocol):
    """A stack of images (images, height, width, channels) in a file, read as an array is."""

    @property
    def digest(self) -> str:
        """What tells one content from another."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The (images, height, width, channels)."""

    def __getitem__(self, rows: Array, /) -> Array:
        """Return a copy of the images in these rows, in their order."""


ImageSource = Array | StoredImages


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples: which rows of a stack of images, and the class of each.

    `rows` and `labels` (samples,) are whole numbers, labels from 0 in the order of
    `class_names`. `names` holds what each row of the stack is called, or nothing. Grey images
    without a channel axis are (height, width), as some networks take them.
    """

    images: ImageSource
    rows: Array
    labels: Array
    class_names: tuple[str, ...]
    names: tuple[str, ...] = ()
    has_channel_axis: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """One sample's (height, width, channels), or (height, width)."""
        return tuple(self.images.shape[1:] if self.has_channel_axis else self.images.shape[1:-1])

    @property
    def counts(self) -> Array:
        """How many samples each class has."""
        return np.bincount(self.labels, minlength=len(self.class_names))

    def batch(self, positions: Array) -> tuple[Array, Array]:
        """Return the images (batch, *input shape) and labels (batch,) at positions."""
        images, labels = self.images[self.rows[positions]], self.labels[positions]
        return (images if self.has_channel_axis else images[..., 0]), labels

    def fitting(self, input_shape: Sequence[int]) -> Dataset:
        """Return grey images as (height, width), or the other way round, where an input wants it.

        >>> dataset = make_dataset(np.zeros((1, 2, 3, 1)), np.array([0]), ["cat"])
        >>> dataset.fitting((2, 3)).input_shape, dataset.fitting((2, 3, 1)).input_shape
        ((2, 3), (2, 3, 1))
        """
        is_grey = self.images.shape[-1] == 1
        wants_axis = len(input_shape) != 2
        return replace(self, has_channel_axis=wants_axis or not is_grey)

    def part(self, positions: Array) -> Dataset:
        """Return the samples at positions as a data set of the same stack."""
        return replace(self, rows=self.rows[positions], labels=self.labels[positions])

    def digest(self) -> str:
        """Return a text that tells these samples, and their order, from any others."""
        about = (self.images.shape, self.class_names)
        digest = hashlib.blake2b(repr(about).encode(), digest_size=16)
        if isinstance(self.images, np.ndarray):
            digest.update(np.ascontiguousarray(self.images).data)
        else:
            digest.update(self.images.digest.encode())
        for numbers in (self.rows, self.labels):
            digest.update(np.ascontiguousarray(numbers).data)
        return digest.hexdigest()

    def name(self, position: int) -> str:
        """Return what a sample is called: its file, or its number."""
        row = int(self.rows[position])
        return self.names[row] if self.names else f"sample {row + 1}"


def make_dataset(
    images: ImageSource,
    labels: Array,
    class_names: Sequence[str],
    names: Sequence[str] = (),
) -> Dataset:
    """Put images and their labels together.

    Arguments: `images` (samples, height, width, channels); `labels` (samples,), class numbers
    from 0; the `class_names` in that order; the samples' `names`, or none.
    Raises InputError where the counts differ, a label has no name, or there is no sample.

    >>> dataset = make_dataset(np.zeros((3, 4, 4, 1)), np.array([0, 1, 1]), ["cat", "dog"])
    >>> len(dataset), dataset.input_shape, dataset.counts.tolist()
    (3, (4, 4, 1), [1, 2])
    """
    numbers = np.asarray(labels, dtype=np.intp)
    _require(len(images.shape) == 4, "images must be (samples, height, width, channels)", images)
    if len(numbers) != images.shape[0]:
        message = (
            "there must be one label an image. "
            f"Received: {len(numbers)} labels, {images.shape[0]} images"
        )
        raise InputError(message)
    _require(min(images.shape) > 0, "there must be at least one image", images)
    if numbers.min() < 0 or numbers.max() >= len(class_names):
        message = (
            f"labels must be from 0 to {len(class_names) - 1}, one a class. "
            f"Received: labels from {numbers.min()} to {numbers.max()}"
        )
        raise InputError(message)
    rows = np.arange(len(numbers))
    return Dataset(images, rows, numbers, tuple(class_names), tuple(names))


def with_classes(dataset: Dataset, class_names: Sequence[str]) -> Dataset:
    """Give a data set's classes the numbers that another has for the same names.

    Arguments: all of the other's `class_names`, in the order of their numbers.
    Raises InputError where the data set has a sample of a class that is not among them.

    >>> dataset = make_dataset(np.zeros((2, 1, 1, 1)), np.array([0, 1]), ["cat", "dog"])
    >>> with_classes(dataset, ["ape", "dog", "cat"]).labels.tolist()
    [2, 1]
    """
    counted = zip(dataset.class_names, dataset.counts, strict=True)
    strange = [name for name, count in counted if count and name not in class_names]
    if strange:
        message = (
            f"the classes must be among {', '.join(map(repr, class_names))}. "
            f"Received: {', '.join(map(repr, strange))}"
        )
        raise InputError(message)
    # A class without a sample may be one that the other lacks: it needs no number then.
    known = [name if name in class_names else class_names[0] for name in dataset.class_names]
    numbers = np.array([class_names.index(name) for name in known])
    return replace(dataset, labels=numbers[dataset.labels], class_names=tuple(class_names))


def _require(holds: bool, expected: str, images: ImageSource) -> None:
    if not holds:
        message = f"{expected}. Received: shape {tuple(images.shape)}"
        raise InputError(message)


@dataclass(frozen=True, eq=False)
class Parts:
    """What is trained on, and what is held back to validate with, if anything."""

    training: Dataset
    validation: Dataset | None


def split(dataset: Dataset, validation_split: float, stratify: bool = False) -> Parts:
    """Hold the last part of a data set back, before anything is shuffled, as Keras's fit does.

    Arguments: the share to hold back, from 0 to less than 1; with `stratify`, the last part of
    each class is taken, so that no class is missing on either side.
    Raises OptionError where a part would be empty, or stratified, a class has one sample.
    Convention: validation_split in https://keras.io/api/models/model_training_apis/#fit-method

    >>> dataset = make_dataset(np.zeros((10, 1, 1, 1)), np.arange(10) // 5, ["cat", "dog"])
    >>> split(dataset, 0.3).validation.labels.tolist()
    [1, 1, 1]
    >>> split(dataset, 0.3, stratify=True).validation.labels.tolist()
    [0, 0, 1, 1]
    """
    if not 0 <= validation_split < 1:
        message = (
            "validation_split must be at least 0 and less than 1. "
            f"Received: validation_split={validation_split}"
        )
        raise OptionError(message)
    if validation_split == 0:
        return Parts(dataset, None)
    held_back = np.zeros(len(dataset), dtype=bool)
    for group in _classes(dataset) if stratify else [np.arange(len(dataset))]:
        kept = math.floor(len(group) * (1 - validation_split))
        held_back[group[max(kept, 1) if stratify else kept :]] = True
    if held_back.all() or not held_back.any():
        message = (
            "validation_split must leave samples for training and for validation. "
            f"Received: validation_split={validation_split} of {len(dataset)} samples"
        )
        raise OptionError(message)
    return Parts(dataset.part(np.flatnonzero(~held_back)), dataset.part(np.flatnonzero(held_back)))


def _classes(dataset: Dataset) -> list[Array]:
    """Return the positions of each class's samples; each class must have two."""
    for name, count in zip(dataset.class_names, dataset.counts, strict=True):
        if count == 1:
            message = (
                "to be stratified, a class must have at least 2 samples. "
                f"Received: 1 sample of {name!r}"
            )
            raise OptionError(message)
    return [np.flatnonzero(dataset.labels == label) for label in range(len(dataset.class_names))]


def split_warnings(parts: Parts, hint: str = "") -> list[str]:
    """Return one line for each part that lacks a class.

    Arguments: the `parts`; a `hint` for a class that only the other part has.

    >>> dataset = make_dataset(np.zeros((10, 1, 1, 1)), np.arange(10) // 5, ["cat", "dog"])
    >>> split_warnings(split(dataset, 0.3))[0]
    "the validation part holds no 'cat': its accuracy says nothing about that class"
    """
    held_back = parts.validation or parts.training.part(np.arange(0))
    whole = parts.training.counts + held_back.counts
    texts = {
        "the training part holds no {}: it can't be learnt": parts.training,
        "the validation part holds no {}: its accuracy says nothing about that class": held_back,
    }
    result = []
    for text, dataset in texts.items():
        missing = np.flatnonzero(dataset.counts == 0)
        if len(dataset) and len(missing):
            names = listed((repr(dataset.class_names[label]) for label in missing), counted=True)
            result.append(text.format(names) + (hint if whole[missing].any() else ""))
    return result
