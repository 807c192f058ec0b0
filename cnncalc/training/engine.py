"""What does the arithmetic of a training, a batch at a time; `fit` does the rest.

There is NumPy, here, and Keras, in `keras_engine`. Both start from the same weights and are given
the same batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, Protocol

from cnncalc.network import Network
from cnncalc.ops.arrays import Array
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.training.dataset import Dataset
from cnncalc.training.evaluation import Evaluation, evaluate, workers
from cnncalc.training.objective import BatchResult, Objective, make_objective, require_input_shape
from cnncalc.training.optimizer_step import apply
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import TrainingState, begin, trainable

__all__ = ["NUMPY", "BatchScore", "Engine", "NumpyEngine", "Trainer", "evaluate_with"]


class BatchScore(NamedTuple):
    """A training batch's summed loss and right answers, from before the weights were changed."""

    loss: float
    correct: int


class Trainer(Protocol):
    """An engine at work on one training."""

    def train_batch(self, images: Array, labels: Array, seed: Sequence[int]) -> BatchScore:
        """Take one step of the optimizer.

        Arguments: `images` (batch, *input shape) of any type; `labels` (batch,); the `seed` of
        what dropout keeps.
        """

    def evaluate(
        self, dataset: Dataset, should_stop: Callable[[], bool] = lambda: False
    ) -> Evaluation | None:
        """Run a whole data set as in prediction.

        Arguments: the `dataset`, in its order; `should_stop`, asked after each batch.
        Returns the evaluation, or None where it was stopped.
        """


class Engine(Protocol):
    """What trains, by its `name`: two trainings by different engines differ in their last bits."""

    @property
    def name(self) -> str:
        """What the engine is called."""

    def notes(self, plan: TrainingPlan) -> tuple[str, ...]:
        """Return what is to be known before training, a sentence each.

        Raises OptionError where the engine can't do what is planned.
        """

    def start(
        self, plan: TrainingPlan, state: TrainingState, classes: int
    ) -> AbstractContextManager[Trainer]:
        """Start the work on a training that stands at `state`.

        What it yields changes the state's weights and optimizer, at the latest when it is left.
        Where it keeps them elsewhere meanwhile, `state.fetch` brings them up to date.
        Raises ShapeError where the network's output doesn't fit the number of `classes`.
        """


@dataclass(frozen=True)
class NumpyEngine:
    """cnncalc's own arithmetic, which changes the state's arrays in place."""

    name: str = "numpy"

    def notes(self, plan: TrainingPlan) -> tuple[str, ...]:
        """Return nothing: what NumPy does is what is written everywhere."""
        return ()

    @contextmanager
    def start(self, plan: TrainingPlan, state: TrainingState, classes: int) -> Iterator[Trainer]:
        """Start the threads that work on the pieces of a batch."""
        live = replace(plan.network, weights=state.weights)
        objective = make_objective(live, plan.loss, classes)
        with workers(plan.threads) as executor:
            yield _NumpyTrainer(plan, state, objective, executor)


@dataclass(frozen=True)
class _NumpyTrainer:
    plan: TrainingPlan
    state: TrainingState
    objective: Objective
    executor: Executor

    def train_batch(self, images: Array, labels: Array, seed: Sequence[int]) -> BatchScore:
        """Take one step of the optimizer."""
        outcome = self.objective.gradients(images, labels, seed, self.executor)
        self._update(outcome)
        return BatchScore(outcome.loss, outcome.correct)

    def evaluate(
        self, dataset: Dataset, should_stop: Callable[[], bool] = lambda: False
    ) -> Evaluation | None:
        """Run a whole data set as in prediction."""
        work = partial(self.objective.outcome, executor=self.executor)
        return evaluate(self.objective, dataset, self.plan.batch_size, work, should_stop)

    def _update(self, outcome: BatchResult) -> None:
        weights, names = self.state.weights, trainable(self.plan.network)
        # A training that diverges overflows; `fit` stops it when its loss is no number any more.
        with overflow_allowed():
            apply(
                self.plan.optimizer,
                self.state.optimizer,
                [weights[layer][name] for layer, name in names],
                [outcome.gradients[layer][name] for layer, name in names],
            )
        for by_name, updates in zip(weights, outcome.updates, strict=True):
            for name, values in updates.items():
                by_name[name][...] = values


NUMPY = NumpyEngine()


def evaluate_with(
    engine: Engine, plan: TrainingPlan, network: Network, dataset: Dataset
) -> Evaluation:
    """Run a whole data set through a trained network, by the engine that trained it.

    Arguments: the `engine`; the `plan` that says loss and batch size; the `network`; the
    `dataset`.
    Raises ShapeError where the images or the number of classes don't fit the network.

    >>> from cnncalc.layers import Dense, Flatten
    >>> from cnncalc.network import initialize
    >>> import numpy as np
    >>> from cnncalc.training.dataset import make_dataset
    >>> data = make_dataset(np.ones((4, 1, 1, 1)), np.array([0, 1, 0, 1]), ["even", "odd"])
    >>> network = initialize([Flatten(), Dense(2)], (1, 1, 1))
    >>> evaluate_with(NUMPY, TrainingPlan(network), network, data).score.accuracy
    0.5
    """
    require_input_shape(network, dataset)
    state = begin(network, plan.optimizer)
    with engine.start(plan, state, len(dataset.class_names)) as trainer:
        result = trainer.evaluate(dataset)
    assert result is not None  # noqa: S101 (nothing stops it)
    return result
