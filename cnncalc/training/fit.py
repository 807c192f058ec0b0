"""The training loop, with the semantics of Keras's `fit`.

Each epoch is shuffled anew, the last, smaller batch counts, an epoch's loss and accuracy are
means over its samples taken while the weights change, and validation runs after the epoch.
https://keras.io/api/models/model_training_apis/#fit-method
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.network import Network, assemble
from cnncalc.ops.arrays import Array
from cnncalc.training.dataset import Dataset, Parts
from cnncalc.training.engine import NUMPY, BatchScore, Engine, Trainer
from cnncalc.training.evaluation import Evaluation
from cnncalc.training.history import EpochRecord, Score
from cnncalc.training.objective import require_input_shape
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.schedules import rate_at
from cnncalc.training.state import (
    EpochProgress,
    TrainingState,
    begin,
    copied,
    require_trainable,
)

__all__ = [
    "Watcher",
    "dropout_seed",
    "epoch_order",
    "fit",
    "is_finished",
    "lacks_best",
    "require_finite",
    "result",
    "steps",
]


# The first number behind the seed says what is drawn, so that no two draws are alike.
SHUFFLE, DROPOUT = 1, 2

# So many tell whether weights are of any use: with a whole batch a short epoch took a quarter more.
FEW_IMAGES = 8


class Watcher(Protocol):
    """What looks on: a progress bar, a writer of checkpoints. It may read the state, no more."""

    def on_batch(self, state: TrainingState) -> None:
        """Hear that a batch is done."""

    def on_epoch(self, state: TrainingState) -> None:
        """Hear that an epoch is done; its record is the last of `state.history`."""


def steps(plan: TrainingPlan, training: Dataset) -> int:
    """Return how many batches an epoch has, the last perhaps smaller."""
    return math.ceil(len(training) / plan.batch_size)


def epoch_order(samples: int, seed: int, epoch: int) -> Array:
    """Return the order in which an epoch, counted from 1, takes the samples.

    >>> epoch_order(4, seed=0, epoch=1).tolist() == epoch_order(4, seed=0, epoch=1).tolist()
    True
    """
    return np.random.default_rng([seed, SHUFFLE, epoch]).permutation(samples)


def dropout_seed(seed: int, epoch: int, batch: int) -> tuple[int, ...]:
    """Return what a batch's dropout is drawn from: its epoch counts from 1, its number from 0."""
    return (seed, DROPOUT, epoch, batch)


def require_finite(loss: float, where: str) -> None:
    """Raise OptionError that says `where` a loss is no number any more."""
    if not math.isfinite(loss):
        message = (
            f"the loss became {loss} in {where}"
            ": the weights have grown past all bounds. Expected a lower learning rate, or "
            "images scaled to smaller numbers"
        )
        raise OptionError(message)


def is_finished(plan: TrainingPlan, state: TrainingState) -> bool:
    """Say whether all epochs are done, or early stopping has ended the training."""
    if not state.history or state.progress.batches:
        return False
    stopping = plan.early_stopping
    return len(state.history) >= plan.epochs or (
        stopping is not None and stopping.judge(state.history).stop
    )


def result(plan: TrainingPlan, state: TrainingState) -> Network:
    """Return the network as trained so far; once finished, with the best weights if asked for."""
    stopping = plan.early_stopping
    restores = stopping is not None and stopping.restore_best_weights and is_finished(plan, state)
    weights = (restores and state.best_weights) or state.weights
    return assemble(plan.network.layers, plan.network.input_shape, weights)


def lacks_best(plan: TrainingPlan, state: TrainingState) -> bool:
    """Say whether the best epoch's weights are wanted in the end, and were not kept."""
    stopping = plan.early_stopping
    if stopping is None or not stopping.restore_best_weights:
        return False
    return state.best_epoch != stopping.judge(state.history).best_epoch


def fit(
    plan: TrainingPlan,
    parts: Parts,
    state: TrainingState | None = None,
    watchers: Sequence[Watcher] = (),
    should_stop: Callable[[], bool] = lambda: False,
    engine: Engine = NUMPY,
) -> TrainingState:
    """Train, from the beginning or from where a training stood, to the end or until told to stop.

    Arguments: the `plan`; the `parts` to train on and to validate with; the `state` to go on
    from, which is changed in place; `watchers`, which hear of each batch and epoch; `should_stop`,
    asked after each batch; the `engine` that does the arithmetic.
    Returns the state: finished, or ready to go on from.
    Raises ShapeError where network and data don't fit, OptionError where the network has nothing
    to learn, the loss is no number any more, or the best epoch's weights are wanted only since a
    later one.

    >>> from cnncalc.layers import Dense, Flatten
    >>> from cnncalc.network import initialize
    >>> from cnncalc.training.dataset import make_dataset
    >>> from cnncalc.training.optimizers import Adam
    >>> images = np.eye(4).reshape(4, 4, 1, 1)
    >>> data = Parts(make_dataset(images, np.array([0, 1, 0, 1]), ["even", "odd"]), None)
    >>> network = initialize([Flatten(), Dense(2, activation="softmax")], (4, 1, 1))
    >>> plan = TrainingPlan(network, optimizer=Adam(learning_rate=0.1), epochs=20)
    >>> fit(plan, data).history[-1].accuracy
    1.0
    """
    _check(plan, parts)
    state = state or begin(plan.network, plan.optimizer)
    if lacks_best(plan, state):
        message = (
            "restore_best_weights must be set from the first epoch on: the weights of the best "
            f"epoch so far were not kept. Received: a training of {len(state.history)} epochs"
        )
        raise OptionError(message)
    with engine.start(plan, state, len(parts.training.class_names)) as trainer:
        loop = _Loop(plan, parts, trainer, watchers, should_stop)
        while not is_finished(plan, state) and loop.train_epoch(state):
            pass
    return state


