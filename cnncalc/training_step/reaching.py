"""The record of one step of a whole training, which is gone through up to there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.network import Array
from cnncalc.training.dataset import Dataset, Parts
from cnncalc.training.fit import Watcher, dropout_seed, epoch_order, fit, steps
from cnncalc.training.objective import make_objective, require_input_shape
from cnncalc.training.optimizers import OptimizerState
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.state import begin, require_trainable
from cnncalc.training_step.recording import StepPlace, in_float64, record_step
from cnncalc.training_step.structure import StepRecord

__all__ = ["PlannedStep", "plan_step", "record_planned_step"]


class PlannedStep(NamedTuple):
    """A step of a training by its `number`, counted from 1, and which samples it takes.

    `epoch` counts from 1, `batch` from 0; `positions` (batch,) are those of its samples in the
    data set.
    """

    number: int
    epoch: int
    batch: int
    positions: Array


def plan_step(plan: TrainingPlan, training: Dataset, number: int) -> PlannedStep:
    """Return which samples a step of a training takes.

    Arguments: the `plan`; the data set that it trains on; the step's `number`, counted from 1.
    Raises OptionError for a number that the training doesn't have or a network with nothing to
    learn, ShapeError where network and data don't fit.
    """
    require_input_shape(plan.network, training)
    require_trainable(plan.network)
    make_objective(plan.network, plan.loss, len(training.class_names))
    per_epoch = steps(plan, training)
    if not 1 <= number <= per_epoch * plan.epochs:
        message = (
            f"the step must be 1 to {per_epoch * plan.epochs}, as {plan.epochs} epochs of "
            f"{per_epoch} batches have. Received: {number}"
        )
        raise OptionError(message)
    epoch, batch = divmod(number - 1, per_epoch)
    order = epoch_order(len(training), plan.seed, epoch + 1)
    positions = order[batch * plan.batch_size : (batch + 1) * plan.batch_size]
    return PlannedStep(number, epoch + 1, batch, positions)


def record_planned_step(
    plan: TrainingPlan,
    training: Dataset,
    step: PlannedStep,
    samples: int | None = None,
    optimizer_state: OptimizerState | None = None,
    watchers: Sequence[Watcher] = (),
) -> StepRecord:
    """Train in float64 up to a step, and record it.

    Arguments: the `plan`, the data set that it trains on, and the `step` of it; how many `samples`
    are recorded, None for all; the `optimizer_state` from an earlier training, if there was one;
    the `watchers` of the steps before.
    """
    network = in_float64(plan.network)
    state = begin(network, plan.optimizer, _in_float64(optimizer_state))
    first = state.optimizer.iterations
    if step.number > 1:
        fit(
            replace(plan, network=network, early_stopping=None),
            Parts(training, None),
            state,
            watchers,
            lambda: state.optimizer.iterations - first >= step.number - 1,
        )
    seed = dropout_seed(plan.seed, step.epoch, step.batch)
    return record_step(
        network,
        plan.loss,
        plan.optimizer,
        state,
        training.batch(step.positions),
        StepPlace(step.number, seed),
        samples,
    )


def _in_float64(state: OptimizerState | None) -> OptimizerState | None:
    if state is None:
        return None
    slots = [{name: s.astype(np.float64) for name, s in own.items()} for own in state.slots]
    return OptimizerState(state.iterations, slots)
