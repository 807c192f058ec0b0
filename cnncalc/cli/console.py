"""Where words go: results to standard output, notes to standard error."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from pathlib import Path

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
