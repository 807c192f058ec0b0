"""Blocks of lines, and how they stand beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from cnncalc.views.terminal.screen import FAINT, Screen

__all__ = [
    "GAP",
    "INDENT",
    "Block",
    "block_width",
    "body_screen",
    "draw_section",
    "flow",
    "indented",
    "labelled",
    "sign",
]

Block = list[Text]

GAP = 3
INDENT = 2


def block_width(block: Block) -> int:
    """Return the width of a block's widest line.

    >>> block_width([Text("0.5"), Text("12")])
    3
    """
    return max((line.cell_len for line in block), default=0)


def labelled(label: str, block: Block, screen: Screen) -> Block:
    """Return a block under its label, if it has one.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> [line.plain for line in labelled("kernel", [screen.line("1  -1")], screen)]
    ['kernel', '1  -1']
    """
    return [screen.line(label, "bold"), *block] if label else block


def indented(lines: Iterable[Text], screen: Screen) -> Iterator[Text]:
    """Yield lines moved to the right, so that headings stand out at the left.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> [line.plain for line in indented([screen.line("1  -1")], screen)]
    ['  1  -1']
    """
    for line in lines:
        yield screen.line(" " * INDENT).append_text(line) if line.plain else line


def sign(symbol: str, height: int, screen: Screen) -> Block:
    """Return a block with one sign at half of a height, to stand between two blocks.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> [line.plain for line in sign("=", 3, screen)]
    ['', '=', '']
    """
    block = [screen.line() for _ in range(height)]
    block[height // 2] = screen.line(symbol)
    return block


def flow(blocks: Sequence[Block], screen: Screen, gap: int = GAP) -> Iterator[Text]:
    """Yield blocks side by side, as many as fit the screen, then the next ones below.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> blocks = [screen.line("1  2"), screen.line("3  4")], [screen.line("5"), screen.line("6")]
    >>> [line.plain for line in flow(blocks, screen)]
    ['1  2   5', '3  4   6']
    """
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
