"""A network's outputs and losses on a whole data set, and which pixels move a class's score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from cnncalc.network import Network, backward, forward_saved, image_shape, without_last_activation
from cnncalc.ops.arrays import Array
from cnncalc.ops.threads import cores
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

__all__ = ["Evaluation", "evaluate", "evaluate_network", "pixel_influence", "workers"]


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


@contextmanager
def workers(threads: int | None = None) -> Iterator[Executor]:
    """Yield an executor of so many `threads`, None for one a core.

    Meanwhile each of NumPy's matrix products is worked out in one thread. Threads of the matrix
    library within ours would wait for each other, ten times as long as they work; and how it
    shares a product out changes its last bits, whatever the number of our threads.

    >>> with workers(2) as executor:
    ...     list(executor.map(abs, [-1, 2]))
    [1, 2]
    """
    with (
        threadpool_limits(limits=1, user_api="blas"),
        ThreadPoolExecutor(threads or cores()) as executor,
    ):
        yield executor


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


def pixel_influence(network: Network, image: Array, label: int) -> Array:
    """Return how much a class's score changes where a pixel does.

    Arguments: the `network`; an `image` of its input shape, with a channel axis or not; the class's
    number, of two where the network has one output.
    Returns (height, width, 1): the gradient of the score, before softmax or sigmoid, by each
    pixel; of its channels the largest, without its sign.
    Source: K. Simonyan, A. Vedaldi and A. Zisserman, "Deep Inside Convolutional Networks:
    Visualising Image Classification Models and Saliency Maps", 2014.

    >>> from cnncalc.layers import Dense, Flatten
    >>> from cnncalc.network import assemble
    >>> kernel = np.array([[3.0, 0.0], [-5.0, 1.0]])
    >>> weights = [{}, {"kernel": kernel, "bias": np.zeros(2)}]
    >>> network = assemble([Flatten(), Dense(2, activation="softmax")], (1, 2, 1), weights)
    >>> pixel_influence(network, np.ones((1, 2, 1)), 0).ravel().tolist()
    [3.0, 5.0]
    """
    bare = without_last_activation(network)[0]
    saved = forward_saved(bare.layers, bare.weights, image[np.newaxis])
    gradient = np.zeros_like(saved[-1].output)
    # One output is the score of the second class, and its negative that of the first.
    gradient[0, label if gradient.shape[1] > 1 else 0] = 1
    by_image = backward(bare.layers, bare.weights, saved, gradient, to_input=True).input
    assert by_image is not None  # noqa: S101 (it was asked for)
    volume = by_image[0].reshape(image_shape(image.shape))
    return np.asarray(np.abs(volume).max(axis=-1, keepdims=True))
