"""The terminal's streams, made ready for all that a command and its libraries may write."""

from __future__ import annotations

import codecs
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper

import click

from cnncalc.views.spelling import replace_unencodable

__all__ = ["prepared_streams", "remark", "say", "say_remarks"]

# What is narrower is no terminal's width.
LEAST_WIDTH = 20
_KEY = "cnncalc.remarks"


@contextmanager
def prepared_streams() -> Iterator[None]:
    """Let nothing that is written fail for its stream, and say libraries' warnings in one line."""
    _open_closed_streams()
    _spell_what_streams_lack()
    with warnings.catch_warnings():
        warnings.showwarning = _one_line_once()
        yield


def _open_closed_streams() -> None:
    """Put a sink where standard output or error is closed (`>&-`), as Python leaves None there.

    A file of ours that was opened next would have the closed stream's number, and be written to by
    whatever writes to that number.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            from pathlib import Path  # seldom needed, and slow to load

            sink = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open to the end)
            setattr(sys, name, sink)


def _spell_what_streams_lack() -> None:
    """Let no sign of ours fail in a terminal, or a file, whose encoding lacks it."""
    codecs.register_error("cnncalc", replace_unencodable)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="cnncalc")


def _one_line_once() -> Callable[..., None]:
    """Return what shows a warning without the library's folder and source line, the first time."""
    said: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        text = " ".join(str(message).split())
        if text not in said:
            said.add(text)
            say(f"Warning: {text}", err=True)

    return show


def say(message: str, *, err: bool = False) -> None:
    """Write a line; on a terminal, which would cut a longer one anywhere, as lines of whole words.

    Arguments: the `message`; whether it goes to standard error.
    """
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        import shutil
        from textwrap import fill

        width = max(LEAST_WIDTH, shutil.get_terminal_size().columns)
        indent = " " * (len(message) - len(message.lstrip()))
        message = fill(
            message,
            width,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    click.echo(message, err=err)


def remark(message: str) -> None:
    """Keep a sentence about what was read for standard error."""
    click.get_current_context().meta.setdefault(_KEY, []).append(message)


def say_remarks(context: click.Context | None = None) -> None:
    """Say what has been remarked so far."""
    for message in (context or click.get_current_context()).meta.pop(_KEY, []):
        say(message, err=True)
