"""The numbers that a training's workbook shows: those of `cnncalc.training_step`'s records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy

import numpy as np

from cnncalc.layers import Dropout, Shape
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.layers.graph import takers as takers_of
from cnncalc.network import Array, Weights
from cnncalc.ops.maxima import near_maximum
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.losses import loss_rule
from cnncalc.sheet.gradient_values import Grids, Taken, gradient_values, shared_values
from cnncalc.sheet.layers.batch_normalization import standard_deviation
from cnncalc.sheet.layers.copies import kept_quantity
from cnncalc.sheet.plan import Quantity, Specification
from cnncalc.sheet.quantities import (
    IS_LARGEST,
    LABEL,
    LARGEST,
    PREDICTED,
    RIGHT,
    SAMPLE_LOSS,
    SAMPLE_TARGET,
    TURNED_LOGITS,
    UNIT_LOSSES,
)
from cnncalc.sheet.training import course
from cnncalc.sheet.training.inputs import training_records
from cnncalc.sheet.training.passes import Scope
from cnncalc.sheet.training.penalties import penalty_values
from cnncalc.sheet.training.sections import accuracy, losses, mean_loss, rights
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.training.updates import corrected_rate, new_weight
from cnncalc.sheet.vector_cells import Grid, as_cells, trace_values, with_grids
from cnncalc.trace import Trace
from cnncalc.trace.stage_names import GradientName
from cnncalc.training.losses import LOSSES
from cnncalc.training.metrics import predicted_classes
from cnncalc.training.optimizers import Optimizer
from cnncalc.training_step import LayerStep, StepRecord, WeightUpdate

__all__ = [
    "recorded_values",
    "training_values",
]


def training_values(
    specification: Specification,
    training: TrainingSpecification,
    inputs: Mapping[Quantity, Array],
) -> dict[Quantity, Array]:
    """Return every number of a training's workbook; as `training_records`."""
    records = list(training_records(specification, training, inputs))
    return recorded_values(specification, training, inputs, records)


def recorded_values(
    specification: Specification,
    training: TrainingSpecification,
    inputs: Mapping[Quantity, Array],
    records: Sequence[StepRecord],
) -> dict[Quantity, Array]:
    """Return every number of a training's workbook, of its `training_records`."""
    values = dict(inputs)
    for record in records:
        values |= _step_values(specification, training, record)
    return values | _dashboard_values(records, values)


def _step_values(
    specification: Specification, training: TrainingSpecification, record: StepRecord
) -> dict[Quantity, Array]:
    step = record.number
    values: dict[Quantity, Array] = {}
    grids = _grids(specification)
    for place, trace in enumerate(record.traces):
        local = _forward_values(trace) | _loss_values(training, record, place, trace)
        for layer, weights, grid in zip(record.layers, record.network.weights, grids, strict=True):
            local |= gradient_values(layer, weights, place, grid) | _kept(layer, place, grid)
        values |= {Scope(step, place).quantity(name): array for name, array in local.items()}
    for layer, weights, grid in zip(record.layers, record.network.weights, grids, strict=True):
        shared = shared_values(layer, weights, grid)
        values |= {Scope(step).quantity(name): array for name, array in shared.items()}
        values |= _penalties(layer, weights, step, grid)
        values |= _kept_weights(layer, weights, step, grid)
    for update in record.updates:
        place = [layer.name for layer in specification.layers].index(update.layer)
        values |= _update_values(training.optimizer, record, update, grids[place].output)
    return values | _whole_values(record)


def _forward_values(trace: Trace) -> dict[Quantity, Array]:
    """Return what one sample's way forward shows."""
    # In training, a layer that needs the whole batch passes over its moving variance.
    passed = {
        standard_deviation(traced.layer.name) for traced in trace.layers if traced.layer.needs_batch
    }
    return {name: array for name, array in trace_values(trace).items() if name not in passed}


def _kept(layer: LayerStep, place: int, grids: Grids) -> dict[Quantity, Array]:
    """Return which numbers a dropout kept of one sample, 1 or 0."""
    if not isinstance(layer.layer, Dropout) or not layer.drawn:
        return {}
    kept = layer.drawn[0][place]
    cells = as_cells(kept.shape, grids.output)
    return {kept_quantity(layer.layer.name): kept.astype(np.float64).reshape(cells)}


def _kept_weights(
    layer: LayerStep, weights: Weights, step: int, grids: Grids
) -> dict[Quantity, Array]:
    """Return a frozen layer's weights after a step: as they were before."""
    if layer.layer.trainable:
        return {}
    return {
        new_weight(layer.layer.name, name, step): array.reshape(as_cells(array.shape, grids.output))
        for name, array in weights.items()
    }


def _penalties(
    layer: LayerStep, weights: Weights, step: int, grids: Grids
) -> dict[Quantity, Array]:
    """Return the penalties on a layer's weights."""
    values: dict[Quantity, Array] = {}
    for name, regularizer in layer.layer.penalties.items():
        weight = Quantity("weight", layer.layer.name, name)
        values |= penalty_values(weight, regularizer, weights[name], grids.output)
    return {Scope(step).quantity(quantity): array for quantity, array in values.items()}


def _grids(specification: Specification) -> list[Grids]:
    layers, shape = specification.layers, specification.input_shape
    results = [
        Taken(layer.output_shape(given), grid) for layer, given, grid in with_grids(layers, shape)
    ]
    image = Taken(shape, Grid(1, shape[0]) if len(shape) == 1 else None)
    return [
        Grids(
            tuple(image if source == IMAGE_PLACE else results[source] for source in taken),
            result.grid,
            len(takers) > 1,
        )
        for taken, takers, result in zip(sources(layers), takers_of(layers), results, strict=True)
    ]


