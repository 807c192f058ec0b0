"""The sections of a step's sheet: weights, each sample forward and backward, gradients, updates.

In each, first what is the image's, then each layer's in order, last the loss's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index, whole
from cnncalc.sheet.plan import Block, Formula, Quantity
from cnncalc.sheet.quantities import RIGHT, SAMPLE_LOSS
from cnncalc.sheet.training.loss import LABEL_VOLUME
from cnncalc.sheet.training.passes import LayerPass, NetworkPass, Scope
from cnncalc.sheet.training.penalties import added_penalties
from cnncalc.sheet.training.specification import TrainingSpecification, Use
from cnncalc.sheet.training.updates import (
    copied_weight,
    corrected_rate_volumes,
    frozen_weight,
    update_volumes,
)
from cnncalc.sheet.volumes import ONE_SLICE, Volume, one_cell

__all__ = ["Direction", "Section", "accuracy", "losses", "mean_loss", "rights", "step_sections"]

Direction = Literal["weights", "forward", "backward"]


@dataclass(frozen=True)
class Section:
    """A part of a step's sheet.

    `by_layer` has the volumes of each layer, the image's before and the loss's behind; `link` is
    what a link to it is called; `sample` is the one that it belongs to, None for all of them.
    """

    title: str
    direction: Direction
    by_layer: tuple[tuple[Volume, ...], ...]
    link: str
    sample: int | None = None


def losses(step: int) -> Quantity:
    """Return the name of a step's column of its samples' losses."""
    return Quantity("training", "", "losses", step)


def rights(step: int) -> Quantity:
    """Return the name of a step's column that says which samples were right."""
    return Quantity("training", "", "rights", step)


def mean_loss(step: int) -> Quantity:
    """Return the name of a step's mean loss."""
    return Quantity("training", "", "loss", step)


def accuracy(step: int) -> Quantity:
    """Return the name of a step's share of right predictions."""
    return Quantity("training", "", "accuracy", step)


def step_sections(
    training: TrainingSpecification, network: NetworkPass, step: int
) -> Iterator[Section]:
    """Yield the sections of a step, counted from 1, whose batch the `network` was drawn for."""
    whole_step = Scope(step)
    layers = network.layers
    weights = [_weights(layer, step) for layer in layers]
    count = len(training.batches[step - 1])
    penalties = [whole_step.volume(penalty.sums) for layer in layers for penalty in layer.penalties]
    results = _results(step, count, penalties)
    yield Section("Weights before the step", "weights", ((), *weights, results), "Weights")
    batch = [tuple(map(whole_step.volume, layer.batch)) for layer in layers]
    if any(batch):
        yield Section("All samples together · forward →", "forward", ((), *batch, ()), "All →")
    for place in range(count):
        yield from _sample_sections(training, network, Use(step, place))
    gradients = [tuple(map(whole_step.volume, layer.gradients)) for layer in layers]
    yield Section(
        f"Gradients of the weights: {'of the sample' if count == 1 else 'all samples together'}",
        "backward",
        ((), *gradients, ()),
        "Gradients",
    )
    updates = [_updates(training, layer, step) for layer in layers]
    rate = corrected_rate_volumes(training.optimizer, step)
    yield Section("Update: the weights after the step", "weights", ((), *updates, rate), "Update")


def _sample_sections(
    training: TrainingSpecification, network: NetworkPass, use: Use
) -> Iterator[Section]:
    scope, name, number = Scope(*use), f"Sample {use.place}", use.place
    image = _entered_once(training, use, network.image)
    label = _entered_once(training, use, LABEL_VOLUME)
    forward = [tuple(map(scope.volume, layer.forward)) for layer in network.layers]
    loss = tuple(map(scope.volume, network.loss.volumes))
    by_layer = ((image,), *forward, (label, *loss))
    yield Section(f"{name} · forward →", "forward", by_layer, f"{number} →", number)
    backward = [tuple(map(scope.volume, layer.backward)) for layer in network.layers]
    begin = (scope.volume(network.loss.gradient),)
    by_layer = ((), *backward, begin)
    yield Section(f"{name} · backward ←", "backward", by_layer, f"{number} ←", number)


