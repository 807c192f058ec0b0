"""Keys as they are pressed, one by one, without Enter."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import click

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
# An arrow that has been sent in part.
_BEGUN = re.compile(rb"\x1b[\[O]?$")
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
    import signal
    import termios
    import tty
    from types import FrameType

    # The exit status of what a signal ended is this and the signal's number, as shells have it.
    SIGNALLED = 128
    # `kill` and Ctrl-\ end a process at once by default, and its screen stays.
    _ENDING = (signal.SIGTERM, signal.SIGQUIT)

    @contextmanager
    def keyboard() -> Iterator[ReadKey]:
        """Let keys be read as they are pressed; the terminal is as before in any case."""
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        pressed: list[Key] = []
        begun = b""

        def read_key(seconds: float) -> Key | None:
            nonlocal begun
            if not pressed and select.select([terminal], [], [], seconds)[0]:
                sent = os.read(terminal, 1024)
                # Nothing is sent any more where the terminal has gone.
                pressed.extend(decoded(begun + sent) if sent else [Key.LEAVE])
                found = _BEGUN.search(begun + sent)
                begun = found[0] if found else b""
            return pressed.pop(0) if pressed else None

        try:
            tty.setcbreak(terminal)
            _keep_running(terminal)
            with _ended_in_order():
                yield read_key
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    def _keep_running(terminal: int) -> None:
        """Let Ctrl-Z do nothing: it would leave this screen and these settings to the shell."""
        settings = termios.tcgetattr(terminal)
        settings[6][termios.VSUSP] = bytes([os.fpathconf(terminal, "PC_VDISABLE")])
        termios.tcsetattr(terminal, termios.TCSADRAIN, settings)

    @contextmanager
    def _ended_in_order() -> Iterator[None]:
        """Let these signals end the command as an error does, all that is open being closed."""

        def end(number: int, frame: FrameType | None) -> None:
            raise click.exceptions.Exit(SIGNALLED + number)

        before = {number: signal.signal(number, end) for number in _ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
