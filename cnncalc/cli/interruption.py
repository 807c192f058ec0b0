"""Ctrl-C while a training runs: it ends behind a batch, not within."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interruptible"]


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
