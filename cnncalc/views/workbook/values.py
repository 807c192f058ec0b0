"""The numbers that a plan's blocks show, each under the name of its quantity.

Nothing is computed here: `trace.record` does that, from a network put together of the inputs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncalc.layers import Shape
from cnncalc.network import Array, Network, assemble
from cnncalc.trace import Trace, record
from cnncalc.views.workbook.plan import Quantity, Specification, Values

__all__ = ["input_shapes", "recorded", "trace_values"]

IMAGE = Quantity("input")


def input_shapes(specification: Specification) -> dict[Quantity, Shape]:
    """Return the shape of every quantity that a user enters: the image, kernels and biases."""
    shapes: dict[Quantity, Shape] = {IMAGE: specification.input_shape}
    shape = specification.input_shape
    for layer in specification.layers:
        for name, weight in layer.weight_shapes(shape).items():
            shapes[Quantity("weight", layer.name, name)] = _at_least_2d(weight)
        shape = layer.output_shape(shape)
    return shapes


def _at_least_2d(shape: Shape) -> Shape:
    """Return the shape as cells show it: a vector's numbers each have a cell of their own."""
    return (1, 1, *shape) if len(shape) == 1 else shape


def recorded(specification: Specification, inputs: Mapping[Quantity, Array]) -> Trace:
    """Run the calculation on inputs as they stand in a workbook.

    Arguments: `inputs`, an array for each entry of `input_shapes`, of its shape.
    Returns the trace; `trace_values` gives its numbers by quantity.
    """
    weights = []
    shape = specification.input_shape
    for layer in specification.layers:
        expected = layer.weight_shapes(shape)
        weights.append(
            {
                name: inputs[Quantity("weight", layer.name, name)].reshape(weight)
                for name, weight in expected.items()
            }
        )
        shape = layer.output_shape(shape)
    network: Network = assemble(specification.layers, specification.input_shape, weights)
    return record(network, inputs[IMAGE])


def trace_values(trace: Trace) -> dict[Quantity, Array]:
    """Return every number of a trace by the quantity that a block shows."""
    values: dict[Quantity, Array] = {IMAGE: trace.input.values}
    for layer in trace.layers:
        for name, weight in layer.weights.items():
            shown = np.asarray(weight).reshape(_at_least_2d(weight.shape))
            values[Quantity("weight", layer.name, name)] = shown
        for stage in layer.stages:
            values[Quantity("stage", layer.name, stage.name)] = stage.values
    return values
