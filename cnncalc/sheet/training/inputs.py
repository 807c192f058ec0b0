"""What is entered into a training's workbook, and the steps that are trained on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cnncalc.errors import CnncalcError, InputError
from cnncalc.layers import Shape
from cnncalc.network import Array, Network, assemble
from cnncalc.sheet.plan import Quantity, Specification
from cnncalc.sheet.quantities import IMAGE, LABEL
from cnncalc.sheet.training.passes import Scope
from cnncalc.sheet.training.settings import constants, setting, with_settings
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.vector_cells import as_cells, image_cells, with_grids
from cnncalc.training.losses import LOSSES
from cnncalc.training.metrics import class_count
from cnncalc.training_step import StepRecord, record_steps

__all__ = [
    "class_of",
    "training_input_shapes",
    "training_inputs",
    "training_network",
    "training_records",
    "wrong_input",
]


def class_of(label: float, classes: int) -> int:
    """Return the class that a label is the number of.

    Raises InputError for a number that is no class.

    >>> class_of(1.0, classes=2)
    1
    """
    if label not in range(classes):
        message = f"a label must be the number of a class, 0 to {classes - 1}. Received: {label:g}"
        raise InputError(message)
    return int(label)


def wrong_input(
    training: TrainingSpecification, classes: int, inputs: Mapping[Quantity, Array]
) -> tuple[Quantity, CnncalcError] | None:
    """Return the first constant or label that is out of range, and what is wrong with it.

    Arguments: the `training`; how many `classes` there are; its `inputs` as they stand.
    """
    first = {
        setting(name): np.array([[value]]) for name, value in constants(training.optimizer).items()
    }
    try:
        for quantity in first:
            with_settings(training.optimizer, {**first, quantity: inputs[quantity]})
        for use in training.first_uses.values():
            quantity = Scope(*use).quantity(LABEL)
            class_of(inputs[quantity].item(), classes)
    except CnncalcError as error:
        return quantity, error
    return None


def training_input_shapes(
    specification: Specification, training: TrainingSpecification
) -> dict[Quantity, Shape]:
    """Return the shape of all that a user enters: pixels, labels, weights and constants."""
    shape = specification.input_shape
    result: dict[Quantity, Shape] = {}
    for use in training.first_uses.values():
        result[Scope(*use).quantity(IMAGE)] = image_cells(shape)
        result[Scope(*use).quantity(LABEL)] = (1, 1)
    for layer, before, grid in with_grids(specification.layers, shape):
        for name, weight in layer.weight_shapes(before).items():
            result[Quantity("weight", layer.name, name, 1)] = as_cells(weight, grid)
    return result | {setting(name): (1, 1) for name in constants(training.optimizer)}


def training_inputs(
    specification: Specification,
    training: TrainingSpecification,
    network: Network,
    samples: Sequence[tuple[Array, int]],
) -> dict[Quantity, Array]:
    """Return what a new workbook's inputs hold.

    Arguments: the `specification` and its `training`; the `network` with its initial weights; each
    of the `samples`, an image and its class, by the numbers that the training has for them.
    """
    values: dict[Quantity, Array] = {}
    for number, use in training.first_uses.items():
        image, label = samples[number]
        values[Scope(*use).quantity(IMAGE)] = np.asarray(image, dtype=np.float64)
        values[Scope(*use).quantity(LABEL)] = np.array([[float(label)]])
    for layer, weights in zip(network.layers, network.weights, strict=True):
        for name, weight in weights.items():
            values[Quantity("weight", layer.name, name, 1)] = np.asarray(weight, dtype=np.float64)
    for name, value in constants(training.optimizer).items():
        values[setting(name)] = np.array([[value]])
    shapes = training_input_shapes(specification, training)
    return {quantity: values[quantity].reshape(shape) for quantity, shape in shapes.items()}


def training_records(
    specification: Specification,
    training: TrainingSpecification,
    inputs: Mapping[Quantity, Array],
) -> Iterator[StepRecord]:
    """Train on a workbook's inputs as they stand, a record a step.

    Arguments: the `specification` and its `training`; `inputs`, an array for each of
    `training_input_shapes`.
    Raises InputError for a label that is no class, OptionError for constants out of range.
    """
    network = training_network(specification, inputs)
    classes = class_count(network.shapes[-1])
    images, labels = {}, {}
    for number, use in training.first_uses.items():
        image = inputs[Scope(*use).quantity(IMAGE)]
        images[number] = image.reshape(specification.input_shape)
        labels[number] = class_of(inputs[Scope(*use).quantity(LABEL)].item(), classes)
    batches = [
        (
            np.stack([images[sample] for sample in batch]),
            np.array([labels[sample] for sample in batch]),
        )
        for batch in training.batches
    ]
    optimizer = with_settings(training.optimizer, inputs)
    how = (LOSSES[training.loss], optimizer)
    return record_steps(network, *how, batches, training.seed, training.steps_per_epoch)


def training_network(specification: Specification, inputs: Mapping[Quantity, Array]) -> Network:
    """Return the network of a training with its initial weights as they stand."""
    weights = [
        {
            name: inputs[Quantity("weight", layer.name, name, 1)].reshape(weight)
            for name, weight in layer.weight_shapes(shape).items()
        }
        for layer, shape, _ in with_grids(specification.layers, specification.input_shape)
    ]
    return assemble(specification.layers, specification.input_shape, weights)
