"""The numbers of a trace, each under the name of its quantity."""

from __future__ import annotations

import numpy as np

from cnncalc.layers import Shape
from cnncalc.network import Array
from cnncalc.substeps import substeps
from cnncalc.trace import Trace
from cnncalc.views.workbook.plan import Quantity
from cnncalc.views.workbook.quantities import IMAGE
from cnncalc.views.workbook.vector_cells import as_cells, with_grids

__all__ = ["image_cells", "trace_values"]


def image_cells(shape: Shape) -> Shape:
    """Return the shape of an image's cells; a vector is a row of them.

    >>> image_cells((3,)), image_cells((2, 2, 1))
    ((1, 3), (2, 2, 1))
    """
    return (1, *shape) if len(shape) == 1 else shape


def trace_values(trace: Trace) -> dict[Quantity, Array]:
    """Return every number of a trace by the quantity that a block shows."""
    image = trace.input.values
    values: dict[Quantity, Array] = {IMAGE: image.reshape(image_cells(image.shape))}
    grids = with_grids(trace.network.layers, trace.network.input_shape)
    for layer, (*_, grid) in zip(trace.layers, grids, strict=True):
        arrays = {
            **{Quantity("weight", layer.name, name): w for name, w in layer.weights.items()},
            **{Quantity("stage", layer.name, stage.name): stage.values for stage in layer.stages},
            **{Quantity("helper", layer.name, name): s for name, s in substeps(layer).items()},
        }
        for quantity, array in arrays.items():
            values[quantity] = np.asarray(array).reshape(as_cells(array.shape, grid))
    return values
