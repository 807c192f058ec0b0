"""How the numbers of vectors stand in cells: in rows and columns, read row by row.

A flattened volume has a row for each position and a column for each channel; every other vector
is a single row. Layers that keep a vector's length keep its rows and columns as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

import numpy as np

from cnncalc.errors import unknown_kind
from cnncalc.helper_cells import helper_values
from cnncalc.layers import (
    ActivationLayer,
    BatchNormalization,
    Concatenate,
    Cropping2D,
    Dense,
    Dropout,
    Flatten,
    GlobalPoolingLayer,
    InputLayer,
    Layer,
    MergeLayer,
    PassingLayer,
    Rescaling,
    Shape,
)
from cnncalc.layers.graph import input_shape_of, run
from cnncalc.network import Array
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.quantities import IMAGE
from cnncalc.trace import Trace

__all__ = ["Grid", "as_cells", "image_cells", "trace_values", "with_grids"]


class Grid(NamedTuple):
    """The rows and columns of a vector."""

    rows: int
    columns: int


def with_grids(
    layers: Sequence[Layer], input_shape: Shape
) -> Iterator[tuple[Layer, Shape, Grid | None]]:
    """Yield each layer, its input shape, and the grid of its output: None where that is a volume.

    >>> from cnncalc.layers import Dense
    >>> [grid for *_, grid in with_grids([Flatten(), Dense(5)], (2, 3, 4))]
    [Grid(rows=6, columns=4), Grid(rows=1, columns=5)]
    """
    given: list[Shape] = []

    def step(place: int, taken: Sequence[_Result]) -> _Result:
        layer = layers[place]
        shape = input_shape_of(layer, [result.shape for result in taken])
        given.append(shape)
        output = layer.output_shape(shape)
        return _Result(output, _grid(layer, shape, taken) if len(output) == 1 else None)

    image = _Result(input_shape, _row(input_shape))
    for layer, result in zip(layers, run(layers, image, step), strict=True):
        yield layer, given.pop(), result.grid


class _Result(NamedTuple):
    """The shape of a result, and the grid of its cells if it is a vector."""

    shape: Shape
    grid: Grid | None


def _grid(layer: Layer, shape: Shape, taken: Sequence[_Result]) -> Grid:
    """Return the grid of a vector that a layer puts out, given its input's shape and grid."""
    before = taken[0].grid or _row(shape)
    match layer:
        case Flatten() if len(shape) == 3:
            return Grid(prod(shape[:2]), shape[2])
        case Dense() | GlobalPoolingLayer() | Concatenate() | Cropping2D():
            return _row(layer.output_shape(shape))
        case MergeLayer():
            return _merged_grid(layer.output_shape(shape), taken)
        case InputLayer() | Flatten() | Dropout() | PassingLayer():
            return before
        case ActivationLayer() | BatchNormalization() | Rescaling():
            return before
    raise TypeError(
        unknown_kind("a layer of vectors must have a grid in sheet/vector_cells.py", layer)
    )


def _merged_grid(shape: Shape, taken: Sequence[_Result]) -> Grid:
    """Return the grid that all vectors have that are joined number by number, or else a row."""
    grids = {result.grid for result in taken if result.shape == shape}
    alike = grids.pop() if len(grids) == 1 else None
    return alike or _row(shape)


def _row(shape: Shape) -> Grid:
    return Grid(1, shape[-1])


def as_cells(shape: Shape, grid: Grid | None) -> Shape:
    """Return the shape of an array as cells show it: (height, width, and what indexes slices).

    Arguments: the array's `shape`; the `grid` of its layer's output, None where that is a volume:
    then a vector of weights has a cell of its own for each channel.

    >>> as_cells((24,), Grid(6, 4)), as_cells((4,), None), as_cells((1,), Grid(6, 4))
    ((6, 4), (1, 1, 4), (1, 1))
    """
    if len(shape) != 1:
        return shape
    if grid is None:
        return (1, 1, *shape)
    return tuple(grid) if shape[0] == prod(grid) else (1, *shape)


def image_cells(shape: Shape) -> Shape:
    """Return the shape of an image's cells; a vector is a row of them.

    >>> image_cells((3,)), image_cells((2, 2, 1))
    ((1, 3), (2, 2, 1))
    """
    return (1, *shape) if len(shape) == 1 else shape


def trace_values(trace: Trace) -> dict[Quantity, Array]:
    """Return every number of a trace, all layers or some, by the quantity that a block shows."""
    image = trace.input.values
    values: dict[Quantity, Array] = {IMAGE: image.reshape(image_cells(image.shape))}
    placed = with_grids(trace.network.layers, trace.network.input_shape)
    grids = {layer.name: grid for layer, *_, grid in placed}
    for layer in trace.layers:
        grid = grids[layer.name]
        arrays = {
            **{Quantity("weight", layer.name, name): w for name, w in layer.weights.items()},
            **{Quantity("stage", layer.name, stage.name): stage.values for stage in layer.stages},
            **{Quantity("helper", layer.name, name): s for name, s in helper_values(layer).items()},
        }
        for quantity, array in arrays.items():
            values[quantity] = np.asarray(array).reshape(as_cells(array.shape, grid))
    return values
