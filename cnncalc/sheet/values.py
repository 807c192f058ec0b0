"""The numbers that a plan's blocks show, each under the name of its quantity.

They are `trace.record`'s and `classification`'s, or `geometry.axis`'s for the formula of the
output's size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnncalc import geometry
from cnncalc.classification import Classification, classify, cross_entropy
from cnncalc.errors import InputError, ShapeError
from cnncalc.layers import SOFTMAX, Shape, WindowLayer
from cnncalc.network import Array, Network, assemble, initialize, walk
from cnncalc.ops.maxima import near_maximum
from cnncalc.provenance import untrained
from cnncalc.sheet.layers.drawn_weights import weight_sums, weights_said
from cnncalc.sheet.layouts.network import network_pages
from cnncalc.sheet.plan import Quantity, Specification
from cnncalc.sheet.quantities import (
    CLASS_NAMES,
    CLASS_NUMBERS,
    CROSS_ENTROPY,
    DRAWN_SUMS,
    IMAGE,
    IS_LARGEST,
    LARGEST,
    LOGITS,
    OUTPUTS,
    PREDICTED,
    PREDICTED_NAME,
    SIZES,
    TARGET,
    WEIGHTS,
)
from cnncalc.sheet.training.inputs import training_input_shapes
from cnncalc.sheet.training_values import training_values
from cnncalc.sheet.vector_cells import as_cells, image_cells, trace_values, with_grids
from cnncalc.trace import Trace, record
from cnncalc.training.metrics import class_count

__all__ = [
    "as_written",
    "calculated_network",
    "calculated_trace",
    "computed_values",
    "input_shapes",
    "prediction_values",
    "size_values",
    "trace_as_written",
    "untrained_values",
    "without_denormals",
]


# The least that Excel knows: it takes what is smaller, a denormal, for 0.
_LEAST = np.finfo(np.float64).tiny


def as_written(numbers: Array) -> Array:
    """Return numbers as a workbook stores them: of 16 digits, 0 where Excel knows none so small.

    Whoever exports rounds the inputs this way first, so that all is computed from the same.

    >>> as_written(np.array([0.1 + 0.2, 1e-308])).tolist()
    [0.3, 0.0]
    """
    array = np.asarray(numbers, dtype=np.float64)
    if np.array_equal(array, np.rint(array)) and np.abs(array).max(initial=0) < 1e15:
        return array
    rounded = [float(f"{number:.16G}") for number in array.ravel().tolist()]
    return without_denormals(np.array(rounded).reshape(array.shape))


def without_denormals(numbers: Array) -> Array:
    """Return numbers with a plain 0 for those that Excel takes for it, -0 among them.

    >>> without_denormals(np.array([1e-308, -0.0, np.nan, 3])).tolist()
    [0.0, 0.0, nan, 3.0]
    """
    return np.where(np.abs(numbers) < _LEAST, 0.0, numbers)


def trace_as_written(network: Network, image: Array) -> Trace:
    """Record a calculation on inputs as a workbook stores them, of 16 digits.

    Arguments: the network; an `image` of its input shape.
    Returns a trace whose numbers are those of its workbook.
    """
    weights = tuple(
        {name: as_written(weight) for name, weight in layer.items()} for layer in network.weights
    )
    return record(replace(network, weights=weights), as_written(image))


def input_shapes(specification: Specification) -> dict[Quantity, Shape]:
    """Return the shape of every quantity that a user enters: images, weights, a target."""
    if specification.layout == "output size":
        return dict.fromkeys(SIZES, (1, 1))
    if specification.training is not None:
        return training_input_shapes(specification, specification.training)
    grids = list(with_grids(specification.layers, specification.input_shape))
    result: dict[Quantity, Shape] = {IMAGE: image_cells(specification.input_shape)}
    for layer, shape, grid in grids:
        for name, weight in layer.weight_shapes(shape).items():
            result[Quantity("weight", layer.name, name)] = as_cells(weight, grid)
    if specification.has_class_names:
        last, shape, _ = grids[-1]
        result[CLASS_NAMES] = (class_count(last.output_shape(shape)), 1)
    if specification.has_target:
        result[TARGET] = (1, 1)
    return result


def calculated_network(specification: Specification, inputs: Mapping[Quantity, Array]) -> Network:
    """Put a workbook's calculation together with its weights as they stand.

    Arguments: the calculation, of a layout with layers; `inputs`, an array for each entry of
    `input_shapes`, of its shape.
    Raises ShapeError where the inputs' sizes don't fit each other.
    """
    weights = []
    for layer, shape in walk(specification.layers, specification.input_shape):
        expected = layer.weight_shapes(shape)
        given = {name: inputs[Quantity("weight", layer.name, name)] for name in expected}
        weights.append({name: array.reshape(expected[name]) for name, array in given.items()})
    return assemble(specification.layers, specification.input_shape, weights)


def calculated_trace(specification: Specification, inputs: Mapping[Quantity, Array]) -> Trace:
    """Do a workbook's calculation, step by step; as `calculated_network`."""
    image = inputs[IMAGE].reshape(specification.input_shape)
    return record(calculated_network(specification, inputs), image)


