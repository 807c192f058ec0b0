"""Long work: what was read is said before it begins, and on a terminal how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from cnncalc.cli.console import error_console
from cnncalc.cli.remarks import say_remarks

__all__ = ["Advance", "working"]

Advance = Callable[[int], None]

LONG = 1.0
"""Seconds from which on whoever waits is told what for."""


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
    console = error_console()
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
