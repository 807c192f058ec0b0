"""Taking steps of a training while keeping every number: the first ones, or one of a whole plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.network import Array, Network, assemble
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.training.dataset import Dataset, Parts
from cnncalc.training.fit import Watcher, dropout_seed, epoch_order, fit, require_finite, steps
from cnncalc.training.losses import Loss, target_outputs
from cnncalc.training.metrics import class_count
from cnncalc.training.objective import make_objective, require_input_shape
from cnncalc.training.optimizer_step import OptimizerState, apply, clipped
from cnncalc.training.optimizers import Optimizer
from cnncalc.training.plan import TrainingPlan
from cnncalc.training.regularization import add_penalty_gradients, penalty
from cnncalc.training.schedules import rate_at
from cnncalc.training.state import (
    TrainingState,
    begin,
    copied,
    require_trainable,
    trainable,
)
from cnncalc.training_step.backward import BatchPass, run
from cnncalc.training_step.structure import StepRecord, WeightUpdate

__all__ = [
    "PlannedStep",
    "StepPlace",
    "in_float64",
    "plan_step",
    "record_planned_step",
    "record_step",
    "record_steps",
]


class StepPlace(NamedTuple):
    """A step's `number` in its training, counted from 1, and the `seed` of what dropout keeps."""

    number: int
    seed: Sequence[int]


def record_steps(
    network: Network,
    loss: Loss,
    optimizer: Optimizer,
    batches: Iterable[tuple[Array, Array]],
    seed: int = 0,
    steps_per_epoch: int | None = None,
    samples: int | None = None,
) -> Iterator[StepRecord]:
    """Train in float64, as `fit` does but for what rounding decides there, and record each step.

    Arguments: the `network` with its initial weights; the `loss` and `optimizer`; the `batches`,
    images (batch, *input shape) and labels (batch,), class numbers from 0, one batch a step; the
    `seed` of what dropout keeps, and how many `steps_per_epoch` it counts, None for all in one;
    how many `samples` of each batch are recorded, the first ones, None for all (as are those of a
    network with batch normalization, where each sample depends on the others).
    Yields one record a step, which starts from the weights that the one before ended with.
    Raises ShapeError where the loss doesn't fit the network, OptionError where it is no number
    any more.

    >>> from cnncalc.layers import Dense
    >>> from cnncalc.training.losses import LOSSES
    >>> from cnncalc.training.optimizers import SGD
    >>> network = assemble([Dense(1, use_bias=False)], (1,), [{"kernel": np.array([[3.0]])}])
    >>> batch = (np.array([[2.0]]), np.array([1]))
    >>> sgd, loss = SGD(learning_rate=0.1), LOSSES["mean_squared_error"]
    >>> [round(step.loss, 6) for step in record_steps(network, loss, sgd, [batch] * 3)]
    [25.0, 1.0, 0.04]
    """
    state = begin(in_float64(network), optimizer)
    for index, (images, labels) in enumerate(batches):
        epoch, position = divmod(index, steps_per_epoch) if steps_per_epoch else (0, index)
        place = StepPlace(index + 1, dropout_seed(seed, epoch + 1, position))
        yield record_step(network, loss, optimizer, state, (images, labels), place, samples)


def in_float64(network: Network) -> Network:
    """Return a network with the same weights in float64."""
    weights = [
        {name: array.astype(np.float64) for name, array in arrays.items()}
        for arrays in network.weights
    ]
    return assemble(network.layers, network.input_shape, weights)


def record_step(
    network: Network,
    loss: Loss,
    optimizer: Optimizer,
    state: TrainingState,
    batch: tuple[Array, Array],
    place: StepPlace,
    samples: int | None = None,
) -> StepRecord:
    """Take one step from where a training stands, and record it.

    Arguments: the `network`'s layers and shape, the `loss` and `optimizer`; the `state`, float64,
    whose weights and optimizer's slots are changed in place; the `batch` and the step's `place`;
    how many `samples` are recorded, as in `record_steps`.
    Raises OptionError for a loss of logits, whose activation must be a layer to be recorded, and
    for a network with nothing to learn.
    """
    _require_layer(loss)
    require_trainable(network)
    if any(layer.needs_batch for layer in network.layers):
        samples = None
    before = assemble(network.layers, network.input_shape, copied(state.weights))
    objective = make_objective(before, loss, classes=class_count(before.shapes[-1]))
    images, labels = batch
    done, extra = run(objective, before.layers, batch, place.seed, samples), penalty(before)
    loss_value = float(done.losses.mean()) + extra
    require_finite(loss_value, f"step {place.number}")
    updates = _update(before, optimizer, state, done)
    iteration = state.optimizer.iterations
    rate = rate_at(optimizer.learning_rate, iteration - 1)
    return StepRecord(
        number=place.number,
        iteration=iteration,
        network=before,
        loss_function=loss,
        joined=objective.activation,
        optimizer=optimizer,
        rate=rate,
        corrected_rate=_corrected_rate(optimizer, rate, iteration),
        images=images[:samples].astype(np.float64),
        labels=labels,
        targets=target_outputs(labels, done.outputs.shape[-1], np.float64),
        outputs=done.outputs,
        losses=done.losses,
        penalty=extra,
        loss=loss_value,
        layers=done.layers,
        updates=updates,
    )


def _corrected_rate(optimizer: Optimizer, rate: float, iteration: int) -> float | None:
    corrected = optimizer.corrected_rate(rate, iteration)
    return None if corrected is None else float(corrected)


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
    state = begin(network, plan.optimizer, _state_in_float64(optimizer_state))
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


def _require_layer(loss: Loss) -> None:
    if loss.from_logits:
        message = (
            "a step is recorded with the loss's activation as a layer, as with_output_activation "
            f"returns it. Received: {loss}"
        )
        raise OptionError(message)


def _update(
    before: Network, optimizer: Optimizer, state: TrainingState, done: BatchPass
) -> tuple[WeightUpdate, ...]:
    """Let the optimizer take its step, and return what it made of each trainable weight."""
    names = trainable(before)
    by_weight = [
        {name: values.copy() for name, values in step.weights.items()} for step in done.layers
    ]
    add_penalty_gradients(before, by_weight, near=True)
    gradients = [by_weight[index][name] for index, name in names]
    slots_before = copied(state.optimizer.slots)
    live = [state.weights[index][name] for index, name in names]
    with overflow_allowed():
        bounded = clipped(optimizer, gradients)
        apply(optimizer, state.optimizer, live, gradients)
    for weights, step in zip(state.weights, done.layers, strict=True):
        for name, values in step.moved.items():
            weights[name][...] = values
    return tuple(
        WeightUpdate(
            layer=before.layers[index].name,
            weight=name,
            before=before.weights[index][name],
            gradient=gradients[position],
            clipped=bounded[position],
            slots_before=slots_before[position],
            slots_after=slots_after,
            after=live[position].copy(),
        )
        for position, ((index, name), slots_after) in enumerate(
            zip(names, copied(state.optimizer.slots), strict=True)
        )
    )


def _state_in_float64(state: OptimizerState | None) -> OptimizerState | None:
    if state is None:
        return None
    slots = [
        {name: array.astype(np.float64) for name, array in slot.items()} for slot in state.slots
    ]
    return OptimizerState(state.iterations, slots)
