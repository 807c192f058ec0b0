"""Tables by rich, in the signs that the screen can show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from cnncalc.views.terminal.display import Display
from cnncalc.views.terminal.screen import Screen

__all__ = ["Column", "Page", "plain_table"]

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
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for heading, side in columns:
        # On a narrow screen the names at the left are broken, never the numbers.
        is_number, text = side == "right", Text(screen.spell(heading))
        table.add_column(text, justify=side, overflow="fold", no_wrap=is_number)
    cells = [[Text(screen.spell(cell)) for cell in row] for row in rows]
    for index, row in enumerate(cells):
        table.add_row(*row, end_section=index == len(cells) - totals - 1)
    return table
