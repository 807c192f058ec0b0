"""Tables by rich, in the signs that the screen can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from cnncalc.views.terminal.screen import FAINT, Display, Screen

__all__ = ["Column", "Page", "draw_aligned", "in_lines", "plain_table"]

GAP = 2
# What a name's column has in any case.
LEAST_NAME = 12

Column = tuple[str, Literal["left", "right"]]
"""A heading, and the side that its cells keep to."""


@dataclass(frozen=True)
class Page:
    """A renderable made of others, tables among them, once it knows the screen."""

    display: Display
    build: Callable[[Screen], Iterable[RenderableType]]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        for part in self.build(Screen.of(console, options, self.display)):
            if isinstance(part, Text):
                part.end = "\n"
            yield part


def plain_table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], screen: Screen, totals: int = 0
) -> Table:
    """Return a table with a line below its heading, and one above its last rows, the `totals`."""
    rows = [[screen.spell(cell) for cell in row] for row in rows]
    room = _room_for_names(columns, rows, screen.width)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for place, (heading, side) in enumerate(columns):
        # On a narrow screen what is said in words is broken, never the numbers.
        is_whole, text = side == "right" or place == 0, Text(screen.spell(heading))
        table.add_column(text, justify=side, overflow="fold", no_wrap=is_whole)
    for index, (name, *cells) in enumerate(rows):
        texts = map(Text, (in_lines(name, room), *cells))
        table.add_row(*texts, end_section=index == len(rows) - totals - 1)
    return table


def _room_for_names(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> int:
    """Return how many characters are left for the names, which are the first column."""
    used = 0
    for (heading, side), *cells in list(zip(columns, *rows, strict=True))[1:]:
        # Of words the longest, of numbers all of a line.
        parts = [cell.split("\n" if side == "right" else None) for cell in (heading, *cells)]
        used += max(len(part) for cell in parts for part in cell or [""]) + GAP
    return max(LEAST_NAME, width - used)


def in_lines(name: str, room: int) -> str:
    r"""Break a name that is longer than there is room behind its underscores, not inside a word.

    >>> in_lines("global_average_pooling2d", 17)
    'global_average_\npooling2d'
    """
    lines = [""]
    for piece in re.split("(?<=_)", name):
        if lines[-1] and len(lines[-1]) + len(piece) > room:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def draw_aligned(
    heading: Sequence[str], rows: Sequence[Sequence[str]], screen: Screen
) -> Iterator[Text]:
    r"""Yield rows as lines whose first cells keep to the left and whose others to the right.

    Columns that don't fit the screen stand below the others, again with the first cell.

    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> rows = draw_aligned(["layer", "numbers"], [["conv2d", "16"], ["dense", "2"]], screen)
    >>> print("\n".join(line.plain for line in rows))
    layer   numbers
    conv2d       16
    dense         2
    """
    cells = [[screen.spell(cell) for cell in row] for row in (heading, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for number, columns in enumerate(_groups(widths, screen.width)):
        if number:
            yield screen.line()
        for index, row in enumerate(cells):
            texts = [f"{row[column]:>{widths[column]}}" for column in columns]
            line = "  ".join([f"{row[0]:<{widths[0]}}", *texts])
            yield screen.line(line, FAINT if index == 0 else "")


def _groups(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield the columns, apart from the first, that fit a line beside it, group by group."""
    group: list[int] = []
    used = widths[0]
    for column, width in enumerate(widths[1:], start=1):
        if group and used + GAP + width > room:
            yield group
            group, used = [], widths[0]
        used += GAP + width
        group.append(column)
    yield group
