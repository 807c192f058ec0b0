"""Whoever asks for a task: hears what it remarks, and how far long work is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncalc.training.fit import Watcher

__all__ = ["Advance", "Caller", "Say", "ignore"]

Say = Callable[[str], None]
"""Told a sentence about what was read, assumed or written."""

Advance = Callable[[int], None]
"""Told how many more steps are done."""


def ignore(sentence: str) -> None:
    """Hear a remark that nobody wants to know: the default of every `say`."""


class Caller:
    """A caller in Python: told sentences alone, by its `say`, as they come.

    The command line's is another, which keeps remarks back until the command works, shows progress
    on a terminal, and can be interrupted. Its `command` is what was typed, for the record that goes
    into files.

    >>> Caller(print).remark("article:6x6: a grid of the article, 6×6")
    article:6x6: a grid of the article, 6×6
    """

    def __init__(self, say: Say = ignore) -> None:
        self._say = say

    @property
    def command(self) -> str:
        """The command that was typed; empty, since none was."""
        return ""

    def remark(self, sentence: str) -> None:
        """Hear something about what was read."""
        self._say(sentence)

    def note(self, sentence: str) -> None:
        """Hear something about the work, such as which file was written."""
        self._say(sentence)

    def offers(self, option: str) -> bool:
        """Say whether the caller can give an option, by its name on the command line."""
        return bool(option)

    def working(
        self, words: str, seconds: float, total: int | None = None
    ) -> AbstractContextManager[Advance]:
        """Have work announced that takes long, as long as the block runs.

        Arguments: what is being done, in `words`; about how many `seconds` it takes; of how many
        steps it is in `total`, None where that can't be told.
        """
        del words, seconds, total  # a caller in Python has no terminal to show them on
        return nullcontext(_unheard)

    def decoding(self) -> AbstractContextManager[Callable[[int, int], None]]:
        """Have it heard how many photos of how many are decoded."""
        return nullcontext(_uncounted)

    def training(self, epochs: int, batches: int) -> AbstractContextManager[Sequence[Watcher]]:
        """Have a training watched of so many `epochs`, and `batches` in each."""
        del epochs, batches
        return nullcontext(())

    def interruption(self) -> AbstractContextManager[Callable[[], bool]]:
        """Have long work asked whether to stop at the next good moment."""
        return nullcontext(_never)


def _unheard(steps: int) -> None:
    """Hear of steps that nobody waits for."""


def _uncounted(done: int, total: int) -> None:
    """Hear of photos that nobody waits for."""


def _never() -> bool:
    return False
