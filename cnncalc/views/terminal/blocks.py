"""Blocks of lines, and how they stand beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from cnncalc.views.terminal.screen import FAINT, Display, Screen

__all__ = [
    "GAP",
    "INDENT",
    "Block",
    "Column",
    "Page",
    "block_width",
    "body_screen",
    "draw_aligned",
    "draw_section",
    "flow",
    "indented",
    "labelled",
    "plain_table",
    "sign",
]

Block = list[Text]

Column = tuple[str, Literal["left", "right"]]
"""A heading, and the side that its cells keep to."""

GAP = 3
COLUMN_GAP = 2
INDENT = 2


def block_width(block: Block) -> int:
    """Return the width of a block's widest line."""
    return max((line.cell_len for line in block), default=0)


def labelled(label: str, block: Block, screen: Screen) -> Block:
    """Return a block under its label, if it has one."""
    return [screen.line(label, "bold"), *block] if label else block


def indented(lines: Iterable[Text], screen: Screen) -> Iterator[Text]:
    """Yield lines moved to the right, so that headings stand out at the left."""
    for line in lines:
        yield screen.line(" " * INDENT).append_text(line) if line.plain else line


def sign(symbol: str, height: int, screen: Screen) -> Block:
    """Return a block with one sign at half of a height, to stand between two blocks."""
    block = [screen.line() for _ in range(height)]
    block[height // 2] = screen.line(symbol)
    return block


def flow(blocks: Sequence[Block], screen: Screen, gap: int = GAP) -> Iterator[Text]:
    """Yield blocks side by side, as many as fit the screen, then the next ones below."""
    for index, row in enumerate(_rows(blocks, screen.width, gap)):
        if index:
            yield screen.line()
        yield from _beside(row, screen, gap)


def _rows(blocks: Sequence[Block], width: int, gap: int) -> Iterator[list[Block]]:
    row: list[Block] = []
    used = 0
    for block in blocks:
        wanted = block_width(block)
        if row and used + gap + wanted > width:
            yield row
            row, used = [], 0
        used += wanted + (gap if row else 0)
        row.append(block)
    if row:
        yield row


def _beside(row: Sequence[Block], screen: Screen, gap: int) -> Iterator[Text]:
    widths = [block_width(block) for block in row]
    for index in range(max(len(block) for block in row)):
        line = screen.line()
        for position, (block, width) in enumerate(zip(row, widths, strict=True)):
            cell = block[index] if index < len(block) else screen.line()
            line.append_text(cell)
            if position < len(row) - 1:
                line.append(" " * (width - cell.cell_len + gap))
        yield line


def body_screen(screen: Screen) -> Screen:
    """Return what is left of the screen for a section's body."""
    return screen.narrowed(INDENT)


def draw_section(
    title: Sequence[str], notes: Sequence[str], body: Iterable[Text], screen: Screen
) -> Iterator[Text]:
    """Yield a heading, its parts joined by dots, the notes, and the body, drawn narrower.

    An empty line ends the section.
    """
    yield screen.line(" · ".join(part for part in title if part), "bold")
    for note in notes:
        yield from screen.sentences(note, FAINT)
    yield screen.line()
    yield from indented(body, screen)
    yield screen.line()


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


def draw_aligned(
    heading: Sequence[str], rows: Sequence[Sequence[str]], screen: Screen
) -> Iterator[Text]:
    """Yield rows as lines whose first cells keep to the left and whose others to the right.

    Columns that don't fit the screen stand below the others, again with the first cell.
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
        if group and used + COLUMN_GAP + width > room:
            yield group
            group, used = [], widths[0]
        used += COLUMN_GAP + width
        group.append(column)
    yield group
