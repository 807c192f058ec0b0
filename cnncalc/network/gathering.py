"""Bringing what a layer takes together, and its error back to where that came from.

A merge is given the results that it joins side by side (see `layers/merging.py`); all other layers
take one result as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.layers import Layer, MergeLayer, Shape
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network.structure import Array, Weights
from cnncalc.ops.merging import side_by_side

__all__ = [
    "WayBack",
    "gather",
    "learning_places",
    "merge_parts",
    "reached",
    "repeated",
    "scatter",
    "summed",
]


def gather(layer: Layer, results: Sequence[Array]) -> Array:
    """Return what a layer is given, from the results that it takes: (batch, *shape) each.

    >>> from cnncalc.layers import Multiply
    >>> multiply = Multiply(inputs=("a", "b"))
    >>> gather(multiply, [np.ones((1, 1, 2, 1)), np.full((1, 1, 1, 1), 5.0)]).tolist()
    [[[[1.0, 5.0], [1.0, 5.0]]]]
    """
    if not isinstance(layer, MergeLayer):
        (result,) = results
        return result
    return side_by_side(merge_parts(layer, results))


def merge_parts(layer: MergeLayer, results: Sequence[Array]) -> list[Array]:
    """Return the results that a merge joins, those repeated that are smaller than others: views.

    >>> from cnncalc.layers import Multiply
    >>> results = [np.ones((1, 1, 2, 1)), np.full((1, 1, 1, 1), 5.0)]
    >>> [part.shape for part in merge_parts(Multiply(inputs=("a", "b")), results)]
    [(1, 1, 2, 1), (1, 1, 2, 1)]
    """
    shapes = [result.shape[1:] for result in results]
    common, sizes = layer.common_shape(shapes), layer.part_sizes(shapes)
    return [
        repeated(result, (*common[:-1], size)) for result, size in zip(results, sizes, strict=True)
    ]


def repeated(result: Array, shape: Shape) -> Array:
    """Return a batch repeated to a shape, where it is smaller."""
    batch, *sizes = result.shape
    ones = (1,) * (len(shape) - len(sizes))
    return np.broadcast_to(result.reshape(batch, *ones, *sizes), (batch, *shape))


def scatter(layer: Layer, gradient: Array, shapes: Sequence[Shape]) -> list[Array]:
    """Return a loss's gradient by each result that a layer took, given that by its input.

    Arguments: the `layer`; the `gradient` (batch, *input shape); the results' `shapes`, one
    sample's. What was repeated gets the sum over all its places.

    >>> from cnncalc.layers import Multiply
    >>> multiply, gradient = Multiply(inputs=("a", "b")), np.array([[[[1.0, 5.0], [2.0, 7.0]]]])
    >>> [part.tolist() for part in scatter(multiply, gradient, [(1, 2, 1), (1, 1, 1)])]
    [[[[[1.0], [2.0]]]], [[[[12.0]]]]]
    """
    if not isinstance(layer, MergeLayer):
        return [gradient]
    edges = np.cumsum(layer.part_sizes(shapes))[:-1].tolist()
    parts = np.split(gradient, edges, axis=-1)
    return [summed(part, shape) for part, shape in zip(parts, shapes, strict=True)]


def summed(gradient: Array, shape: Shape) -> Array:
    """Return the gradient by a result of a shape that was repeated, where it was smaller."""
    sizes = (1,) * (gradient.ndim - 1 - len(shape)) + shape
    axes = tuple(
        axis
        for axis, (size, given) in enumerate(zip(sizes, gradient.shape[1:], strict=True), 1)
        if size != given
    )
    total = gradient.sum(axis=axes, keepdims=True) if axes else gradient
    return total if total.ndim == len(shape) + 1 else total.reshape(len(gradient), *shape)


def learning_places(layers: Sequence[Layer], weights: Sequence[Weights]) -> frozenset[int]:
    """Return the places of the layers that a gradient must reach: that learn, or lead back to one.

    >>> from cnncalc.layers import Dense
    >>> layers = [Dense(1, use_bias=False, trainable=False), Dense(1, use_bias=False)]
    >>> sorted(learning_places(layers, [{"kernel": np.ones((1, 1))}] * 2))
    [1]
    """
    pairs = zip(layers, weights, strict=True)
    return reached(sources(layers), [any(map(layer.learns, names)) for layer, names in pairs])


def reached(taken: Sequence[Sequence[int]], learns: Sequence[bool]) -> frozenset[int]:
    """Return which places a gradient must reach, given what each takes, and which of them learn.

    >>> sorted(reached([(-1,), (-1,), (0, 1)], [True, False, False]))
    [0, 2]
    """
    found: set[int] = set()
    for place, places in enumerate(taken):
        if learns[place] or found.intersection(places):
            found.add(place)
    return frozenset(found)


class WayBack:
    """A loss's gradient on its way back: at each layer what all that took its result hand back.

    Arguments: the `layers`; the `wanted` places, those that the gradient must reach, the image's
    (-1) among them if it must come that far; the `gradient` by the last layer's output.
    """

    def __init__(self, layers: Sequence[Layer], wanted: frozenset[int], gradient: Array) -> None:
        self.layers = layers
        self.wanted = wanted
        self._sources = sources(layers)
        self._gradients = {len(layers) - 1: gradient}

    def places(self) -> list[int]:
        """Return the wanted layers' places, the last one first."""
        return sorted(self.wanted - {IMAGE_PLACE}, reverse=True)

    def take(self, place: int) -> Array:
        """Return the gradient by a layer's output, all layers behind it being through."""
        return self._gradients.pop(place)

    def goes_on(self, place: int) -> bool:
        """Tell whether the gradient by a layer's input is wanted."""
        return not self.wanted.isdisjoint(self._sources[place])

    def hand_back(self, place: int, gradient: Array | None, shapes: Sequence[Shape]) -> None:
        """Add a layer's gradient by its input to those by the results that it took.

        `shapes` are those of these results, one sample's.
        """
        if gradient is not None:
            self.hand_back_parts(place, scatter(self.layers[place], gradient, shapes))

    def hand_back_parts(self, place: int, parts: Sequence[Array]) -> None:
        """Add a layer's gradients by the results that it took to those of others that took them."""
        taken = self._sources[place]
        for source, part in zip(taken, parts, strict=True):
            if source in self.wanted:
                before = self._gradients.get(source)
                self._gradients[source] = part if before is None else before + part
