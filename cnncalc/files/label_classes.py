"""From labels as data holds them to the numbers of classes: who says how many classes there are.

One-hot labels say it by their columns, a network by its output; else the classes are the labels
that there are. Data of one class, or of one sample, has its meaning by the first two alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import InputError
from cnncalc.files.paths import printable
from cnncalc.ops.arrays import Array
from cnncalc.training.metrics import OutputClasses
from cnncalc.wording import listed

__all__ = ["ClassTable", "Labels", "class_table", "read_labels"]


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of a part: `values` (samples,), whole numbers or names.

    Of one-hot labels the values are the numbers of their classes, of which there are `columns`.
    """

    values: Array
    columns: int | None = None


@dataclass(frozen=True, eq=False)
class ClassTable:
    """Which label is which class: `values` (labels,), sorted, and the number of each.

    `names` are those of all classes, in the order of their numbers.
    """

    values: Array
    numbers: Array
    names: tuple[str, ...]

    def lookup(self, where: str, labels: Labels) -> Array:
        """Return the class number of each sample; raises InputError for a label of no class."""
        strange = np.setdiff1d(labels.values, self.values)
        if len(strange):
            message = (
                f"{where}: labels must be among those of the training part, "
                f"{_listed(self.values)}. Received: {_listed(strange)}"
            )
            raise InputError(message)
        numbers: Array = self.numbers[np.searchsorted(self.values, labels.values)]
        return numbers


def read_labels(where: str, array: Array) -> Labels:
    """Return labels as whole numbers or names, from any form that occurs.

    Arguments: what to call them in a message; class numbers or names (samples,) or (samples, 1),
    or one-hot (samples, classes).
    Raises InputError for anything else.

    >>> read_labels("pets", np.array([[0, 0, 1]])).columns
    3
    """
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and array.dtype.kind in "buif":
        return Labels(_one_hot_classes(where, array), array.shape[1])
    if array.ndim != 1 or array.dtype.kind not in "buifUS":
        message = (
            f"{where}: labels must be numbers or names (samples,), or one-hot (samples, classes). "
            f"Received: shape {array.shape}, type {array.dtype}"
        )
        raise InputError(message)
    if array.dtype.kind in "US":
        return Labels(_names(where, array))
    whole = np.isfinite(array) & (array == np.rint(array))
    if not whole.all():
        sample = _first_sample(~whole)
        message = (
            f"{where}: numeric labels must be whole. "
            f"Received: {array[sample]} for sample {sample + 1}"
        )
        raise InputError(message)
    return Labels(array.astype(np.int64))


def _names(where: str, array: Array) -> Array:
    try:
        names = np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array
    except UnicodeDecodeError as error:
        message = f"{where}: labels must be names in UTF-8. Received: other bytes"
        raise InputError(message) from error
    empty = names == ""
    if empty.any():
        sample = _first_sample(empty)
        message = f"{where}: each sample must have a label. Sample {sample + 1} has none"
        raise InputError(message)
    return names


def _one_hot_classes(where: str, array: Array) -> Array:
    hot = ((array == 0) | (array == 1)).all(axis=1) & (array.sum(axis=1) == 1)
    if not hot.all():
        sample = _first_sample(~hot)
        message = (
            f"{where}: one-hot labels must hold one 1 a row, else 0. "
            f"Received: {array[sample].tolist()} for sample {sample + 1}"
        )
        raise InputError(message)
    return np.asarray(array.argmax(axis=1))


def _first_sample(mask: NDArray[np.bool_]) -> int:
    """Return the position of the first sample that a mask (samples,) marks."""
    return int(mask.argmax())


def class_table(
    source: str, labels: Mapping[str, Labels], output: OutputClasses | None = None
) -> ClassTable:
    """Return which label is which class.

    Arguments: the `source`'s name for messages; each part's `labels`, the first one's being those
    that are learnt from; the classes of the network's `output`, if there is a network.
    Returns the table. A name that the network has for a class is that class, and a whole number
    below their count is the class of this number; without a network, or where a new one has as
    many outputs as there are other labels, the labels are the classes, sorted.
    Raises InputError where there are too few classes, or the network has none of that label.

    >>> three = {"test": Labels(np.array([3]))}
    >>> table = class_table("digits.npz", three, OutputClasses(10))
    >>> len(table.names), table.lookup("digits.npz", three["test"]).tolist()
    (10, [3])
    """
    columns = {part.columns for part in labels.values() if part.columns is not None}
    if len(columns) > 1:
        message = (
            f"{source}: the one-hot labels of all parts must have as many columns. "
            f"Received: {_listed(sorted(columns))}"
        )
        raise InputError(message)
    if columns:
        return _numbered(columns.pop(), output)
    first = np.unique(next(iter(labels.values())).values)
    if output is not None:
        values = np.unique(np.concatenate([part.values for part in labels.values()]))
        if known := _known(values, output):
            return known
        _require_known(source, values, len(first), output)
    if len(first) < 2:
        message = (
            f"{source} must hold at least two classes to tell apart{_unless(output)}. "
            f"Received: {len(first)}, {_listed(first)}"
        )
        raise InputError(message)
    return ClassTable(first, np.arange(len(first)), tuple(printable(str(name)) for name in first))


def _unless(output: OutputClasses | None) -> str:
    """Say how one class alone could be told, where a network has more."""
    return f", or numbers from 0 to {output.count - 1} for the network's classes" if output else ""


def _numbered(count: int, output: OutputClasses | None) -> ClassTable:
    """Return the classes of numbers from 0, by their names where the network knows them."""
    names = output.names if output is not None and len(output.names) == count else ()
    numbers = np.arange(count)
    return ClassTable(numbers, numbers, names or tuple(map(str, range(count))))


def _known(values: Array, output: OutputClasses) -> ClassTable | None:
    """Return the network's own classes, if each label is the name of one, or each its number."""
    texts = [printable(str(value)) for value in values]
    for names in (output.names, _numbers(output)):
        if set(texts) <= set(names):
            numbers = np.array([names.index(text) for text in texts])
            return ClassTable(values, numbers, output.names or names)
    return None


def _numbers(output: OutputClasses) -> tuple[str, ...]:
    """Return the numbers of classes as labels; none where classes are called by other numbers."""
    if any(name.isdecimal() for name in output.names):
        return ()
    return tuple(map(str, range(output.count)))


def _require_known(source: str, values: Array, different: int, output: OutputClasses) -> None:
    """Raise InputError where labels that the network doesn't know can't be classes of their own.

    A new network's output takes any labels, if they are as many. To one that is trained without
    names, words are its classes in their order, as they are to Keras.
    """
    is_number = values.dtype.kind == "i"
    has_classes = output.trained and (output.names or is_number)
    has_too_many = not output.trained and is_number and different < output.count
    if not has_classes and not has_too_many:
        return
    numbers = _numbers(output)
    strange = [value for value in values if str(value) not in (*output.names, *numbers)]
    expected = [f"among {_listed(output.names)}"] if output.names else []
    if numbers:
        expected.append(f"the numbers of the network's classes, 0 to {output.count - 1}")
    message = (
        f"{source}: labels must be {', or '.join(expected)}. "
        f"Received: {_listed(strange or list(values))}"
    )
    raise InputError(message)


def _listed(classes: Sequence[Any] | Array) -> str:
    return listed((printable(str(name)) for name in classes), counted=True)
