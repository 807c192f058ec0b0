"""The course of a training as cells: loss and accuracy of each step, classes, the first weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from cnncalc.layers import Layer, Shape
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import Draw, Finder, Index, entered
from cnncalc.sheet.plan import Block, Quantity, Reference, StageScale
from cnncalc.sheet.quantities import LABEL, PREDICTED
from cnncalc.sheet.training.passes import NetworkPass, Scope
from cnncalc.sheet.training.sections import accuracy, mean_loss
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.training.updates import copied_form, new_weight
from cnncalc.sheet.volumes import ONE_SLICE, Volume

__all__ = [
    "ACCURACIES",
    "AFTER",
    "BEFORE",
    "LABELS",
    "LOSSES",
    "PREDICTIONS",
    "STEPS",
    "Part",
    "class_volumes",
    "course_volumes",
    "first_part_volumes",
    "shown_weight",
    "weight_of",
]

STEPS = Quantity("training", "", "steps")
LOSSES = Quantity("training", "", "loss of each step")
ACCURACIES = Quantity("training", "", "accuracy of each step")
LABELS = Quantity("training", "", "labels of each step")
PREDICTIONS = Quantity("training", "", "predictions of each step")
BEFORE = Quantity("training", "", "weights before")
AFTER = Quantity("training", "", "weights after")

_SHORT = "0.0000"


def course_volumes(steps: int) -> list[Volume]:
    """Return a column of the numbers of so many steps, one of their losses, one of accuracies."""

    def column(title: str, quantity: Quantity, draw: Draw, number_format: str) -> Volume:
        what = (title, "", quantity, steps, 1, ONE_SLICE, draw, "")
        return Volume(*what, number_format=number_format)

    return [
        column("step", STEPS, entered(STEPS, steps, 1, "label"), "General"),
        column("mean loss", LOSSES, _of_steps(LOSSES, mean_loss, steps), _SHORT),
        column("accuracy", ACCURACIES, _of_steps(ACCURACIES, accuracy, steps), _SHORT),
    ]


def _of_steps(quantity: Quantity, of_step: Callable[[int], Quantity], steps: int) -> Draw:
    """Return how a column is drawn with a number of each step."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(_copy(quantity, row, 0, find(of_step(row + 1), ())) for row in range(steps))

    return draw


def _copy(quantity: Quantity, row: int, column: int, cell: Reference) -> Block:
    formula = formulas.apply(formulas.COPY, cell)
    place = (row, column)
    return Block(*place, 1, 1, "formula", quantity, (), *place, formula)


def class_volumes(training: TrainingSpecification, samples: int) -> list[Volume]:
    """Return a table of the classes of each step's first `samples`, and one of the predicted."""
    size = (len(training.batches), samples)
    tables = (
        ("true class of sample 0, 1, …", LABELS, LABEL),
        ("predicted class", PREDICTIONS, PREDICTED),
    )
    return [
        Volume(title, "", table, *size, ONE_SLICE, _by_sample(table, local, training, samples), "")
        for title, table, local in tables
    ]


def _by_sample(
    quantity: Quantity, local: Quantity, training: TrainingSpecification, samples: int
) -> Draw:
    """Return how a table is drawn with a row for each step, a column for each sample."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            _copy(quantity, step - 1, place, find(Scope(step, place).quantity(local), ()))
            for (step, place), _ in training.uses()
            if place < samples
        )

    return draw


def shown_weight(layers: Sequence[Layer], shapes: Sequence[Shape]) -> tuple[str, str]:
    """Return the layer and the name of the weight that is shown: that of the first that learn.

    Arguments: the layers; the `shapes` of what they take in.

    >>> from cnncalc.layers import Dense, Flatten
    >>> shown_weight([Flatten(name="flatten"), Dense(2, name="dense")], [(2, 2, 1), (4,)])
    ('dense', 'kernel')
    """
    names = [
        (layer.name, name)
        for layer, shape in zip(layers, shapes, strict=True)
        for name in layer.weight_shapes(shape)
        if layer.learns(name)
    ]
    return next((found for found in names if found[1] == "kernel"), names[0])


def weight_of(network: NetworkPass) -> Volume:
    """Return the weight of a network that is shown, as its layer draws it."""
    shown = shown_weight([drawn.layer for drawn in network.layers], network.shapes)
    weights = [weight for layer in network.layers for weight in layer.weights]
    return next(weight for weight in weights if (weight.layer, weight.quantity.name) == shown)


class Part(NamedTuple):
    """How much of a weight is shown: so many slices, and of each the first rows and columns."""

    slices: int
    rows: int
    columns: int


def first_part_volumes(weight: Volume, part: Part, steps: int) -> list[Volume]:
    """Return copies of the first part of a weight, before a training and after so many steps."""
    after = new_weight(weight.quantity.layer, weight.quantity.name, steps)
    return [
        _first_part("before the training", weight, part, BEFORE, weight.quantity._replace(step=1)),
        _first_part("after the training", weight, part, AFTER, after),
    ]


def _first_part(
    title: str, weight: Volume, part: Part, quantity: Quantity, read: Quantity
) -> Volume:
    copied = copied_form(weight, quantity, read)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            replace(
                block,
                height=min(block.height, part.rows),
                width=min(block.width, part.columns),
            )
            for block in copied.draw(index, find)
        )

    what = (title, "", quantity, part.rows, part.columns, weight.items[: part.slices], draw, "")
    return Volume(*what, scale=StageScale.SIGNED)
