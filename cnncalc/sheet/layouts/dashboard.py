"""The dashboard of a training: its constants, the course of loss and accuracy, filters, classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from cnncalc.sheet.annotations import Chart, Match, Text
from cnncalc.sheet.blocks import Place
from cnncalc.sheet.layouts.drawing import Placed
from cnncalc.sheet.training.course import (
    Part,
    class_volumes,
    course_volumes,
    first_part_volumes,
    weight_of,
)
from cnncalc.sheet.training.passes import NetworkPass
from cnncalc.sheet.training.settings import setting_volumes
from cnncalc.sheet.training.specification import TrainingSpecification
from cnncalc.sheet.volumes import Volume

__all__ = ["Dashboard", "dashboard"]

# Of a batch, so many samples are shown: a page has room for their classes and the predicted ones.
MOST_SAMPLES = 10
# As many slices of a weight are shown as fit these columns and lines, and so many of their rows.
MOST_COLUMNS, MOST_LINES, MOST_ROWS = 24, 32, 16
# Where what belongs together stands, in columns: labels, what is entered, the charts.
LEFT, ENTERED, CHARTS = 1, 5, 8
# How many rows a chart covers.
CHART_HEIGHT = 15
# The row where a note begins, and how many characters make a line of it.
NOTE, NOTE_WIDTH = 2, 150


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


def _placed(volume: Volume, sheet: str, row: int, column: int) -> Placed:
    return Placed(volume, volume.items[0], Place(sheet, row, column))


def _settings(sheet: str, training: TrainingSpecification, top: int) -> Dashboard:
    """Return the learning rate and the optimizer's constants, to be typed over."""
    volumes = setting_volumes(training.optimizer)
    name = type(training.optimizer).__name__
    title = f"Constants of {name}: type over any of them, and the whole training follows"
    labels = (Text(row, LEFT, volume.title, "label") for row, volume in enumerate(volumes, top))
    placed = [_placed(volume, sheet, row, ENTERED) for row, volume in enumerate(volumes, top)]
    texts = (Text(top - 1, LEFT, title, "heading"), *labels)
    return Dashboard(tuple(placed), texts, top + len(volumes) + 1)


def _course(sheet: str, top: int, row: int, steps: Sequence[str]) -> Dashboard:
    """Return the loss and the accuracy of each step, with a link to it, and beside them charts."""
    count, first = len(steps), row + 2
    loss, share, link = LEFT + 1, LEFT + 3, LEFT + 5
    columns = list(zip((LEFT, loss, share), course_volumes(count), strict=True))
    placed = [_placed(volume, sheet, first, column) for column, volume in columns]
    texts = [Text(row, LEFT, "Loss and accuracy, before each update", "heading")]
    texts += [Text(row + 1, column, volume.title, "caption") for column, volume in columns]
    texts.append(Text(row + 1, link, "its sheet", "caption"))
    texts += [Text(first + i, link, name, "link", name) for i, name in enumerate(steps)]
    # A single step has no course.
    if count == 1:
        return Dashboard(tuple(placed), tuple(texts), first + 2)
    drawn = [
        Chart(top + place * CHART_HEIGHT, CHARTS, title, "step", first, count, LEFT, column)
        for place, (title, column) in enumerate((("Loss", loss), ("Accuracy", share)))
    ]
    charts = (drawn[0], replace(drawn[1], most=1.0))
    bottom = max(first + count, top + len(charts) * CHART_HEIGHT) + 1
    return Dashboard(tuple(placed), tuple(texts), bottom, charts)


def _weights(sheet: str, row: int, network: NetworkPass, steps: int) -> Dashboard:
    """Return the weights of the first filters, as they were and as they became."""
    weight = weight_of(network)
    part = _fitting(weight)
    placed: list[Placed] = []
    titles = []
    top = row + 1
    for volume in first_part_volumes(weight, part, steps):
        titles.append(Text(top, LEFT, volume.title, "caption"))
        placed += _side_by_side(volume, sheet, top + 2, LEFT)
        top = placed[-1].place.row + volume.height + 1
    shown = f"{weight.layer} {weight.quantity.name}: blue below 0, orange above"
    heading = Text(row, LEFT, " · ".join([shown, *_left_out(weight, part)]), "heading")
    captions = (copied.caption for copied in placed)
    return Dashboard(tuple(placed), (heading, *titles, *captions), top)


def _fitting(weight: Volume) -> Part:
    """Return as much of a weight as there is room for."""
    rows, columns = min(weight.height, MOST_ROWS), min(weight.width, MOST_COLUMNS)
    most = _across(columns) * max(1, MOST_LINES // (rows + 1))
    return Part(min(most, len(weight.items)), rows, columns)


def _across(width: int) -> int:
    """Return how many slices stand side by side."""
    return max(1, MOST_COLUMNS // (width + 1))


def _side_by_side(volume: Volume, sheet: str, top: int, left: int) -> Iterator[Placed]:
    """Place slices side by side from a sheet's row and column on, in as many lines as it takes."""
    across = _across(volume.width)
    for number, item in enumerate(volume.items):
        line, place = divmod(number, across)
        row, column = top + line * (volume.height + 1), left + place * (volume.width + 1)
        yield Placed(volume, item, Place(sheet, row, column))


def _left_out(weight: Volume, part: Part) -> list[str]:
    """Say how much of a weight is shown, where that isn't all."""
    is_flat = all(item.slot.place == 0 for item in weight.items)
    sizes = (
        (part.slices, len(weight.items), "filters" if is_flat else "slices"),
        (part.rows, weight.height, "rows"),
        (part.columns, weight.width, "columns"),
    )
    return [_first_of(*size) for size in sizes if size[0] < size[1]]


def _first_of(shown: int, count: int, unit: str) -> str:
    return f"the first {shown} of {count} {unit}"


def _classes(sheet: str, row: int, training: TrainingSpecification) -> Dashboard:
    """Return the class of each sample of each step, and beside it the predicted one."""
    largest, steps = max(map(len, training.batches)), len(training.batches)
    most = min(MOST_SAMPLES, largest)
    first, beside = row + 2, LEFT + 1 + most + 2
    title = "Classes of each step's samples: right predictions are green"
    title += f" · {_first_of(most, largest, 'samples')}" if most < largest else ""
    columns = list(zip((LEFT + 1, beside), class_volumes(training, most), strict=True))
    texts = [
        Text(row, LEFT, title, "heading"),
        Text(row + 1, LEFT, "step", "caption"),
        *(Text(row + 1, column, volume.title, "caption") for column, volume in columns),
        *(Text(first + step, LEFT, str(step + 1), "label") for step in range(steps)),
    ]
    placed = [_placed(volume, sheet, first, column) for column, volume in columns]
    match = Match(first, beside, steps, most, LEFT + 1 - beside)
    return Dashboard(tuple(placed), tuple(texts), first + steps + 1, matches=(match,))
