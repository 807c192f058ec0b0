"""Where words go: results to standard output, notes and progress to standard error."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click
from rich.console import Console

from cnncalc.cli.streams import remark, say, say_remarks
from cnncalc.tasks.arguments import Advance, Caller

if TYPE_CHECKING:
    from cnncalc.training.fit import Watcher

__all__ = [
    "Terminal",
    "calculating_command",
    "command_line",
    "interruptible",
    "note",
    "output_console",
    "working",
]

LONG = 1.0
"""Seconds from which on whoever waits is told what for."""

# On a console of no width, which is what COLUMNS=0 says, rich would print nothing.
LEAST_WIDTH = 20


def note(message: str) -> None:
    """Say something about the work, on standard error, where it does not mix with results."""
    say_remarks()
    say(message, err=True)


def output_console() -> Console:
    """Return the console of standard output; rich finds out what the terminal can show.

    What is drawn fits the terminal already; of a very narrow one rich would cut numbers off.
    """
    say_remarks()
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(LEAST_WIDTH, console.width)
    return console


def _error_console() -> Console:
    """Return the console of standard error, for what shows how far the work is."""
    return Console(stderr=True, highlight=False)


class Terminal(Caller):
    """The caller who typed the command that runs: remarks wait until it works."""

    @property
    def command(self) -> str:
        """The command that was typed, as results say it that were made by it."""
        return calculating_command()

    def remark(self, sentence: str) -> None:
        """Keep a sentence about what was read."""
        remark(sentence)

    def note(self, sentence: str) -> None:
        """Say something about the work at once."""
        note(sentence)

    def offers(self, option: str) -> bool:
        """Say whether the command has an option."""
        command = click.get_current_context().command
        return any(option in parameter.opts for parameter in command.params)

    def working(
        self, words: str, seconds: float, total: int | None = None
    ) -> AbstractContextManager[Advance]:
        """Announce work that takes long; see `working`."""
        return working(words, seconds, total)

    def decoding(self) -> AbstractContextManager[Callable[[int, int], None]]:
        """Show how many photos are decoded."""
        from cnncalc.views.terminal.training import decoding_progress

        return decoding_progress(_error_console())

    @contextmanager
    def training(self, epochs: int, batches: int) -> Iterator[Sequence[Watcher]]:
        """Show how far a training is."""
        from cnncalc.views.terminal.training import training_progress

        say_remarks()
        with training_progress(_error_console(), epochs, batches) as progress:
            yield [progress]

    def interruption(self) -> AbstractContextManager[Callable[[], bool]]:
        """Let Ctrl-C end the work at the next good moment."""
        return interruptible()


def command_line() -> str:
    """Return the command as it was typed."""
    return shlex.join(["cnncalc", *_typed()])


def calculating_command() -> str:
    """Return the command without -o FILE and --force, and files by their names without folders.

    So the same calculation gives the same workbook under any name and in any folder, and no file
    tells of the folders of the machine that it was made on.
    """
    given = click.get_current_context().params
    paths = {value for value in given.values() if isinstance(value, Path)}
    paths |= set(map(Path, given.get("images", ())))
    kept, words = [], iter(_typed())
    for word in words:
        if word in ("-o", "--output"):
            next(words, None)
        elif word != "--force" and not word.startswith(("--output=", "-o")):
            kept.append(_without_folders(word, paths))
    return shlex.join(["cnncalc", *kept])


def _without_folders(word: str, paths: Collection[Path]) -> str:
    """Return a word of the command, a file in it by its name alone.

    A file is what is there, or one of the `paths` that the command was given. It may stand behind
    an option (--weights=a/b.keras, -ka/b.png) or as a kernel's @FILE.xlsx!SHEET!RANGE.
    """
    # Imported here: what writes no record needs to know of no workbook.
    from cnncalc.files.spreadsheet_places import split_reference

    starts = [0, *([word.index("=") + 1] if "=" in word else []), 2 * word.startswith("-")]
    for start in starts:
        found, place, at = word[start:], "", start
        if found.lstrip().startswith("@"):  # as a kernel is read
            at = word.index("@", start) + 1
            found, place = split_reference(word[at:].rstrip())
        # A file's name may be anything, a network's notation, too: what is there counts.
        if found and (Path(found) in paths or _is_there(Path(found))):
            return word[:at] + (Path(found).name or found) + place
    return word


def _is_there(path: Path) -> bool:
    try:
        return path.is_absolute() or path.exists()
    except (OSError, ValueError):  # too long for a name, or no name at all
        return False


def _typed() -> list[str]:
    words: list[str] = click.get_current_context().find_root().obj
    return words


@contextmanager
def working(words: str, seconds: float, total: int | None = None) -> Iterator[Advance]:
    """Announce work that takes long, as long as the block runs; of short work, say nothing.

    Arguments: what is being done, in `words`; about how many `seconds` it takes; of how many steps
    it is in `total`, None where that can't be told.
    Yields what wants to hear how many more steps are done.
    """
    if seconds < LONG:
        yield _unheard
        return
    say_remarks()
    console = _error_console()
    if not console.is_terminal:
        yield _unheard
    elif total is None:
        with console.status(words):
            yield _unheard
    else:
        # Imported here: it takes longer to load than a small grid takes to convolve.
        from rich.progress import Progress

        with Progress(console=console, transient=True) as progress:
            yield partial(progress.advance, progress.add_task(words, total=total))


def _unheard(steps: int) -> None:
    """Hear of steps that nobody waits for."""


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C end the work at the next good moment; pressed again, at once.

    Yields a function that says whether it was pressed.
    """
    pressed = False

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        # Not by click, which would write across the progress bar: rich looks after this stream.
        sys.stderr.write("Stopping after this batch; press Ctrl-C again to stop at once.\n")

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
