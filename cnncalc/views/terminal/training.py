"""A training in the terminal: its epochs as lines and curves, and what the network got wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cnncalc.network import Array
from cnncalc.training.history import EpochRecord
from cnncalc.training.metrics import ClassReport
from cnncalc.training.state import TrainingState
from cnncalc.views.terminal.screen import FAINT, Display, Screen
from cnncalc.views.terminal.tables import Column, Page, plain_table
from cnncalc.wording import listed

__all__ = [
    "DecodingProgress",
    "TrainingProgress",
    "decoding_progress",
    "epoch_row",
    "epoch_sentence",
    "render_class_report",
    "render_curves",
    "training_progress",
]

MOST_MISTAKES = 10
MOST_MISSING = 5

BETWEEN = 2
NUMBER_WIDTH = 8
TIME_WIDTH = len("0:00:00")
SCORE_WIDTH = len("loss 0.0000, accuracy 0.0000")
SPEED_WIDTH = len("100,000 images/s")
COUNT_WIDTH = len("100000/100000")
SHORTEST_BAR, LONGEST_BAR = 5, 40

LEAST_FIRST = ("time", "images/s", "accuracy", "val_accuracy")

LEVELS = "▁▂▃▄▅▆▇█"
PLAIN_LEVELS = "_.-=+*%#"


def epoch_row(record: EpochRecord, epochs: int, *, heading: bool = False, width: int = 80) -> str:
    """Return an epoch as a row of a table, below the `heading` if asked for.

    Where it would be wider than so many characters, what matters least is left out.

    >>> print(epoch_row(EpochRecord(2, 0.4351, 0.8, None, None, 0.001, 500, 2.5), 5, heading=True))
       epoch      loss  accuracy  images/s      time
         2/5    0.4351    0.8000       200     2.5 s
    """
    cells = {"epoch": f"{record.epoch}/{epochs}"}
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        value = getattr(record, name)
        if value is not None:
            cells[name] = f"{value:.4f}"
    cells["images/s"] = f"{record.images_per_second:,.0f}"
    cells["time"] = f"{record.seconds:,.1f} s"
    widths = {name: max(len(name), NUMBER_WIDTH) for name in cells}
    widths["epoch"] = max(NUMBER_WIDTH, len(f"{epochs}/{epochs}"))
    for name in LEAST_FIRST:
        if name in widths and sum(widths.values()) + BETWEEN * (len(widths) - 1) > width:
            del widths[name]
    row = (" " * BETWEEN).join(f"{cells[name]:>{wide}}" for name, wide in widths.items())
    names = (" " * BETWEEN).join(f"{name:>{wide}}" for name, wide in widths.items())
    return f"{names}\n{row}" if heading else row


def epoch_sentence(record: EpochRecord, epochs: int) -> str:
    """Return an epoch as one line of plain text.

    >>> epoch_sentence(EpochRecord(2, 0.4351, 0.8, None, None, 0.001, 500, 2.5), 5)
    'epoch 2/5: loss 0.4351, accuracy 0.8000; 200 images/s, 2.5 s'
    """
    numbers = [f"loss {record.loss:.4f}", f"accuracy {record.accuracy:.4f}"]
    if record.val_loss is not None and record.val_accuracy is not None:
        numbers += [f"val_loss {record.val_loss:.4f}", f"val_accuracy {record.val_accuracy:.4f}"]
    speed = f"{record.images_per_second:,.0f} images/s, {record.seconds:,.1f} s"
    return f"epoch {record.epoch}/{epochs}: {', '.join(numbers)}; {speed}"


def render_curves(history: Sequence[EpochRecord]) -> Page:
    """Render the loss and the accuracy of all epochs, each as a line of bars.

    The bars of training and of validation have one scale.
    """

    def build(screen: Screen) -> Iterator[Text]:
        for names in (("loss", "val_loss"), ("accuracy", "val_accuracy")):
            curves = {name: [getattr(record, name) for record in history] for name in names}
            known = {name: values for name, values in curves.items() if values[0] is not None}
            lowest, highest = min(map(min, known.values())), max(map(max, known.values()))
            for name, values in known.items():
                bars = _bars(values, lowest, highest, screen)
                yield screen.line(f"{name:12} {values[0]:.4f} {bars} {values[-1]:.4f}")

    return Page(Display(), build)


def _bars(values: Sequence[float], lowest: float, highest: float, screen: Screen) -> str:
    """Draw one bar an epoch, or each the mean of several where the screen is too narrow."""
    levels = LEVELS if screen.can_show(LEVELS) else PLAIN_LEVELS
    groups = np.array_split(values, min(len(values), max(1, screen.width - 32)))
    spread = (highest - lowest) or 1.0
    shares = [(float(group.mean()) - lowest) / spread for group in groups]
    return "".join(levels[round(share * (len(levels) - 1))] for share in shares)


def render_class_report(report: ClassReport, title: str) -> Page:
    """Render the confusion matrix, each class's precision and recall, and the accuracy.

    Arguments: the `report`; a `title` that says on which data.
    """

    def build(screen: Screen) -> Iterator[RenderableType]:
        right, total = int(np.trace(report.matrix)), int(report.matrix.sum())
        said = f"{title}: {right:,} of {total:,} right ({report.accuracy:.2%})"
        yield screen.line(f"{said}{_missing(report)}", "bold")
        yield screen.line()
        columns, rows = _matrix(report)
        headings = [heading for heading, _ in columns]
        widest = (max(map(len, cells)) for cells in zip(headings, *rows, strict=True))
        fits = sum(width + BETWEEN for width in widest) <= screen.width
        yield plain_table(*((columns, rows) if fits else _classes(report)), screen)
        yield screen.line()
        if fits:
            sentence = "Rows are the true classes, columns what they were taken for."
        else:
            sentence = f"Most often confused: {_mistakes(report)}."
        yield from screen.sentences(sentence, FAINT)

    return Page(Display(), build)


def _missing(report: ClassReport) -> str:
    """Say of which classes there was no sample: the accuracy tells nothing about them."""
    names = zip(report.class_names, report.support, strict=True)
    missing = [name for name, count in names if not count]
    return f", none of them of {listed(missing, MOST_MISSING)}" if missing else ""


def _matrix(report: ClassReport) -> tuple[list[Column], list[list[str]]]:
    columns: list[Column] = [("", "left"), *((name, "right") for name in report.class_names)]
    columns.append(("recall", "right"))
    rows = [
        [name, *(f"{count:,}" for count in counts), _share(recall)]
        for name, counts, recall in zip(
            report.class_names, report.matrix, report.recall, strict=True
        )
    ]
    return columns, [*rows, ["precision", *map(_share, report.precision), ""]]


def _classes(report: ClassReport) -> tuple[list[Column], list[list[str]]]:
    columns: list[Column] = [
        ("class", "left"),
        ("samples", "right"),
        ("precision", "right"),
        ("recall", "right"),
    ]
    parts = (report.class_names, report.support, report.precision, report.recall)
    rows = [
        [name, f"{count:,}", _share(precision), _share(recall)]
        for name, count, precision, recall in zip(*parts, strict=True)
    ]
    return columns, rows


def _share(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.0%}"


def _mistakes(report: ClassReport) -> str:
    wrong: Array = report.matrix - np.diag(np.diag(report.matrix))
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_MISTAKES]
    pairs = [divmod(int(place), len(wrong)) for place in order if wrong.flat[place]]
    names = report.class_names
    said = [f"{names[true]} for {names[taken]} ({wrong[true, taken]:,})" for true, taken in pairs]
    return ", ".join(said) or "none"


class TrainingProgress:
    """A watcher of `fit` that shows how far it is."""

    def __init__(self, console: Console, bars: Progress, epochs: int, batches: int) -> None:
        self._console = console
        self._bars = bars
        self._epochs = epochs
        self._batches = batches
        self._task: TaskID | None = None
        self._has_heading = False

    def on_batch(self, state: TrainingState) -> None:
        """Move the bar of the epoch on."""
        if not self._console.is_terminal:
            return
        if self._task is None:
            text = f"epoch {state.epoch}/{self._epochs}"
            self._task = self._bars.add_task(text, total=self._batches, score="", speed="")
        progress, score = state.progress, state.progress.score
        speed = progress.images / progress.seconds if progress.seconds else 0.0
        self._bars.update(
            self._task,
            completed=progress.batches,
            score=f"loss {score.loss:.4f}, accuracy {score.accuracy:.4f}",
            speed=f"{speed:,.0f} images/s",
        )

    def on_epoch(self, state: TrainingState) -> None:
        """Put the epoch's row in the place of its bar."""
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
        self._console.print(self._text(state.history[-1]), soft_wrap=True, highlight=False)

    def _text(self, record: EpochRecord) -> str:
        if not self._console.is_terminal:
            return epoch_sentence(record, self._epochs)
        heading, self._has_heading = not self._has_heading, True
        return epoch_row(record, self._epochs, heading=heading, width=self._console.width)


