"""Keys as they are pressed, one by one, without Enter."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

__all__ = ["Key", "ReadKey", "decoded", "keyboard"]


class Key(StrEnum):
    """The keys that mean something."""

    PAUSE = "pause"
    BACK = "back"
    FORWARD = "forward"
    LEAVE = "leave"


ReadKey = Callable[[float], Key | None]
"""Waits so many seconds for a key; None where none came that means something."""

# An arrow is sent as ESC [ C, or as ESC O C by a keypad in its own mode.
_SENT = re.compile(rb"\x1b[\[O]([A-D])|( )|([qQ])")
_ARROWS = {b"A": Key.BACK, b"D": Key.BACK, b"B": Key.FORWARD, b"C": Key.FORWARD}


def decoded(sent: bytes) -> list[Key]:
    r"""Return the keys that a terminal sent.

    >>> decoded(b"\x1b[C q")
    [<Key.FORWARD: 'forward'>, <Key.PAUSE: 'pause'>, <Key.LEAVE: 'leave'>]
    """
    found = _SENT.finditer(sent)
    return [
        _ARROWS[match[1]] if match[1] else Key.PAUSE if match[2] else Key.LEAVE for match in found
    ]


if sys.platform == "win32":
    import msvcrt
    import time

    # How often it is asked whether a key was pressed, in seconds.
    _GLANCE = 0.02
    _CODES = {"H": Key.BACK, "K": Key.BACK, "P": Key.FORWARD, "M": Key.FORWARD}

    @contextmanager
    def keyboard() -> Iterator[ReadKey]:
        """Let keys be read as they are pressed."""
        yield _read_key

    def _read_key(seconds: float) -> Key | None:
        until = time.monotonic() + seconds
        while not msvcrt.kbhit():
            if time.monotonic() >= until:
                return None
            time.sleep(_GLANCE)
        letter = msvcrt.getwch()
        if letter == "\x03":
            raise KeyboardInterrupt
        if letter in "\x00\xe0":
            return _CODES.get(msvcrt.getwch())
        return {" ": Key.PAUSE, "q": Key.LEAVE, "Q": Key.LEAVE}.get(letter)

else:
    import os
    import select
    import termios
    import tty

    @contextmanager
    def keyboard() -> Iterator[ReadKey]:
        """Let keys be read as they are pressed; the terminal is as before in any case."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        pressed: list[Key] = []

        def read_key(seconds: float) -> Key | None:
            if not pressed and select.select([terminal], [], [], seconds)[0]:
                sent = os.read(terminal, 1024)
                # Nothing is sent any more where the terminal has gone.
                pressed.extend(decoded(sent) if sent else [Key.LEAVE])
            return pressed.pop(0) if pressed else None

        try:
            tty.setcbreak(terminal)
            yield read_key
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
