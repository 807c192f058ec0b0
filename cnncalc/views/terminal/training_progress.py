"""A training while it runs: in a terminal a bar and a table, elsewhere a sentence an epoch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from cnncalc.training.history import EpochRecord
from cnncalc.training.state import TrainingState
from cnncalc.views.terminal.training import epoch_row, epoch_sentence

__all__ = ["DecodingProgress", "TrainingProgress", "decoding_progress", "training_progress"]

TIME_WIDTH = len("0:00:00")
SCORE_WIDTH = len("loss 0.0000, accuracy 0.0000")
SPEED_WIDTH = len("100,000 images/s")
COUNT_WIDTH = len("100000/100000")
SHORTEST_BAR, LONGEST_BAR = 5, 40


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
    bars = _bars(console, *told, score=SCORE_WIDTH, speed=SPEED_WIDTH)
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
    bars = _bars(console, len("decoding photos"), COUNT_WIDTH)
    with bars:
        yield DecodingProgress(bars)


def _bars(console: Console, description: int, count: int, **fields: int) -> Progress:
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
