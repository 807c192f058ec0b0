"""Where a number of what a merge is given stands in the results that it joins, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.layers import Layer, MergeLayer, Shape
from cnncalc.network import Array
from cnncalc.trace.structure import LayerTrace

__all__ = ["input_at", "part_at", "taken_results"]

Position = tuple[int, ...]


def part_at(layer: Layer, taken: Sequence[Shape], index: Position) -> tuple[int, Position]:
    """Return which of the results that a layer takes a number of its input is of, and where there.

    Arguments: the `layer`; the shapes of the results `taken`; the `index` in its input. A number of
    a result that was repeated (1×1) stands at the one position that it has.

    >>> from cnncalc.layers import Multiply
    >>> multiply, shapes = Multiply(inputs=("input", "most")), [(1, 2, 1), (1,)]
    >>> [part_at(multiply, shapes, index) for index in ((0, 1, 0), (0, 1, 1))]
    [(0, (0, 1, 0)), (1, (0,))]
    """
    if not isinstance(layer, MergeLayer):
        return 0, index
    *place, channel = index
    for part, size in enumerate(layer.part_sizes(taken)):
        if channel < size:
            return part, _unrepeated((*place, channel), taken[part])
        channel -= size
    message = f"a number of a merge's input must stand in it. Received: {index}"
    raise TypeError(message)


def _unrepeated(at: Position, shape: Position) -> Position:
    inner = at[len(at) - len(shape) :]
    return tuple(0 if size == 1 else index for index, size in zip(inner, shape, strict=True))


def input_at(layer: LayerTrace, part: int, at: Position) -> Position:
    """Return where a number of a result stands in what a layer is given, first if repeatedly.

    Arguments: the `layer`'s trace; which `part` of what it takes the result is, and where the
    number stands there.

    >>> from cnncalc.layers import Concatenate, Flatten
    >>> from cnncalc.network import initialize
    >>> from cnncalc.trace import record
    >>> layers = [Flatten(name="flat"), Concatenate(inputs=("flat", "flat"))]
    >>> trace = record(initialize(layers, (1, 2, 1), 0), [[1, 2]])
    >>> input_at(trace.layers[1], 1, (1,))
    (3,)
    """
    if not isinstance(layer.layer, MergeLayer):
        return at
    start = sum(layer.layer.part_sizes(layer.taken)[:part])
    missing = (0,) * (layer.input.ndim - len(at))
    return (*missing, *at[:-1], start + at[-1])


def taken_results(layer: LayerTrace) -> tuple[Array, ...]:
    """Return the results that a layer takes, each of its own shape: a merge's are several.

    >>> from cnncalc.layers import GlobalMaxPooling2D, Multiply
    >>> from cnncalc.network import initialize
    >>> from cnncalc.trace import record
    >>> layers = [GlobalMaxPooling2D(name="most"), Multiply(inputs=("input", "most"))]
    >>> trace = record(initialize(layers, (1, 2, 1), 0), [[1, 2]])
    >>> [result.tolist() for result in taken_results(trace.layers[1])]
    [[[[1.0], [2.0]]], [2.0]]
    """
    if not isinstance(layer.layer, MergeLayer):
        return (layer.input,)
    edges = np.cumsum(layer.layer.part_sizes(layer.taken))[:-1].tolist()
    parts = np.split(layer.input, edges, axis=-1)
    return tuple(_first_of(part, shape) for part, shape in zip(parts, layer.taken, strict=True))


def _first_of(part: Array, shape: Position) -> Array:
    """Return a result of a shape from what it was repeated to."""
    sizes = (1,) * (part.ndim - len(shape)) + shape
    return part[tuple(map(slice, sizes))].reshape(shape)
