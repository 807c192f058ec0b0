"""A table, typeset: for results that have nothing else to be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnncalc.views.colors import (
    LOOKS,
    ColorScale,
    Look,
    ScaleKind,
    Theme,
    color_of,
    hexadecimal,
    text_on,
)
from cnncalc.views.figure.fonts import clean, shortened, width, wrapped
from cnncalc.views.figure.measures import (
    CAPTION_SIZE,
    CELL_SIZE,
    LINE_HEIGHT,
    MARGIN,
    TITLE_SIZE,
)
from cnncalc.views.figure.shapes import Drawing, Line, Rectangle, Shape, Text

__all__ = ["Table", "draw_table"]

_ROW, _ROOM, _WIDEST = 24.0, 20.0, 420.0


@dataclass(frozen=True)
class Table:
    """A table: its title, its headings, its rows of as many texts, and what stands below it.

    The first column is set to the left, the others to the right unless they are `left`; `shares`
    (0 to 1) colour the cells of a row, one for each text, None where one has no colour.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    left: frozenset[int] = frozenset((0,))
    shares: tuple[tuple[float | None, ...], ...] = ()


def draw_table(table: Table, theme: Theme = "light") -> Drawing:
    """Return a table as a figure."""
    look = LOOKS[theme]
    widths = _widths(table)
    starts = [MARGIN + sum(widths[:column]) for column in range(len(widths) + 1)]
    y = MARGIN + LINE_HEIGHT
    shapes: list[Shape] = [
        Text(MARGIN, y - 4, clean(table.title), TITLE_SIZE, look.ink, is_bold=True)
    ]
    y += 14
    shapes += _texts(table, table.headings, y, starts, look.muted, CAPTION_SIZE)
    y += _ROW
    shapes.append(Line(MARGIN, y, starts[-1], y, look.muted))
    for number, row in enumerate(table.rows):
        if table.shares:
            shapes += _fills(table.shares[number], y, starts, theme)
        shapes += _cells(table, number, row, y, starts, look, theme)
        y += _ROW
        shapes.append(Line(MARGIN, y, starts[-1], y, look.line, 0.5))
    y += 8
    wide = max(starts[-1], MARGIN + width(clean(table.title), TITLE_SIZE, is_bold=True))
    for note in table.notes:
        for line in wrapped(clean(note), max(320.0, wide - MARGIN), CAPTION_SIZE):
            y += LINE_HEIGHT
            shapes.append(Text(MARGIN, y - 4, line, CAPTION_SIZE, look.muted))
            wide = max(wide, MARGIN + width(line, CAPTION_SIZE))
    return Drawing(
        wide + MARGIN, y + MARGIN, look.paper, tuple(shapes), table.title, " ".join(table.notes)
    )


def _widths(table: Table) -> list[float]:
    columns = zip(table.headings, *table.rows, strict=True)
    return [
        min(_WIDEST, max(width(clean(text), CELL_SIZE) for text in column)) + _ROOM
        for column in columns
    ]


def _texts(
    table: Table,
    row: Sequence[str],
    y: float,
    starts: Sequence[float],
    color: str | Sequence[str],
    size: float = CELL_SIZE,
) -> Iterator[Shape]:
    for column, text in enumerate(row):
        room = starts[column + 1] - starts[column] - _ROOM
        shown = shortened(clean(text), room, size)
        ink = color if isinstance(color, str) else color[column]
        base = y + _ROW / 2 + 0.36 * size
        if column in table.left:
            yield Text(starts[column] + _ROOM / 2, base, shown, size, ink)
        else:
            yield Text(starts[column + 1] - _ROOM / 2, base, shown, size, ink, "end")


def _cells(
    table: Table,
    number: int,
    row: Sequence[str],
    y: float,
    starts: Sequence[float],
    look: Look,
    theme: Theme,
) -> Iterator[Shape]:
    shares = table.shares[number] if table.shares else (None,) * len(row)
    colors = [look.ink if share is None else text_on(_fill(share, theme)) for share in shares]
    yield from _texts(table, row, y, starts, colors)


def _fills(
    shares: Sequence[float | None], y: float, starts: Sequence[float], theme: Theme
) -> Iterator[Shape]:
    for column, share in enumerate(shares):
        if share is not None:
            place = (starts[column], y, starts[column + 1] - starts[column], _ROW)
            yield Rectangle(*place, _fill(share, theme))


def _fill(share: float, theme: Theme) -> str:
    scale = ColorScale(ScaleKind.SHARE, 0, 1)
    return hexadecimal(color_of(np.array(share), scale, theme))
