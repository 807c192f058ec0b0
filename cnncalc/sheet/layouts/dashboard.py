"""The dashboard of a training: its constants, the course of loss and accuracy, filters, classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from cnncalc.layers import Layer, Shape
from cnncalc.sheet import formulas
from cnncalc.sheet.annotations import Chart, Match, Text
from cnncalc.sheet.layouts.cut_weights import cut, first_of, side_by_side, what_is_shown
from cnncalc.sheet.layouts.drawing import Placed
from cnncalc.sheet.layouts.step_sections import accuracy, mean_loss
from cnncalc.sheet.plan import Block, Quantity, Reference
from cnncalc.sheet.quantities import LABEL, PREDICTED
from cnncalc.sheet.training.passes import NetworkPass, Scope
from cnncalc.sheet.training.settings import constants, setting
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.training.updates import new_weight
from cnncalc.sheet.volumes import ONE_SLICE, Draw, Finder, Index, Place, Volume, entered

__all__ = [
    "ACCURACIES",
    "AFTER",
    "BEFORE",
    "LABELS",
    "LOSSES",
    "PREDICTIONS",
    "STEPS",
    "Dashboard",
    "dashboard",
    "shown_weight",
]

STEPS = Quantity("training", "", "steps")
LOSSES = Quantity("training", "", "loss of each step")
ACCURACIES = Quantity("training", "", "accuracy of each step")
LABELS = Quantity("training", "", "labels of each step")
PREDICTIONS = Quantity("training", "", "predictions of each step")
BEFORE = Quantity("training", "", "weights before")
AFTER = Quantity("training", "", "weights after")

# Of a batch, so many samples are shown.
MOST_SAMPLES = 16
# Where what belongs together stands, in columns: labels, what is entered, the charts.
LEFT, ENTERED, CHARTS, CHART_WIDTH = 1, 5, 8, 11
CHART_HEIGHT = 15
# The row where a note begins, and how many characters make a line of it.
NOTE, NOTE_WIDTH = 2, 150

_SHORT = "0.0000"


@dataclass(frozen=True)
class Dashboard:
    """The slices of the dashboard in their places, its labels, charts and comparisons.

    `bottom` is the first row below all of them.
    """

    placed: tuple[Placed, ...]
    texts: tuple[Text, ...]
    bottom: int
    charts: tuple[Chart, ...] = ()
    matches: tuple[Match, ...] = ()


def dashboard(
    sheet: str,
    training: TrainingSpecification,
    network: NetworkPass,
    steps: Sequence[str],
    note: str = "",
) -> Dashboard:
    """Return what the dashboard shows.

    Arguments: its `sheet`'s name; the `training`; what the `network` draws in a step; the names of
    the sheets of the `steps`; a `note` for the reader, which stands above all else.
    """
    lines = wrap(note, NOTE_WIDTH)
    top = NOTE + max(1, len(lines)) + 1
    settings = _settings(sheet, training, top)
    course = _course(sheet, top, settings.bottom, steps)
    weights = _weights(sheet, course.bottom, network, len(steps))
    parts = (settings, course, weights, _classes(sheet, weights.bottom, training))
    return Dashboard(
        tuple(placed for part in parts for placed in part.placed),
        (
            *(Text(row, LEFT, line) for row, line in enumerate(lines, start=NOTE)),
            *(text for part in parts for text in part.texts),
        ),
        parts[-1].bottom,
        course.charts,
        parts[-1].matches,
    )


def _settings(sheet: str, training: TrainingSpecification, top: int) -> Dashboard:
    """Return the learning rate and the optimizer's constants, to be typed over."""
    names = list(constants(training.optimizer))
    name = type(training.optimizer).__name__
    title = f"Constants of {name}: type over any of them, and the whole training follows"
    texts = [Text(top - 1, LEFT, title, "heading")]
    placed = []
    for row, constant in enumerate(names, start=top):
        quantity = setting(constant)
        draw = entered(quantity, 1, 1, "choice")
        texts.append(Text(row, LEFT, constant, "label"))
        volume = Volume("", "", quantity, 1, 1, ONE_SLICE, draw, "")
        placed.append(_placed(volume, sheet, row, ENTERED))
    return Dashboard(tuple(placed), tuple(texts), top + len(names) + 1)


def _course(sheet: str, top: int, row: int, steps: Sequence[str]) -> Dashboard:
    """Return the loss and the accuracy of each step, with a link to it, and their charts."""
    count, first = len(steps), row + 2
    loss, share, link = LEFT + 1, LEFT + 3, LEFT + 5
    columns = (
        (LEFT, _column(STEPS, count, entered(STEPS, count, 1, "label"))),
        (loss, _column(LOSSES, count, _of_steps(LOSSES, mean_loss, count), _SHORT)),
        (share, _column(ACCURACIES, count, _of_steps(ACCURACIES, accuracy, count), _SHORT)),
    )
    placed = [_placed(volume, sheet, first, column) for column, volume in columns]
    texts = [Text(row, LEFT, "Loss and accuracy of each step, before its update", "heading")]
    heads = ((LEFT, "step"), (loss, "mean loss"), (share, "accuracy"), (link, "its sheet"))
    texts += [Text(row + 1, column, head, "caption") for column, head in heads]
    texts += [Text(first + i, link, name, "link", name) for i, name in enumerate(steps)]
    # A single step has no course.
    if count == 1:
        return Dashboard(tuple(placed), tuple(texts), first + 2)
    drawn = [
        Chart(top - 1, CHARTS + 3 + place * CHART_WIDTH, title, "step", first, count, LEFT, column)
        for place, (title, column) in enumerate((("Loss", loss), ("Accuracy", share)))
    ]
    charts = (drawn[0], replace(drawn[1], most=1.0))
    bottom = max(first + count, top + CHART_HEIGHT) + 1
    return Dashboard(tuple(placed), tuple(texts), bottom, charts)


