"""A network's outputs and losses on a whole data set, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Network
from cnncalc.training.dataset import Dataset
from cnncalc.training.history import Score
from cnncalc.training.losses import Loss
from cnncalc.training.metrics import ClassReport, confusion_matrix, predicted_classes
from cnncalc.training.objective import (
    Objective,
    Outcome,
    make_objective,
    require_input_shape,
)
from cnncalc.training.regularization import penalty
from cnncalc.training.workers import workers

__all__ = ["Evaluation", "evaluate", "evaluate_network"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Each sample's loss (samples,), output (samples, units) and true class (samples,).

    `penalty` is what the network's regularizers add to the mean loss.
    """

    losses: Array
    outputs: Array
    labels: Array
    class_names: tuple[str, ...]
    penalty: float = 0.0

    @property
    def score(self) -> Score:
        """The mean loss with the penalty, and the share that was classified right."""
        right = predicted_classes(self.outputs) == self.labels
        loss = float(self.losses.mean(dtype=np.float64)) + self.penalty
        return Score(loss, float(right.mean()))

    @property
    def report(self) -> ClassReport:
        """The confusion matrix, with each class's precision and recall."""
        predicted = predicted_classes(self.outputs)
        matrix = confusion_matrix(self.labels, predicted, len(self.class_names))
        return ClassReport(self.class_names, matrix)

    def most_wrong(self, count: int) -> list[int]:
        """Return the positions of the wrongly classified samples of largest loss, worst first."""
        wrong = np.flatnonzero(predicted_classes(self.outputs) != self.labels)
        worst = wrong[np.argsort(-self.losses[wrong], kind="stable")]
        return [int(position) for position in worst[:count]]


def evaluate(
    objective: Objective,
    dataset: Dataset,
    batch_size: int,
    outcome: Callable[[Array, Array], Outcome],
    should_stop: Callable[[], bool] = lambda: False,
) -> Evaluation | None:
    """Run a whole data set as in prediction.

    Arguments: the `objective`; the `dataset`, in its order; how many samples are read at once;
    what gives the `outcome` of images and labels; `should_stop`, asked after each batch.
    Returns the evaluation, or None where it was stopped.
    """
    outcomes: list[Outcome] = []
    for start in range(0, len(dataset), batch_size):
        images, labels = dataset.batch(np.arange(start, min(start + batch_size, len(dataset))))
        outcomes.append(outcome(images, labels))
        if should_stop():
            return None
    losses, outputs = (np.concatenate(parts) for parts in zip(*outcomes, strict=True))
    return Evaluation(
        losses, outputs, dataset.labels, dataset.class_names, penalty(objective.network)
    )


def evaluate_network(
    network: Network,
    loss: Loss,
    dataset: Dataset,
    batch_size: int = 128,
    threads: int | None = None,
) -> Evaluation:
    """Run a whole data set through a network.

    Arguments: the `network` and `loss`; the `dataset`; how many samples are read at once; how many
    `threads` work on them, None for one a processor.
    Raises ShapeError where the images or the number of classes don't fit the network.

    >>> from cnncalc.layers import Dense, Flatten
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.dataset import make_dataset
    >>> from cnncalc.training.losses import LOSSES
    >>> data = make_dataset(np.ones((4, 1, 1, 1)), np.array([0, 1, 0, 1]), ["even", "odd"])
    >>> network = initialize([Flatten(), Dense(2)], (1, 1, 1))
    >>> evaluate_network(network, LOSSES["mean_squared_error"], data).score.accuracy
    0.5
    """
    require_input_shape(network, dataset)
    objective = make_objective(network, loss, len(dataset.class_names))
    with workers(threads) as executor:
        outcome = partial(objective.outcome, executor=executor)
        result = evaluate(objective, dataset, batch_size, outcome)
    assert result is not None  # noqa: S101 (nothing stops it)
    return result
