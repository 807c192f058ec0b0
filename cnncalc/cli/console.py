"""Where words go: results to standard output, notes to standard error."""

from __future__ import annotations

import shlex

import click
from rich.console import Console

from cnncalc.cli.remarks import say_remarks

__all__ = ["calculating_command", "command_line", "error_console", "note", "output_console"]

# On a console of no width, which is what COLUMNS=0 says, rich would print nothing.
LEAST_WIDTH = 20


def note(message: str) -> None:
    """Say something about the work, on standard error, where it does not mix with results."""
    say_remarks()
    click.echo(message, err=True)


def output_console() -> Console:
    """Return the console of standard output; rich finds out what the terminal can show.

    What is drawn fits the terminal already; of a very narrow one rich would cut numbers off.
    """
    say_remarks()
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(LEAST_WIDTH, console.width)
    return console


def error_console() -> Console:
    """Return the console of standard error, for what shows how far the work is."""
    return Console(stderr=True, highlight=False)


def command_line() -> str:
    """Return the command as it was typed."""
    return shlex.join(["cnncalc", *_typed()])


def calculating_command() -> str:
    """Return the command without -o FILE and --force: what it calculates, whatever the file.

    So the same calculation gives the same workbook under any name.
    """
    kept, words = [], iter(_typed())
    for word in words:
        if word in ("-o", "--output"):
            next(words, None)
        elif word != "--force" and not word.startswith(("--output=", "-o")):
            kept.append(word)
    return shlex.join(["cnncalc", *kept])


def _typed() -> list[str]:
    words: list[str] = click.get_current_context().find_root().obj
    return words
