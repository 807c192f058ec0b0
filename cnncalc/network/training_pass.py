"""The fast forward and backward pass of training, in groups of layers that belong together.

It gives what `forward_saved` and `backward` give, but for the last bits, several times as fast;
it doesn't keep each layer's input and output, which is what those are for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from math import prod

import numpy as np

from cnncalc.layers import Layer, Shape
from cnncalc.layers.graph import IMAGE_PLACE, sources
from cnncalc.network.algorithms import Algorithm, choose
from cnncalc.network.fused_layers import (
    FusedConvolution,
    FusedLayers,
    FusedPooling,
    FusedProduct,
    Kept,
    SingleLayer,
)
from cnncalc.network.gathering import WayBack, gather, reached
from cnncalc.network.structure import Array, Weights, walk

__all__ = ["TrainingPass"]

PreparedWeights = Sequence[Weights]


class TrainingPass:
    """How training works through layers: forward, backward, piece by piece of a batch.

    Arguments: the `layers` in order, named; one sample's `input_shape`.
    Each thread has buffers of its own, which its next piece overwrites.

    >>> from cnncalc.layers import Dense
    >>> training, weights = TrainingPass([Dense(1)], (1,)), [{"kernel": np.array([[3.0]])}]
    >>> weights[0]["bias"] = np.array([0.0])
    >>> prepared = training.prepare(weights)
    >>> kept = training.forward(prepared, np.array([[5.0]]), generator=None)
    >>> sums = training.backward(prepared, kept, np.array([[1.0]]))
    >>> training.finish(sums)
    ({'kernel': array([[5.]]), 'bias': array([1.])},)
    """

    def __init__(self, layers: Sequence[Layer], input_shape: Shape) -> None:
        self.choices = choose(layers, input_shape)
        walked = tuple(walk(layers, input_shape))
        shapes = [layer.output_shape(shape) for layer, shape in walked]
        self.groups = tuple(
            _fused(choice.algorithm, choice.of(layers), walked[choice.first][1])
            for choice in self.choices
        )
        self._layers = tuple(_stand_in(choice.of(layers)) for choice in self.choices)
        self._sources = sources(self._layers)
        by_group = [*(shapes[choice.last] for choice in self.choices), input_shape]
        self._taken = [tuple(by_group[source] for source in taken) for taken in self._sources]
        # The numbers that one sample's forward and backward pass work on.
        self.numbers = sum(map(prod, (input_shape, *shapes)))
        self.numbers += sum(group.numbers for group in self.groups)

    def prepare(self, weights: Sequence[Weights]) -> PreparedWeights:
        """Bring each layer's weights into the form that its group works with, once a batch."""
        return [
            group.prepare(choice.of(weights))
            for group, choice in zip(self.groups, self.choices, strict=True)
        ]

    def forward(
        self, prepared: PreparedWeights, images: Array, generator: np.random.Generator | None
    ) -> list[Kept]:
        """Run a piece of a batch forward.

        Arguments: the `prepared` weights; `images` (piece, *input shape), floating point; in
        training the `generator` that draws what dropout keeps.
        Returns what each group keeps; the last one's `output` is the network's.
        """
        kept: list[Kept] = []
        for place, taken in enumerate(self._sources):
            results = [images if source == IMAGE_PLACE else kept[source].output for source in taken]
            given = gather(self._layers[place], results)
            kept.append(self.groups[place].forward(prepared[place], given, generator))
        return kept

    def backward(
        self, prepared: PreparedWeights, kept: Sequence[Kept], gradient: Array
    ) -> list[dict[str, Array]]:
        """Work a loss's gradient by the output back to the prepared weights.

        Arguments: the `prepared` weights; what `forward` just `kept`; the `gradient` by the
        output.
        Returns a mapping a group. Its arrays are overwritten by the next piece.
        """
        by_weight: list[dict[str, Array]] = [{} for _ in self.groups]
        way = WayBack(self._layers, self._learning, gradient)
        for place in way.places():
            by_output, goes_on = way.take(place), way.goes_on(place)
            result = self.groups[place].backward(prepared[place], kept[place], by_output, goes_on)
            by_weight[place] = result.weights
            way.hand_back(place, result.input, self._taken[place])
        return by_weight

    def finish(self, sums: Sequence[dict[str, Array]]) -> tuple[dict[str, Array], ...]:
        """Return the gradients of a batch, one mapping a layer, given their sums by group."""
        pairs = zip(self.groups, sums, strict=True)
        return tuple(chain.from_iterable(group.finish(summed) for group, summed in pairs))

    def updates(self, kept: Sequence[Kept]) -> tuple[Weights, ...]:
        """Return the new values of weights that training keeps up to date without a gradient."""
        pairs = zip(self.groups, kept, strict=True)
        return tuple(chain.from_iterable(group.updates(values) for group, values in pairs))

    @cached_property
    def _learning(self) -> frozenset[int]:
        """The groups that a gradient must reach: that learn, or lead back to one that does."""
        return reached(self._sources, [group.learns for group in self.groups])


def _stand_in(layers: Sequence[Layer]) -> Layer:
    """Return what stands for fused layers on a walk: it takes what the first does.

    It has the name of the last, whose result it gives; nobody else takes those in between.
    """
    return replace(layers[0], name=layers[-1].name)


def _fused(algorithm: Algorithm, layers: Sequence[Layer], input_shape: Shape) -> FusedLayers:
    layers = tuple(layers)
    match algorithm:
        case "blocked product" | "patches":
            return FusedConvolution(layers, input_shape)
        case "turned patches":
            return FusedConvolution(layers, input_shape, turns=True)
        case "plain product":
            return FusedProduct(layers, input_shape)
        case "cell by cell":
            return FusedPooling(layers, input_shape)
        case "layer by layer":
            return SingleLayer(layers, input_shape)