def computed_values(
    specification: Specification, inputs: Mapping[Quantity, Array]
) -> dict[Quantity, Array]:
    """Do a workbook's calculation on its inputs as they stand.

    Arguments: the calculation; `inputs`, an array for each entry of `input_shapes`, of its shape.
    Returns every number that a block of the plan shows.
    Raises ShapeError where the inputs' sizes don't fit each other, InputError where the target is
    no class.
    """
    if specification.layout == "output size":
        return _size_values(inputs)
    if specification.training is not None:
        return training_values(specification, specification.training, inputs)
    trace = calculated_trace(specification, inputs)
    values = trace_values(trace)
    if specification.layout == "network" and not specification.part:
        values |= prediction_values(trace, inputs.get(CLASS_NAMES), inputs.get(TARGET))
        values |= untrained_values(specification, values)
    return values


def prediction_values(
    trace: Trace, class_names: Array | None = None, target: Array | None = None
) -> dict[Quantity, Array]:
    """Return what the sheet of a network's prediction shows; nothing where there is none.

    Arguments: the `trace`; the `class_names` (classes, 1), texts, if the classes have names; the
    `target` (1, 1), the true class's number, if there is one.
    Raises InputError for a target that is no class, OptionError where no cross-entropy is known.
    """
    classification = classify(trace)
    if classification is None:
        return {}
    classes = len(classification.outputs)
    values = {
        CLASS_NUMBERS: np.arange(classes, dtype=np.float64)[:, np.newaxis],
        OUTPUTS: classification.outputs[:, np.newaxis],
        PREDICTED: np.array([[float(classification.predicted)]]),
    }
    if classification.kind != "yes or no":
        largest = classification.outputs.max(keepdims=True)
        values[LARGEST] = largest[:, np.newaxis]
        values[IS_LARGEST] = near_maximum(classification.outputs, largest)[:, np.newaxis] + 0.0
    if class_names is not None:
        values |= {CLASS_NAMES: class_names}
        values[PREDICTED_NAME] = class_names[classification.predicted :][:1]
    if target is not None:
        values |= _target_values(classification, target)
    return values


def untrained_values(
    specification: Specification, values: Mapping[Quantity, Array]
) -> dict[Quantity, Array]:
    """Return what a prediction shows of drawn weights, and instead of a class while they are.

    Arguments: the calculation; its other `values`, those of the prediction among them.
    Returns nothing where the weights were not drawn.
    """
    seed = specification.drawn_from
    if seed is None or PREDICTED not in values:
        return {}
    volumes = [volume for page in network_pages(specification) for volume in page.volumes]
    sums = weight_sums(volumes, values, _drawn_weights(specification, seed))
    sums[DRAWN_SUMS] = as_written(sums[DRAWN_SUMS])
    said = weights_said(sums, seed)
    text = np.array([[said]], dtype=object)
    no_class = {key: text for key in (PREDICTED, PREDICTED_NAME) if key in values}
    return {**sums, WEIGHTS: text, **(no_class if said == untrained(seed) else {})}


def _drawn_weights(specification: Specification, seed: int) -> dict[Quantity, Array]:
    """Draw the weights again, as cells hold them."""
    layers, shape = specification.layers, specification.input_shape
    network = initialize(layers, shape, seed)
    return {
        Quantity("weight", layer.name, name): as_written(weight).reshape(
            as_cells(weight.shape, grid)
        )
        for (layer, _, grid), weights in zip(
            with_grids(layers, shape), network.weights, strict=True
        )
        for name, weight in weights.items()
    }


def _target_values(classification: Classification, target: Array) -> dict[Quantity, Array]:
    number, classes = float(target.item()), len(classification.outputs)
    if number not in range(classes):
        message = (
            f"the target must be the number of a class, 0 to {classes - 1}. Received: {number:g}"
        )
        raise InputError(message)
    loss = cross_entropy(classification, int(number))
    values = {TARGET: target, CROSS_ENTROPY: np.array([[loss]])}
    logits = classification.logits
    if classification.kind == SOFTMAX and logits is not None:
        return values | {LOGITS: logits[:, np.newaxis]}
    if logits is not None:
        return values | {LOGITS: np.array([[-logits[0] if number else logits[0]]])}
    return values


def size_values(specification: Specification) -> dict[Quantity, Array]:
    """Return the numbers of the formula of the output's size, across the specification's image.

    Raises ShapeError where its layer has no window.
    """
    layer = specification.layers[0]
    if not isinstance(layer, WindowLayer):
        message = f"the output's size is that of a window. Received: {type(layer).__name__}"
        raise ShapeError(message)
    across = layer.geometry(specification.input_shape).horizontal
    depth = layer.output_shape(specification.input_shape)[2]
    numbers = (across.size, across.kernel, across.before, across.stride, depth)
    return _size_values({key: np.array([[n]]) for key, n in zip(SIZES, numbers, strict=True)})


def _size_values(inputs: Mapping[Quantity, Array]) -> dict[Quantity, Array]:
    numbers = [float(inputs[key].item()) for key in SIZES]
    if any(number != int(number) for number in numbers):
        message = f"W, F, P, S and K must be whole numbers. Received: {numbers}"
        raise InputError(message)
    width, kernel, padding, stride, filters = (int(number) for number in numbers)
    axis = geometry.axis(width, kernel, padding, stride)
    results = {
        "steps": (width - kernel + 2 * padding) / stride,
        "size": axis.output,
        "uncovered": axis.uncovered,
        "depth": filters,
    }
    values = {Quantity("stage", "", name): number for name, number in results.items()}
    return {
        key: np.array([[value]], dtype=np.float64)
        for key, value in (*zip(SIZES, numbers, strict=True), *values.items())
    }
