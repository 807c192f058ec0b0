"""What a classifier said: its classes, and how many of its answers were right.

That is the accuracy, and the confusion matrix with precision and recall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnncalc.errors import ShapeError
from cnncalc.layers import Shape
from cnncalc.nearness import kink_bounds
from cnncalc.ops.arrays import Array
from cnncalc.ops.maxima import first_maximum

__all__ = [
    "ClassReport",
    "OutputClasses",
    "OutputOf",
    "class_count",
    "confusion_matrix",
    "correct",
    "predicted_classes",
]


def predicted_classes(outputs: Array, *, near: bool = False) -> Array:
    """Return each sample's class: the largest output, or with one output whether it is past 0.5.

    Arguments: `outputs` (batch, units); whether, as in records, what is `near`, equal but for
    rounding, counts as the largest, of which the first one is taken, and as 0.5.
    Returns whole numbers (batch,).
    Convention: Keras's CategoricalAccuracy and BinaryAccuracy.

    >>> predicted_classes(np.array([[0.1, 0.9], [0.6, 0.4]])).tolist()
    [1, 0]
    """
    if outputs.shape[-1] == 1:
        half = kink_bounds(0.5)[1] if near else 0.5
        return np.asarray(outputs[:, 0] > half, dtype=np.intp)
    return np.asarray(first_maximum(outputs, -1, near=near)[..., 0])


def correct(outputs: Array, labels: Array) -> int:
    """Count the samples whose predicted class is their label.

    Arguments: `outputs` (batch, units); `labels` (batch,), class numbers from 0.

    >>> correct(np.array([[0.1, 0.9], [0.6, 0.4]]), np.array([1, 1]))
    1
    """
    return int((predicted_classes(outputs) == labels).sum())


def confusion_matrix(labels: Array, predicted: Array, classes: int) -> Array:
    """Count the samples of each true class (row) that were predicted as each class (column).

    Arguments: `labels` and `predicted` (samples,), class numbers from 0; how many `classes`.
    Returns whole numbers (classes, classes).

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    if labels.shape != predicted.shape:
        message = (
            "there must be one prediction a label. "
            f"Received: {predicted.size} predictions, {labels.size} labels"
        )
        raise ShapeError(message)
    cells = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


@dataclass(frozen=True, eq=False)
class ClassReport:
    """A confusion matrix and what it says of each class.

    `matrix` (classes, classes): rows are true classes, columns predicted ones.

    >>> report = ClassReport(("cat", "dog"), np.array([[3, 1], [0, 4]]))
    >>> report.accuracy, report.precision.tolist(), report.recall.tolist()
    (0.875, [1.0, 0.8], [0.75, 1.0])
    """

    class_names: Sequence[str]
    matrix: Array

    @property
    def accuracy(self) -> float:
        """The share of all samples that were predicted right."""
        return float(np.trace(self.matrix) / max(self.matrix.sum(), 1))

    @property
    def precision(self) -> Array:
        """For each class, how many of those predicted as it were it; NaN where none were."""
        return _shares(self.matrix, self.matrix.sum(axis=0))

    @property
    def recall(self) -> Array:
        """For each class, how many of its samples were found; NaN where it has no sample."""
        return _shares(self.matrix, self.matrix.sum(axis=1))

    @property
    def support(self) -> Array:
        """How many samples each class has."""
        return np.asarray(self.matrix.sum(axis=1))


def _shares(matrix: Array, totals: Array) -> Array:
    shares = np.full(len(matrix), np.nan)
    np.divide(np.diag(matrix), totals, out=shares, where=totals > 0)
    return shares


def class_count(output_shape: Shape) -> int:
    """Return how many classes an output of that shape tells apart; one output tells two.

    >>> class_count((10,)), class_count((1,))
    (10, 2)
    """
    return max(2, output_shape[-1])


@dataclass(frozen=True)
class OutputClasses:
    """How many classes there are, what they are called where that is known, and who says so.

    A network that is `trained` says which number each class has; to a new one, any will do.

    >>> OutputClasses(2, ("cats", "dogs"), trained=True).names.index("dogs")
    1
    """

    count: int
    names: tuple[str, ...] = ()
    trained: bool = False


OutputOf = Callable[[Shape], OutputClasses | None]
"""Given the shape of the images, returns the classes of the network that takes them, if any."""
