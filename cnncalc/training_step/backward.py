"""A batch's forward and backward pass as in training, with the gradient of each activation.

One thing is not left to rounding: numbers that only it sets apart from a maximum count as the
maximum, so that the first of them gets the gradient, and those near a kink, such as ReLU's at 0,
count as the kink, as they do in a workbook's formulas. Where sums tie or meet a kink in this way,
and no earlier, a training may part from its record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cnncalc.layers import (
    LINEAR,
    KernelLayer,
    Layer,
)
from cnncalc.network import (
    Array,
    Saved,
    WayBack,
    at_kinks,
    backward_near,
    learning_places,
)
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.ops.numbers import overflow_allowed
from cnncalc.training.objective import Objective, PieceForward
from cnncalc.training_step.structure import LayerStep

__all__ = ["BatchPass", "run"]


class BatchPass(NamedTuple):
    """What a batch came to: the gradients at each layer, losses (batch,), outputs (batch, units).

    The gradients of activations are those of the batch's first samples, as many as were wanted.
    """

    layers: tuple[LayerStep, ...]
    losses: Array
    outputs: Array


def run(
    objective: Objective,
    layers: Sequence[Layer],
    batch: tuple[Array, Array],
    seed: Sequence[int],
    samples: int | None = None,
) -> BatchPass:
    """Run a batch forward and backward, piece by piece as `Objective.gradients` does.

    Arguments: the `objective`; the network's `layers`, with the activation that the objective may
    have peeled off; the `batch`, images and labels; the `seed` of what dropout keeps; of how many
    `samples` the gradients of activations are kept, None for all.
    """
    images, labels = batch
    total: BatchPass | None = None
    for piece in objective.recorded_pieces(len(labels)):
        with overflow_allowed():
            forward = objective.piece_forward(images, labels, seed, piece)
            steps = _backward(objective, layers, forward)
        wanted = len(labels) if samples is None else max(0, samples - piece.start)
        steps = tuple(_first_samples(step, wanted) for step in steps)
        done = BatchPass(steps, forward.losses, forward.outputs)
        total = done if total is None else _joined(total, done)
    assert total is not None  # noqa: S101 (a batch has a sample)
    return total


def _backward(
    objective: Objective, layers: Sequence[Layer], forward: PieceForward
) -> tuple[LayerStep, ...]:
    """Work the loss's gradient back layer by layer, as `network.backward` does, and keep all."""
    pairs = zip(layers, forward.saved, strict=True)
    steps = [
        LayerStep(layer, saved.input, saved.output, drawn=saved.extra, moved=saved.updates)
        for layer, saved in pairs
    ]
    bare, weights = objective.network.layers, objective.network.weights
    way = WayBack(bare, learning_places(bare, weights), forward.gradient)
    for place in way.places():
        gradient, goes_on = way.take(place), way.goes_on(place)
        saved = at_kinks(bare[place], forward.saved[place])
        result = backward_near(bare[place], weights[place], saved, gradient, goes_on)
        steps[place] = replace(
            steps[place],
            output=gradient,
            pre_activation=_by_pre_activation(bare[place], saved, gradient),
            input=result.input,
            weights=result.weights,
        )
        way.hand_back(place, result.input, saved.taken)
    if objective.activation != LINEAR:
        joined = forward.gradient if _has_own_activation(layers[-1]) else None
        outputs = forward.outputs
        steps[-1] = replace(steps[-1], layer_output=outputs, output=None, pre_activation=joined)
    return tuple(steps)


def _has_own_activation(layer: Layer) -> bool:
    return isinstance(layer, KernelLayer) and layer.activation_name != LINEAR


def _by_pre_activation(layer: Layer, saved: Saved, gradient: Array) -> Array | None:
    if not _has_own_activation(layer):
        return None
    return ACTIVATIONS[layer.activation_name].backward(gradient, saved.output)


def _first_samples(step: LayerStep, count: int) -> LayerStep:
    def first(values: Array) -> Array:
        # A copy, so that what isn't wanted doesn't stay in memory.
        return values if len(values) <= count else values[:count].copy()

    def first_or_none(values: Array | None) -> Array | None:
        return None if values is None else first(values)

    return replace(
        step,
        layer_input=first(step.layer_input),
        layer_output=first(step.layer_output),
        output=first_or_none(step.output),
        pre_activation=first_or_none(step.pre_activation),
        input=first_or_none(step.input),
        # A batch's mean and variance, which come with what they moved, belong to no sample.
        drawn=step.drawn if step.moved else tuple(map(first, step.drawn)),
    )


def _joined(first: BatchPass, second: BatchPass) -> BatchPass:
    return BatchPass(
        tuple(map(_joined_steps, first.layers, second.layers)),
        np.concatenate([first.losses, second.losses]),
        np.concatenate([first.outputs, second.outputs]),
    )


def _joined_steps(first: LayerStep, second: LayerStep) -> LayerStep:
    """Put the samples of two pieces of a batch behind each other, and add up by weights."""
    return replace(
        first,
        layer_input=_behind(first.layer_input, second.layer_input),
        layer_output=_behind(first.layer_output, second.layer_output),
        output=_behind_or_none(first.output, second.output),
        pre_activation=_behind_or_none(first.pre_activation, second.pre_activation),
        input=_behind_or_none(first.input, second.input),
        drawn=tuple(map(_behind, first.drawn, second.drawn)),
        weights={name: values + second.weights[name] for name, values in first.weights.items()},
    )


def _behind(first: Array, second: Array) -> Array:
    return np.concatenate([first, second]) if len(second) else first


def _behind_or_none(first: Array | None, second: Array | None) -> Array | None:
    return None if first is None or second is None else _behind(first, second)