def _check(plan: TrainingPlan, parts: Parts) -> None:
    require_trainable(plan.network)
    for dataset in (parts.training, parts.validation):
        if dataset is not None:
            require_input_shape(plan.network, dataset)
    if plan.early_stopping is not None:
        plan.early_stopping.check(validated=parts.validation is not None)


@dataclass(frozen=True)
class _Loop:
    """Everything that stays the same from batch to batch."""

    plan: TrainingPlan
    parts: Parts
    trainer: Trainer
    watchers: Sequence[Watcher]
    should_stop: Callable[[], bool]

    def train_epoch(self, state: TrainingState) -> bool:
        """Do what is left of an epoch; say whether it was brought to its end."""
        start = time.perf_counter()
        with closing(self._batches(state)) as batches:
            for images, labels in batches:
                score = self._train_batch(state, images, labels)
                state.progress = _added(state.progress, score, len(labels), start)
                for watcher in self.watchers:
                    watcher.on_batch(state)
                if self.should_stop():
                    return False
                start = time.perf_counter()
        return self._close_epoch(state)

    def _batches(self, state: TrainingState) -> Generator[tuple[Array, Array]]:
        """Yield what is left of an epoch, each batch read while the one before is worked on."""
        size, training = self.plan.batch_size, self.parts.training
        order = epoch_order(len(training), self.plan.seed, state.epoch)
        with ThreadPoolExecutor(1) as reader:
            ahead: Future[tuple[Array, Array]] | None = None
            for first in range(state.progress.batches * size, len(order), size):
                ready = ahead
                ahead = reader.submit(training.batch, order[first : first + size])
                if ready is not None:
                    yield ready.result()
            if ahead is not None:
                yield ahead.result()

    def _train_batch(self, state: TrainingState, images: Array, labels: Array) -> BatchScore:
        seed = dropout_seed(self.plan.seed, state.epoch, state.progress.batches)
        score = self.trainer.train_batch(images, labels, seed)
        require_finite(score.loss, f"epoch {state.epoch}, batch {state.progress.batches + 1}")
        return score

    def _close_epoch(self, state: TrainingState) -> bool:
        """Validate and write the epoch down; say whether that was brought to its end."""
        validation = None
        if self.parts.validation is not None:
            validation = self.trainer.evaluate(self.parts.validation, self.should_stop)
            if validation is None:
                return False
        self._require_finite(state, validation)
        state.fetch()
        state.history.append(self._record(state, validation.score if validation else None))
        state.progress = EpochProgress()
        self._keep_best(state)
        for watcher in self.watchers:
            watcher.on_epoch(state)
        return not self.should_stop()

    def _require_finite(self, state: TrainingState, validation: Evaluation | None) -> None:
        """Raise OptionError where the epoch's last step has left weights of no use."""
        # A batch's loss is from before its step, so that a few more images tell of the last one.
        where = f"the validation of epoch {state.epoch}"
        if validation is None:
            where = f"epoch {state.epoch}, after its last batch"
            few = np.arange(min(FEW_IMAGES, len(self.parts.training)))
            validation = self.trainer.evaluate(self.parts.training.part(few))
        assert validation is not None  # noqa: S101 (nothing stops it)
        require_finite(validation.score.loss, where)

    def _record(self, state: TrainingState, validation: Score | None) -> EpochRecord:
        score = state.progress.score
        return EpochRecord(
            epoch=state.epoch,
            loss=score.loss,
            accuracy=score.accuracy,
            val_loss=validation.loss if validation else None,
            val_accuracy=validation.accuracy if validation else None,
            learning_rate=rate_at(
                self.plan.optimizer.learning_rate, state.optimizer.iterations - 1
            ),
            images=state.progress.images,
            seconds=state.progress.seconds,
        )

    def _keep_best(self, state: TrainingState) -> None:
        if lacks_best(self.plan, state):  # any more: the epoch just done is the best one
            state.best_weights, state.best_epoch = copied(state.weights), len(state.history)


def _added(done: EpochProgress, score: BatchScore, images: int, start: float) -> EpochProgress:
    """Return how far an epoch is after one more batch, which was begun at `start`."""
    return EpochProgress(
        batches=done.batches + 1,
        images=done.images + images,
        loss=done.loss + score.loss,
        correct=done.correct + score.correct,
        seconds=done.seconds + time.perf_counter() - start,
    )