def _column(quantity: Quantity, count: int, draw: Draw, number_format: str = "General") -> Volume:
    return Volume("", "", quantity, count, 1, ONE_SLICE, draw, "", number_format=number_format)


def _of_steps(quantity: Quantity, of_step: Callable[[int], Quantity], count: int) -> Draw:
    """Return the rule for a column with a number of each step."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(_copy(quantity, row, 0, find(of_step(row + 1), ())) for row in range(count))

    return draw


def _copy(quantity: Quantity, row: int, column: int, cell: Reference) -> Block:
    formula = formulas.apply(formulas.COPY, cell)
    place = (row, column)
    return Block(*place, 1, 1, "formula", quantity, (), *place, formula)


def _placed(volume: Volume, sheet: str, row: int, column: int) -> Placed:
    return Placed(volume, volume.items[0], Place(sheet, row, column))


def shown_weight(layers: Sequence[Layer], shapes: Sequence[Shape]) -> tuple[str, str]:
    """Return the layer and the name of the weight that is shown: that of the first that learn.

    Arguments: the layers; the `shapes` of what they take in.

    >>> from cnncalc.layers import Dense, Flatten
    >>> shown_weight([Flatten(name="flatten"), Dense(2, name="dense")], [(2, 2, 1), (4,)])
    ('dense', 'kernel')
    """
    names = [
        (layer.name, name)
        for layer, shape in zip(layers, shapes, strict=False)
        for name in layer.weight_shapes(shape)
        if layer.learns(name)
    ]
    return next((found for found in names if found[1] == "kernel"), names[0])


def _weights(sheet: str, row: int, network: NetworkPass, steps: int) -> Dashboard:
    """Return the weights of the first filters, as they were and as they became."""
    chosen = shown_weight([drawn.layer for drawn in network.layers], network.shapes)
    weights = [weight for layer in network.layers for weight in layer.weights]
    weight = next(weight for weight in weights if (weight.layer, weight.quantity.name) == chosen)
    before = weight.quantity._replace(step=1)
    after = new_weight(weight.quantity.layer, weight.quantity.name, steps)
    placed: list[Placed] = []
    top = row + 1
    captions = []
    for title, quantity, read in (("before", BEFORE, before), ("after", AFTER, after)):
        captions.append(Text(top, LEFT, f"{title} the training", "caption"))
        placed += side_by_side(cut(weight, quantity, read), sheet, top + 2, LEFT)
        top = placed[-1].place.row + placed[-1].volume.height + 1
    captions += [
        Text(part.place.row - 1, part.place.column, part.item.caption, "caption") for part in placed
    ]
    shown = what_is_shown(weight, placed[-1].volume)
    title = " · ".join([f"{' '.join(chosen)}: blue below 0, orange above", *shown])
    return Dashboard(tuple(placed), (Text(row, LEFT, title, "heading"), *captions), top)


def _classes(sheet: str, row: int, training: TrainingSpecification) -> Dashboard:
    """Return the class of each sample of each step, and beside it the predicted one."""
    largest, steps = max(map(len, training.batches)), len(training.batches)
    most = min(MOST_SAMPLES, largest)
    first, beside = row + 2, LEFT + 1 + most + 2
    title = "Classes of each step's samples: right predictions are green"
    title += f" · {first_of(most, largest, 'samples')}" if most < largest else ""
    texts = [
        Text(row, LEFT, title, "heading"),
        Text(row + 1, LEFT, "step", "caption"),
        Text(row + 1, LEFT + 1, "true class of sample 0, 1, …", "caption"),
        Text(row + 1, beside, "predicted class", "caption"),
        *(Text(first + step, LEFT, str(step + 1), "label") for step in range(steps)),
    ]
    placed = []
    for quantity, local, column in ((LABELS, LABEL, LEFT + 1), (PREDICTIONS, PREDICTED, beside)):
        draw = _by_sample(quantity, local, training, most)
        volume = Volume("", "", quantity, steps, most, ONE_SLICE, draw, "")
        placed.append(_placed(volume, sheet, first, column))
    match = Match(first, beside, steps, most, LEFT + 1 - beside)
    return Dashboard(tuple(placed), tuple(texts), first + steps + 1, matches=(match,))


def _by_sample(
    quantity: Quantity, local: Quantity, training: TrainingSpecification, most: int
) -> Draw:
    """Return the rule for a table with a row for each step, a column for each sample."""

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            _copy(quantity, step - 1, place, find(Scope(step, place).quantity(local), ()))
            for (step, place), _ in training.uses()
            if place < most
        )

    return draw
