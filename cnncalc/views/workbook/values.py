"""The numbers that a plan's blocks show, each under the name of its quantity.

They are `trace.record`'s, or `shapes.axis`'s for the formula of the output's size.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncalc import shapes
from cnncalc.errors import InputError, ShapeError
from cnncalc.layers import Shape, WindowLayer
from cnncalc.network import Array, Network, assemble
from cnncalc.substeps import substeps
from cnncalc.trace import Trace, record
from cnncalc.views.workbook.plan import Quantity, Specification

__all__ = [
    "IMAGE",
    "SIZES",
    "as_written",
    "calculated_network",
    "computed_values",
    "input_shapes",
    "size_values",
    "trace_values",
]

IMAGE = Quantity("input")

# What the formula of the output's size is given: width, filter, padding, stride, filters.
SIZES = tuple(Quantity("input", "", letter) for letter in "WFPSK")


def as_written(numbers: Array) -> Array:
    """Return numbers as a workbook stores them: of 16 digits.

    Whoever exports rounds the inputs this way first, so that all is computed from the same.

    >>> as_written(np.array([0.1 + 0.2])).tolist()
    [0.3]
    """
    array = np.asarray(numbers, dtype=np.float64)
    if np.array_equal(array, np.rint(array)) and np.abs(array).max(initial=0) < 1e15:
        return array
    rounded = [float(f"{number:.16G}") for number in array.ravel().tolist()]
    return np.array(rounded).reshape(array.shape)


def input_shapes(specification: Specification) -> dict[Quantity, Shape]:
    """Return the shape of every quantity that a user enters: the image, kernels and biases."""
    if specification.layout == "output size":
        return dict.fromkeys(SIZES, (1, 1))
    result: dict[Quantity, Shape] = {IMAGE: specification.input_shape}
    shape = specification.input_shape
    for layer in specification.layers:
        for name, weight in layer.weight_shapes(shape).items():
            result[Quantity("weight", layer.name, name)] = _at_least_2d(weight)
        shape = layer.output_shape(shape)
    return result


def _at_least_2d(shape: Shape) -> Shape:
    """Return the shape as cells show it: a vector's numbers each have a cell of their own."""
    return (1, 1, *shape) if len(shape) == 1 else shape


def calculated_network(specification: Specification, inputs: Mapping[Quantity, Array]) -> Network:
    """Put a workbook's calculation together with its weights as they stand.

    Arguments: the calculation, of a layout with layers; `inputs`, an array for each entry of
    `input_shapes`, of its shape.
    Raises ShapeError where the inputs' sizes don't fit each other.
    """
    weights = []
    shape = specification.input_shape
    for layer in specification.layers:
        expected = layer.weight_shapes(shape)
        given = {name: inputs[Quantity("weight", layer.name, name)] for name in expected}
        weights.append({name: array.reshape(expected[name]) for name, array in given.items()})
        shape = layer.output_shape(shape)
    return assemble(specification.layers, specification.input_shape, weights)


def computed_values(
    specification: Specification, inputs: Mapping[Quantity, Array]
) -> dict[Quantity, Array]:
    """Do a workbook's calculation on its inputs as they stand.

    Arguments: the calculation; `inputs`, an array for each entry of `input_shapes`, of its shape.
    Returns every number that a block of the plan shows.
    Raises ShapeError where the inputs' sizes don't fit each other.
    """
    if specification.layout == "output size":
        return _size_values(inputs)
    return trace_values(record(calculated_network(specification, inputs), inputs[IMAGE]))


def trace_values(trace: Trace) -> dict[Quantity, Array]:
    """Return every number of a trace by the quantity that a block shows."""
    values: dict[Quantity, Array] = {IMAGE: trace.input.values}
    for layer in trace.layers:
        for name, weight in layer.weights.items():
            shown = np.asarray(weight).reshape(_at_least_2d(weight.shape))
            values[Quantity("weight", layer.name, name)] = shown
        for stage in layer.stages:
            values[Quantity("stage", layer.name, stage.name)] = stage.values
        for name, helper in substeps(layer).items():
            values[Quantity("helper", layer.name, name)] = helper
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
    axis = shapes.axis(width, kernel, padding, stride)
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
