"""Where words go: results to standard output, notes to standard error."""

from __future__ import annotations

import shlex

import click
from rich.console import Console

from cnncalc.cli.remarks import say_remarks

__all__ = ["command_line", "error_console", "note", "output_console"]


def note(message: str) -> None:
    """Say something about the work, on standard error, where it does not mix with results."""
    say_remarks()
    click.echo(message, err=True)


def output_console() -> Console:
    """Return the console of standard output; rich finds out what the terminal can show."""
    say_remarks()
    return Console(highlight=False, soft_wrap=False)


def error_console() -> Console:
    """Return the console of standard error, for what shows how far the work is."""
    return Console(stderr=True, highlight=False)


def command_line() -> str:
    """Return the command as it was typed."""
    return shlex.join(["cnncalc", *click.get_current_context().find_root().obj])
