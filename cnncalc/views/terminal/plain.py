"""What a terminal shows as lines of text, for whoever has no terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console, RenderableType

__all__ = ["plain_lines"]

WIDTH = 100


def plain_lines(shown: RenderableType) -> list[str]:
    """Return what a terminal without colours shows, line by line.

    >>> plain_lines("a line")
    ['a line']
    """
    file = StringIO()
    # In a notebook a console would display what it prints, whatever its file is.
    console = Console(
        file=file, width=WIDTH, color_system=None, force_terminal=False, force_jupyter=False
    )
    console.print(shown)
    return file.getvalue().splitlines()
