"""The fast forward and backward pass of training, in steps of layers that belong together.

It gives what `forward_saved` and `backward` give, but for the last bits, several times as fast;
it doesn't keep each layer's input and output, which is what those are for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from math import prod

import numpy as np

from cnncalc.layers import Layer, Shape
from cnncalc.network.algorithms import Choice, choose
from cnncalc.network.structure import Array, Weights
from cnncalc.network.training_steps import (
    ConvolutionStep,
    Kept,
    LayerStep,
    PoolingStep,
    ProductStep,
    Step,
)

__all__ = ["TrainingPass"]

StepWeights = Sequence[Weights]


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
        shapes = [input_shape]
        for layer in layers:
            shapes.append(layer.output_shape(shapes[-1]))
        self.steps = tuple(
            _step(choice, layers[choice.first : choice.first + choice.layers], shapes[choice.first])
            for choice in self.choices
        )
        # The numbers that one sample's forward and backward pass work on.
        self.numbers = sum(map(prod, shapes)) + sum(step.numbers for step in self.steps)

    def prepare(self, weights: Sequence[Weights]) -> StepWeights:
        """Bring each layer's weights into the form that its step works with, once a batch."""
        return [
            step.prepare(weights[choice.first : choice.first + choice.layers])
            for step, choice in zip(self.steps, self.choices, strict=True)
        ]

    def forward(
        self, prepared: StepWeights, images: Array, generator: np.random.Generator | None
    ) -> list[Kept]:
        """Run a piece of a batch forward.

        Arguments: the `prepared` weights; `images` (piece, *input shape), floating point; in
        training the `generator` that draws what dropout keeps.
        Returns what each step keeps; the last one's `output` is the network's.
        """
        kept: list[Kept] = []
        for step, weights in zip(self.steps, prepared, strict=True):
            kept.append(step.forward(weights, images, generator))
            images = kept[-1].output
        return kept

    def backward(
        self, prepared: StepWeights, kept: Sequence[Kept], gradient: Array
    ) -> list[dict[str, Array]]:
        """Work a loss's gradient by the output back to the prepared weights.

        Arguments: the `prepared` weights; what `forward` just `kept`; the `gradient` by the
        output.
        Returns a mapping a step. Its arrays are overwritten by the next piece.
        """
        by_weight: list[dict[str, Array]] = [{} for _ in self.steps]
        for index in reversed(range(self._first_to_learn, len(self.steps))):
            step, to_input = self.steps[index], index > self._first_to_learn
            result = step.backward(prepared[index], kept[index], gradient, to_input)
            by_weight[index] = result.weights
            if result.input is not None:
                gradient = result.input
        return by_weight

    def finish(self, sums: Sequence[dict[str, Array]]) -> tuple[dict[str, Array], ...]:
        """Return the gradients of a batch, one mapping a layer, given their sums by step."""
        pairs = zip(self.steps, sums, strict=True)
        return tuple(chain.from_iterable(step.finish(summed) for step, summed in pairs))

    def updates(self, kept: Sequence[Kept]) -> tuple[Weights, ...]:
        """Return the new values of weights that training keeps up to date without a gradient."""
        pairs = zip(self.steps, kept, strict=True)
        return tuple(chain.from_iterable(step.updates(values) for step, values in pairs))

    @cached_property
    def _first_to_learn(self) -> int:
        """The first step with something to learn: before it no gradient is needed."""
        return next((i for i, step in enumerate(self.steps) if step.learns), len(self.steps))


def _step(choice: Choice, layers: Sequence[Layer], input_shape: Shape) -> Step:
    layers = tuple(layers)
    match choice.algorithm:
        case "blocked product" | "patches":
            return ConvolutionStep(layers, input_shape)
        case "turned patches":
            return ConvolutionStep(layers, input_shape, turns=True)
        case "plain product":
            return ProductStep(layers, input_shape)
        case "cell by cell":
            return PoolingStep(layers, input_shape)
        case "layer by layer":
            return LayerStep(layers, input_shape)