def _loss_values(
    training: TrainingSpecification, record: StepRecord, place: int, trace: Trace
) -> dict[Quantity, Array]:
    """Return what the loss of one sample shows."""
    label, output, target = record.labels[place], record.outputs[place], record.targets[place]
    predicted = predicted_classes(output[np.newaxis], near=True)[0]
    cells = _output_cells(trace)
    numbers = {
        LABEL: float(label),
        SAMPLE_LOSS: record.losses[place],
        PREDICTED: float(predicted),
        RIGHT: float(predicted == label),
    }
    values = {quantity: np.array([[number]]) for quantity, number in numbers.items()}
    values[SAMPLE_TARGET] = target.reshape(cells)
    if len(output) > 1:
        largest = output.max(keepdims=True)
        values[LARGEST] = largest[:, np.newaxis]
        values[IS_LARGEST] = near_maximum(output, largest).reshape(cells) + 0.0
    units = _unit_losses(training.loss, target, output, trace)
    values |= {quantity: array.reshape(cells) for quantity, array in units.items()}
    last = record.layers[-1]
    if last.output is not None:
        gradient = Quantity("gradient", last.layer.name, GradientName.OUTPUT)
        values[gradient] = last.output[place].reshape(cells)
    return values


def _unit_losses(loss: str, target: Array, output: Array, trace: Trace) -> dict[Quantity, Array]:
    """Return each unit's loss, and the logits turned to the target where it is worked out of these.

    A loss of all units together has none.
    """
    rule = loss_rule(loss)
    if not rule.is_mean:
        return {}
    if rule.from_logits is None:
        units = (target[:, np.newaxis], output[:, np.newaxis])
        return {UNIT_LOSSES: LOSSES[loss].compute(*units, False).losses}
    logits = _logits(trace)
    turned = np.where(target == 1, -logits, logits)
    return {TURNED_LOGITS: turned, UNIT_LOSSES: evaluate(rule.from_logits, {"turned": turned})}


def _output_cells(trace: Trace) -> Shape:
    """Return the rows and columns of the network's output."""
    *_, (_, _, grid) = with_grids(trace.network.layers, trace.network.input_shape)
    return as_cells(trace.output.shape, grid)


def _logits(trace: Trace) -> Array:
    """Return what the last activation was taken of."""
    last = trace.layers[-1]
    return last.stages[-2].values if last.stages[1:] else last.input


def _update_values(
    planned: Optimizer, record: StepRecord, update: WeightUpdate, grid: Grid | None
) -> dict[Quantity, Array]:
    """Return what the optimizer makes of one weight."""
    step, slots = record.number, _remembered(planned, record, update)
    # The gradient by the weights as they are drawn has the penalties' in it.
    gradient = update.gradient.reshape(as_cells(update.gradient.shape, grid))
    arrays = {"": update.after, **{f" {slot}": array for slot, array in slots.items()}}
    return {Quantity("gradient", update.layer, update.weight, step): gradient} | {
        new_weight(update.layer, f"{update.weight}{slot}", step): np.asarray(array).reshape(
            as_cells(array.shape, grid)
        )
        for slot, array in arrays.items()
    }


def _remembered(planned: Optimizer, record: StepRecord, update: WeightUpdate) -> dict[str, Array]:
    """Return what the formulas of the `planned` optimizer remember of a weight.

    That is also what a user turned off by its constant, such as a momentum of 0.
    """
    names = [name for group in planned.slot_groups for name in group]
    missing = [name for name in names if name not in update.slots_after]
    if not missing:
        return dict(update.slots_after)
    slots = {name: array.copy() for name, array in update.slots_before.items()}
    slots |= {name: np.zeros_like(update.before) for name in missing}
    optimizer = copy(record.optimizer)
    for name in missing:
        object.__setattr__(optimizer, name, getattr(planned, name))
    weight = update.before.copy()
    optimizer.update(weight, update.gradient, slots, record.rate, record.iteration)
    return slots


def _whole_values(record: StepRecord) -> dict[Quantity, Array]:
    """Return what a step shows of all its samples together."""
    step = record.number
    right = (predicted_classes(record.outputs, near=True) == record.labels).astype(np.float64)
    values = {
        losses(step): record.losses[:, np.newaxis],
        rights(step): right[:, np.newaxis],
        mean_loss(step): np.array([[record.loss]]),
        accuracy(step): np.array([[right.mean()]]),
    }
    if record.corrected_rate is not None:
        values[corrected_rate(step)] = np.array([[record.corrected_rate]])
    return values


def _dashboard_values(
    records: Sequence[StepRecord], values: Mapping[Quantity, Array]
) -> dict[Quantity, Array]:
    """Return what the dashboard shows: of each step, and of the first weight before and after."""
    steps = range(1, len(records) + 1)
    most = max(len(record.labels) for record in records)
    network = records[0].network
    layer, weight = course.shown_weight(network.layers, network.input_shapes)
    labels, predictions = np.full((2, len(records), most), np.nan)
    for row, record in enumerate(records):
        labels[row, : len(record.labels)] = record.labels
        predictions[row, : len(record.labels)] = predicted_classes(record.outputs, near=True)
    return {
        course.STEPS: np.array(steps, dtype=np.float64)[:, np.newaxis],
        course.LOSSES: np.concatenate([values[mean_loss(step)] for step in steps]),
        course.ACCURACIES: np.concatenate([values[accuracy(step)] for step in steps]),
        course.LABELS: labels,
        course.PREDICTIONS: predictions,
        course.BEFORE: values[Quantity("weight", layer, weight, 1)],
        course.AFTER: values[new_weight(layer, weight, steps[-1])],
    }