@contextmanager
def training_progress(console: Console, epochs: int, batches: int) -> Iterator[TrainingProgress]:
    """Show a training's progress on a console, as long as the block runs.

    Arguments: the `console`, that of standard error; how many `epochs` there are to be, and
    `batches` in each.
    """
    told = len(f"epoch {epochs}/{epochs}"), len(f"{batches}/{batches}")
    bars = _progress_bars(console, *told, score=SCORE_WIDTH, speed=SPEED_WIDTH)
    with bars:
        yield TrainingProgress(console, bars, epochs, batches)


class DecodingProgress:
    """Hears how many photos are decoded, and shows it where that takes a while."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int) -> None:
        """Move the bar on."""
        if self._task is None:
            self._task = self._bars.add_task("decoding photos", total=total)
        self._bars.update(self._task, completed=done, total=total)
        if done == total:
            self._bars.remove_task(self._task)
            self._task = None


@contextmanager
def decoding_progress(console: Console) -> Iterator[DecodingProgress]:
    """Show on a console how many photos are decoded, as long as the block runs."""
    bars = _progress_bars(console, len("decoding photos"), COUNT_WIDTH)
    with bars:
        yield DecodingProgress(bars)


def _progress_bars(console: Console, description: int, count: int, **fields: int) -> Progress:
    """Return bars with as much as fits: text, count and time left always, then the task's fields.

    Arguments: the `console`; how wide the description is, the count, and each of the fields.
    """
    left = console.width - description - count - TIME_WIDTH - 2
    shown = []
    for name, width in fields.items():
        if left <= width:
            break
        shown.append(TextColumn(f"{{task.fields[{name}]}}"))
        left -= width + 1
    bar = [BarColumn(min(LONGEST_BAR, left - 1))] if left > SHORTEST_BAR else []
    return Progress(
        TextColumn("{task.description}"),
        *bar,
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        *shown,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
