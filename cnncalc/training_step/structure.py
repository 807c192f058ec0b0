"""What the record of a training step is made of, and the explanation of a gradient in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from cnncalc.errors import OptionError
from cnncalc.layers import Layer
from cnncalc.layers.names import place_of
from cnncalc.network import Array, Network
from cnncalc.rules import Position
from cnncalc.trace import Trace, record
from cnncalc.trace.stage_names import GradientName
from cnncalc.training.losses import Loss
from cnncalc.training.optimizers import Optimizer
from cnncalc.training_step.gradient_terms import NO_TERMS, Terms

__all__ = [
    "GradientExplanation",
    "LayerStep",
    "Position",
    "Rule",
    "StepRecord",
    "TakenNumber",
    "WeightUpdate",
]


@dataclass(frozen=True, eq=False)
class WeightUpdate:
    """What one step made of one trainable weight, such as "conv2d" "kernel".

    `gradient` is that of what training minimises (the batch's mean loss, with the penalty of the
    weight's regularizer; `LayerStep.weights` has it without), `clipped` what the
    optimizer's bounds leave of it. The slots are what the optimizer remembers of the weight, by
    the names of `Optimizer.slot_groups`. All arrays have the weight's shape.
    """

    layer: str
    weight: str
    before: Array
    gradient: Array
    clipped: Array
    slots_before: Mapping[str, Array]
    slots_after: Mapping[str, Array]
    after: Array


@dataclass(frozen=True, eq=False)
class LayerStep:
    """The gradients of the batch's mean loss at one layer, (samples, *shape) or a weight's shape.

    `output` is the gradient by the layer's output, what all that take it hand back; None for the
    last layer where its softmax or sigmoid is computed together with the loss; `pre_activation`
    that by what goes into the layer's own activation, None where it has none; `input` that by its
    input. Where no layer with trainable
    weights comes before there is nothing to learn: all are None there, as is the `input` of the
    first one with such weights on each way. A merge's `input` holds what it joins side by side.
    A frozen layer has no gradients by its `weights`.

    `layer_input` and `layer_output`, (samples, *shape), are what it took in and put out.
    `drawn` is what the layer took from this batch alone: which numbers dropout kept, (samples,
    *shape); the batch's mean and variance, (channels,) both. `moved` has the new moving mean and
    variance, which are kept up to date without a gradient.
    """

    layer: Layer
    layer_input: Array
    layer_output: Array
    output: Array | None = None
    pre_activation: Array | None = None
    input: Array | None = None
    weights: Mapping[str, Array] = field(default_factory=dict)
    drawn: tuple[Array, ...] = ()
    moved: Mapping[str, Array] = field(default_factory=dict)

    def gradient_by(self, name: GradientName) -> Array | None:
        """Return the gradient by the output, by what goes into the activation, or by the input."""
        by_name = {
            GradientName.OUTPUT: self.output,
            GradientName.PRE_ACTIVATION: self.pre_activation,
            GradientName.INPUT: self.input,
        }
        return by_name[name]

    @property
    def error(self) -> Array | None:
        """The gradient that those by the weights and the input are made of."""
        return self.output if self.pre_activation is None else self.pre_activation


@dataclass(frozen=True, eq=False)
class StepRecord:
    """One step of a training, counted from 1, with all its numbers in float64.

    `network` has the weights before the step. `rate` is the learning rate, `corrected_rate` with
    Adam's correction of bias, None for another optimizer; `iteration` counts the optimizer's
    steps, those of an earlier training included. `joined` is the last activation where it is
    computed together with the loss, else "linear".

    `images` (samples, *input shape) and `layers` hold the samples that were asked for, the first
    of the batch; `labels`, `losses` (batch,), `targets` and `outputs` (batch, units) all of them,
    as does what belongs to weights. `loss` is what training minimises: the mean of the losses, with
    the `penalty` that the network's regularizers add to it.
    """

    number: int
    iteration: int
    network: Network
    loss_function: Loss
    joined: str
    optimizer: Optimizer
    rate: float
    corrected_rate: float | None
    images: Array
    labels: Array
    targets: Array
    outputs: Array
    losses: Array
    penalty: float
    loss: float
    layers: tuple[LayerStep, ...]
    updates: tuple[WeightUpdate, ...]

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """The forward pass of each recorded sample, as it was in this step."""
        return tuple(map(self.trace, range(len(self.images))))

    def trace(self, sample: int) -> Trace:
        """Return the forward pass of one recorded sample, counted from 0, as in this step."""
        drawn = [_of_sample(step, sample) for step in self.layers]
        return record(self.network, self.images[sample], drawn)

    def layer(self, name: str) -> LayerStep:
        """Return the gradients at the layer of a name.

        Raises OptionError that lists the names where none has it.
        """
        return self.layers[place_of(name, [step.layer.name for step in self.layers])]

    def update(self, layer: str, weight: str) -> WeightUpdate:
        """Return the update of a weight, such as "conv2d" "kernel".

        Raises OptionError that lists the layer's weights where it has none of that name.
        """
        updates = {update.weight: update for update in self.updates if update.layer == layer}
        if weight not in updates:
            message = f"{self._learnt(layer, list(updates))}. Received: {weight}"
            raise OptionError(message)
        return updates[weight]

    def _learnt(self, layer: str, weights: Sequence[str]) -> str:
        """Say which of a layer's weights training changes by their gradient."""
        if layer in self.frozen:
            return (
                f"the layer {layer} is frozen (trainable=False), so that training leaves its "
                "weights as they are, without a gradient"
            )
        learnt = (
            f"the trainable weights {', '.join(weights)}" if weights else "no trainable weights"
        )
        return f"the layer {layer} has {learnt}"

    @property
    def frozen(self) -> tuple[str, ...]:
        """The names of the layers whose weights stay as they are, since they are not trainable."""
        pairs = zip(self.network.layers, self.network.weights, strict=True)
        return tuple(layer.name for layer, weights in pairs if weights and not layer.trainable)


def _of_sample(step: LayerStep, sample: int) -> tuple[Array, ...]:
    """Return what a layer took from the batch, as far as it concerns one sample."""
    return step.drawn if step.moved else tuple(array[sample] for array in step.drawn)


# "sum" and "products" join the terms; the others are formulas of the explanation's parameters.
Rule = Literal[
    "products",
    "sum",
    "flat",
    "share",
    "squared error",
    "binary",
    "categorical",
    "softmax",
    "normalization",
]


class TakenNumber(NamedTuple):
    """A number that a merge takes: of which `layer`'s result (or the image, "input"), and where.

    `part` tells which of the results that it joins that is, counted from 0.
    """

    layer: str
    at: Position
    part: int


@dataclass(frozen=True, eq=False)
class GradientExplanation:
    """One number of a gradient: what it is of, its rule in words, and the numbers it came from.

    `layer` and `name` say what it is the gradient by ("kernel", "bias", "output",
    "pre-activation", "input"), `at` which number of that, `sample` of which sample, None for a
    weight's, which all samples add to. `note` is the rule in words. `rest` is what the terms leave
    out: the share of samples that weren't recorded. `penalty` is the regularizer's share.
    `parameters` are the other numbers of the rule by name. `value` is the recorded number;
    `vanished` says why it is next to 0, where that is known.

    Of a merge's input, `taken` is the number that stands there; where that stands at several
    places, `at` is empty. Where several layers hand something back, the terms are these, and
    `shares` explains each.
    """

    layer: Layer
    name: str
    at: Position
    sample: int | None
    rule: Rule
    note: str
    value: float
    terms: Terms = NO_TERMS
    rest: float = 0.0
    penalty: float = 0.0
    parameters: tuple[tuple[str, float], ...] = ()
    vanished: str = ""
    taken: TakenNumber | None = None
    shares: tuple[GradientExplanation, ...] = ()

    @property
    def total(self) -> float:
        """What the terms, the rest and the penalty add up to."""
        return float(np.sum(self.terms.products)) + self.rest + self.penalty
