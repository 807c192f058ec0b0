"""Labelled images that were read: the parts that a source brings, and arrays made into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.label_classes import ClassTable, Labels, class_table, read_labels
from cnncalc.files.pixels import BYTE, largest_level, require_float32
from cnncalc.layers import Shape
from cnncalc.ops.arrays import Array
from cnncalc.training.dataset import Dataset, make_dataset
from cnncalc.training.metrics import OutputOf

__all__ = ["LabelledArrays", "LabelledData", "from_arrays"]

# So many numbers are looked at at once.
PIECE_VALUES = 2**20


@dataclass(frozen=True, eq=False)
class LabelledData:
    """What a source holds to train on, and to validate and test with, if it says so itself.

    `largest` is the largest value that a pixel can have: 255 for bytes. `notes` are sentences on
    what was left out and the like. `folder` is where the photos of the last part lie, by the names
    of its samples; None where they are no photos. `files` are those that hold all numbers and
    labels, none for photos.
    """

    training: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None
    largest: float = BYTE
    notes: tuple[str, ...] = ()
    folder: Path | None = None
    files: tuple[Path, ...] = ()

    def fitting(self, input_shape: Shape) -> LabelledData:
        """Return the data with grey images as (height, width), where an input wants them so."""
        return replace(
            self,
            training=self.training.fitting(input_shape),
            validation=self.validation and self.validation.fitting(input_shape),
            test=self.test and self.test.fitting(input_shape),
        )


class LabelledArrays(NamedTuple):
    """Images (samples, height, width[, channels]) and their labels, in any form that occurs."""

    images: Array
    labels: Array


def from_arrays(
    source: str,
    parts: Mapping[str, LabelledArrays],
    output_of: OutputOf = lambda shape: None,
) -> LabelledData:
    """Check arrays and make data of them.

    Arguments: the `source`'s name for messages; the arrays of each of the `parts` "training",
    "validation" and "test" that there are; labels as class numbers or names (samples,) or
    (samples, 1), or one-hot (samples, classes); what tells the classes of the network that is to
    take the images, if there is one.
    Returns the data, its classes as `class_table` tells them. A training part that isn't there has
    no samples.
    Raises InputError, naming the part, for what can't be used.

    >>> arrays = LabelledArrays(np.zeros((2, 4, 4), np.uint8), np.array(["dog", "cat"]))
    >>> from_arrays("pets.npz", {"training": arrays}).training.class_names
    ('cat', 'dog')
    """
    images = {part: _images(f"{source}, {part}", a.images) for part, a in parts.items()}
    labels = {part: read_labels(f"{source}, {part}", a.labels) for part, a in parts.items()}
    _require_one_shape(source, images)
    first = next(iter(images.values()))
    table = class_table(source, labels, output_of(first.shape[1:]))
    datasets = {
        part: _dataset(f"{source}, {part}", images[part], labels[part], table) for part in parts
    }
    return LabelledData(
        datasets.get("training") or next(iter(datasets.values())).part(np.arange(0)),
        datasets.get("validation"),
        datasets.get("test"),
        largest=max(map(largest_level, images.values())),
    )


def _dataset(where: str, images: Array, labels: Labels, table: ClassTable) -> Dataset:
    numbers = table.lookup(where, labels)
    try:
        return make_dataset(images, numbers, table.names)
    except InputError as error:
        message = f"{where}: {error}"
        raise InputError(message) from error


def _images(where: str, array: Array) -> Array:
    if array.ndim not in (3, 4) or array.dtype.kind not in "buif":
        message = (
            f"{where}: images must be numbers (samples, height, width) or (samples, height, "
            f"width, channels). Received: shape {array.shape}, type {array.dtype}"
        )
        raise InputError(message)
    if not array.size:
        message = f"{where}: there must be at least one image. Received: shape {array.shape}"
        raise InputError(message)
    _require_finite(where, array)
    require_float32(array, f"{where}: images")
    volumes = array if array.ndim == 4 else array[..., np.newaxis]
    return _compact(volumes)


def _require_finite(where: str, array: Array) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        sample = int(np.argwhere(~np.isfinite(array))[0][0])
        message = f"{where}: pixels must be finite numbers. Not so in sample {sample + 1}"
        raise InputError(message)


def _compact(images: Array) -> Array:
    """Store numbers in bytes or in float32 where these hold each exactly, else as they came.

    Whatever trains in float32 rounds a batch at a time, so that a step shown has all decimals.
    """
    if images.dtype == np.uint8:
        return images
    low, high = images.min(), images.max()
    if low >= 0 and 1 < high <= BYTE and _holds(np.uint8, images):
        return images.astype(np.uint8)
    return images.astype(np.float32, copy=False) if _holds(np.float32, images) else images


def _holds(kind: type, images: Array) -> bool:
    """Say whether a kind of number holds each exactly, some samples at a time to save memory."""
    size = max(1, PIECE_VALUES // prod(images.shape[1:]))
    pieces = (images[start : start + size] for start in range(0, len(images), size))
    with np.errstate(over="ignore"):
        return all(bool((piece.astype(kind) == piece).all()) for piece in pieces)


def _require_one_shape(source: str, images: Mapping[str, Array]) -> None:
    shapes = {part: array.shape[1:] for part, array in images.items()}
    if len(set(shapes.values())) > 1:
        received = ", ".join(f"{part} {shape}" for part, shape in shapes.items())
        message = (
            f"{source}: the images of all parts must have one (height, width, channels). "
            f"Received: {received}"
        )
        raise InputError(message)