def _entered_once(training: TrainingSpecification, use: Use, local: Volume) -> Volume:
    """Return what a user enters of a sample, or where it was used before, a copy of that."""
    first = training.first_uses[training.batches[use.step - 1][use.place]]
    volume = Scope(*use).volume(local)
    if use == first:
        return volume
    before = Scope(*first).quantity(local.quantity)

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(before, index, steps=EACH))

    draw = whole(volume.quantity, volume.height, volume.width, formula)
    return replace(volume, draw=draw, rule=f"As in step {first.step}.", notes=())


def _weights(layer: LayerPass, step: int) -> tuple[Volume, ...]:
    scope = Scope(step)
    weights = [scope.volume(w) if step == 1 else copied_weight(w, step) for w in layer.weights]
    penalties = (volume for penalty in layer.penalties for volume in penalty)
    return (*weights, *map(scope.volume, (*layer.shared, *penalties)))


def _updates(training: TrainingSpecification, layer: LayerPass, step: int) -> tuple[Volume, ...]:
    """Return what the optimizer makes of a layer's weights: rule by rule, for all its weights.

    Those of a frozen layer stay as they are.
    """
    if layer.layer.trainable:
        learnt = {volume.quantity.name for volume in layer.gradients}
        weights = [weight for weight in layer.weights if weight.quantity.name in learnt]
        drawn = [update_volumes(training.optimizer, weight, step) for weight in weights]
    else:
        weights = list(layer.weights)
        drawn = [[frozen_weight(weight, step)] for weight in weights]
    updates = [
        _captioned(volume, weight) if place else volume
        for rule in zip(*drawn, strict=True)
        for place, (volume, weight) in enumerate(zip(rule, weights, strict=True))
    ]
    return (*updates, *map(Scope(step).volume, layer.moved))


def _captioned(volume: Volume, weight: Volume) -> Volume:
    """Return a volume whose slices say of which weight they are, where they have no caption."""
    name = weight.quantity.name
    return replace(
        volume,
        items=tuple(item if item.caption else replace(item, caption=name) for item in volume.items),
    )


_RIGHT = "1 for each sample that is taken for its class."


def _results(step: int, count: int, penalties: Sequence[Volume]) -> tuple[Volume, ...]:
    """Return the column of losses, their mean, and the share of right predictions."""
    loss_column, right = losses(step), rights(step)
    loss = _mean("Mean loss", mean_loss(step), loss_column, count, "The mean over all samples.")
    return (
        _column("Losses", step, loss_column, SAMPLE_LOSS, count, "The loss of each sample."),
        _column("Right", step, right, RIGHT, count, _RIGHT),
        _penalized(loss, penalties) if penalties else loss,
        _mean("Accuracy", accuracy(step), right, count, "The share of right predictions."),
    )


def _column(
    title: str, step: int, quantity: Quantity, local: Quantity, count: int, rule: str
) -> Volume:
    """Return a row for each sample of a step, with a number of its own."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        cells = [find(Scope(step, place).quantity(local), ()) for place in range(count)]
        copies = [formulas.apply(formulas.COPY, cell) for cell in cells]
        return tuple(
            Block(place, 0, 1, 1, "formula", quantity, (), place, 0, copy)
            for place, copy in enumerate(copies)
        )

    return Volume(title, "", quantity, count, 1, ONE_SLICE, draw, rule)


def _mean(title: str, quantity: Quantity, read: Quantity, count: int, rule: str) -> Volume:
    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply("AVERAGE({0})", find(read, (), (count, 1)))

    return one_cell(title, quantity, formula, rule)


def _penalized(loss: Volume, penalties: Sequence[Volume]) -> Volume:
    """Return the mean loss with all penalties added to it."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        (block,) = loss.draw(index, find)
        assert isinstance(block.formula, Formula)  # noqa: S101 (a mean is one formula)
        parts = [block.formula, added_penalties(penalties, find)]
        return (replace(block, formula=formulas.added(parts)),)

    return replace(loss, draw=draw, rule="The mean over all samples, and all penalties.")
