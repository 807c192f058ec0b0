"""Labelled images that were read: the parts that a source brings, and arrays made into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import InputError
from cnncalc.files.paths import printable
from cnncalc.training.dataset import Dataset, make_dataset

__all__ = ["LabelledArrays", "LabelledData", "from_arrays"]

Array = NDArray[Any]

BYTE = 255


@dataclass(frozen=True, eq=False)
class LabelledData:
    """What a source holds to train on, and to validate and test with, if it says so itself.

    `largest` is the largest value that a pixel can have: 255 for bytes. `notes` are sentences on
    what was left out and the like. `folder` is where the photos of the last part lie, by the names
    of its samples; None where they are no photos.
    """

    training: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None
    largest: float = BYTE
    notes: tuple[str, ...] = ()
    folder: Path | None = None


class LabelledArrays(NamedTuple):
    """Images (samples, height, width[, channels]) and their labels, in any form that occurs."""

    images: Array
    labels: Array


def from_arrays(source: str, parts: Mapping[str, LabelledArrays]) -> LabelledData:
    """Check arrays and make data of them.

    Arguments: the `source`'s name for messages; the arrays of each of the `parts` "training",
    "validation" and "test" that there are; labels as class numbers or names (samples,) or
    (samples, 1), or one-hot (samples, classes).
    Returns the data; the classes are the different labels of the training part, sorted.
    Raises InputError, naming the part, for what can't be used.

    >>> arrays = LabelledArrays(np.zeros((2, 4, 4), np.uint8), np.array(["dog", "cat"]))
    >>> from_arrays("pets.npz", {"training": arrays}).training.class_names
    ('cat', 'dog')
    """
    images = {part: _images(f"{source}, {part}", a.images) for part, a in parts.items()}
    labels = {part: _labels(f"{source}, {part}", a.labels) for part, a in parts.items()}
    _require_one_shape(source, images)
    classes = np.unique(labels["training"])
    if len(classes) < 2:
        message = (
            f"{source} must hold at least two classes to tell apart. "
            f"Received: {len(classes)}, {_names(classes)}"
        )
        raise InputError(message)
    datasets = {
        part: _dataset(f"{source}, {part}", images[part], labels[part], classes) for part in parts
    }
    return LabelledData(
        datasets["training"],
        datasets.get("validation"),
        datasets.get("test"),
        largest=max(map(_largest, images.values())),
    )


def _dataset(where: str, images: Array, labels: Array, classes: Array) -> Dataset:
    strange = np.setdiff1d(labels, classes)
    if len(strange):
        message = (
            f"{where}: labels must be among those of the training part, {_names(classes)}. "
            f"Received: {_names(strange)}"
        )
        raise InputError(message)
    try:
        names = [printable(str(name)) for name in classes]
        return make_dataset(images, np.searchsorted(classes, labels), names)
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
    volumes = array if array.ndim == 4 else array[..., np.newaxis]
    return _as_bytes(volumes)


def _require_finite(where: str, array: Array) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        sample = int(np.argwhere(~np.isfinite(array))[0][0])
        message = f"{where}: pixels must be finite numbers. Not so in sample {sample + 1}"
        raise InputError(message)


def _as_bytes(images: Array) -> Array:
    """Store whole numbers from 0 to 255 as bytes, everything else as float32."""
    if images.dtype == np.uint8:
        return images
    low, high = images.min(), images.max()
    if low >= 0 and 1 < high <= BYTE and (images == np.rint(images)).all():
        return images.astype(np.uint8)
    return images.astype(np.float32)


def _largest(images: Array) -> float:
    """Return 255 for bytes; for other numbers 1 or 255, the first that none exceeds, or theirs."""
    if images.dtype == np.uint8:
        return BYTE
    high = float(np.abs(images).max())
    return next((bound for bound in (1.0, BYTE) if high <= bound), high)


def _labels(where: str, array: Array) -> Array:
    """Return labels (samples,) as whole numbers or names."""
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.dtype.kind in "buif":
        return _one_hot_classes(where, array)
    if array.ndim != 1 or array.dtype.kind not in "buifU":
        message = (
            f"{where}: labels must be numbers or names (samples,), or one-hot (samples, classes). "
            f"Received: shape {array.shape}, type {array.dtype}"
        )
        raise InputError(message)
    if array.dtype.kind == "U":
        _require_no_empty_name(where, array)
        return array
    whole = np.isfinite(array) & (array == np.rint(array))
    if not whole.all():
        sample = int(np.flatnonzero(~whole)[0])
        message = (
            f"{where}: numeric labels must be whole. "
            f"Received: {array[sample]} for sample {sample + 1}"
        )
        raise InputError(message)
    return array.astype(np.int64)


def _require_no_empty_name(where: str, names: Array) -> None:
    empty = np.flatnonzero(names == "")
    if len(empty):
        message = f"{where}: each sample must have a label. Sample {empty[0] + 1} has none"
        raise InputError(message)


def _one_hot_classes(where: str, array: Array) -> Array:
    hot = ((array == 0) | (array == 1)).all(axis=1) & (array.sum(axis=1) == 1)
    if not hot.all():
        sample = int(np.flatnonzero(~hot)[0])
        message = (
            f"{where}: one-hot labels must hold one 1 a row, else 0. "
            f"Received: {array[sample].tolist()} for sample {sample + 1}"
        )
        raise InputError(message)
    return np.asarray(array.argmax(axis=1))


def _require_one_shape(source: str, images: Mapping[str, Array]) -> None:
    shapes = {part: array.shape[1:] for part, array in images.items()}
    if len(set(shapes.values())) > 1:
        received = ", ".join(f"{part} {shape}" for part, shape in shapes.items())
        message = (
            f"{source}: the images of all parts must have one (height, width, channels). "
            f"Received: {received}"
        )
        raise InputError(message)


def _names(classes: Sequence[Any] | Array) -> str:
    shown = ", ".join(printable(str(name)) for name in classes[:10])
    return shown + (f", … ({len(classes)} in all)" if len(classes) > 10 else "")
