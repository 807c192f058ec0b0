"""How much of a matrix a screen can show: all of it, its corners, or what is near a window."""

from __future__ import annotations

from cnncalc.views.terminal.blocks import Block
from cnncalc.views.terminal.matrix import CELL_MARGIN, Excerpt, Matrix, Shown
from cnncalc.views.terminal.screen import Screen

__all__ = ["draw_corners", "draw_full", "draw_near_window", "draw_whole"]

# A matrix of so many rows is shown whole even where the terminal must scroll.
ROWS_ALWAYS_SHOWN = 32
CORNER = 3


def draw_whole(matrix: Matrix, screen: Screen) -> Block | None:
    """Draw every number of a matrix, or return None where they don't fit the screen."""
    if matrix.height > max(ROWS_ALWAYS_SHOWN, screen.height):
        return None
    # A column needs this much in any case: a photo need not be measured.
    if matrix.width * (1 + CELL_MARGIN) > screen.width:
        return None
    whole = Excerpt(matrix, range(matrix.height), range(matrix.width), screen)
    return whole.block if whole.width <= screen.width else None


def draw_full(matrix: Matrix, screen: Screen) -> Block:
    """Draw every number of a matrix, its columns in chunks of as many as the screen is wide."""
    return _in_chunks(Excerpt(matrix, range(matrix.height), range(matrix.width), screen))


def draw_corners(matrix: Matrix, screen: Screen) -> Block:
    """Draw the corners of a matrix; one of a few rows gets as many columns as fit."""
    rows = _ends(matrix.height, CORNER)
    cuts_both = matrix.height > len(rows) and matrix.width > 2 * CORNER + 1
    each = CORNER if cuts_both else screen.width // (1 + CELL_MARGIN) // 2
    while each > 0:
        excerpt = Excerpt(matrix, rows, _ends(matrix.width, each), screen)
        if excerpt.width <= screen.width:
            return excerpt.block
        each -= 1
    # Long numbers on a narrow screen: the first and the last column, one below the other.
    outer = [column for column in _ends(matrix.width, 1) if column is not None]
    return _in_chunks(Excerpt(matrix, rows, outer, screen))


def _in_chunks(excerpt: Excerpt) -> Block:
    """Draw an excerpt, one chunk of columns below the other where it is wider than the screen."""
    matrix, columns, screen = excerpt.matrix, excerpt.columns, excerpt.screen
    if excerpt.width <= screen.width:
        return excerpt.block
    count = max(1, (screen.width - excerpt.gutter) // excerpt.cell)
    block: Block = []
    for first in range(0, len(columns), count):
        chunk = columns[first : first + count]
        names = f"columns {chunk[0]} to {chunk[-1]}" if len(chunk) > 1 else f"column {chunk[0]}"
        label = f"{names} of 0 to {matrix.width - 1}"
        block += [*([screen.line()] if block else []), screen.line(label, "bold")]
        block += Excerpt(matrix, excerpt.rows, chunk, screen).block
    return block


def draw_near_window(matrix: Matrix, screen: Screen) -> Block | None:
    """Draw the cells under a matrix's window and those next to them, or None if too many."""
    rows = _around({cell[0] for cell in matrix.window}, matrix.height)
    columns = _around({cell[1] for cell in matrix.window}, matrix.width)
    if len(rows) > screen.height or len(columns) * (1 + CELL_MARGIN) > screen.width:
        return None
    near = Excerpt(matrix, rows, columns, screen)
    return near.block if near.width <= screen.width else None


def _ends(count: int, each: int) -> Shown:
    """Return the first and last indices, None between them; all where that saves nothing."""
    if count <= 2 * each + 1:
        return range(count)
    return [*range(each), None, *range(count - each, count)]


def _around(covered: set[int], count: int) -> Shown:
    """Return the indices from the first covered to the last, and one more on either side."""
    first, last = max(0, min(covered) - 1), min(count - 1, max(covered) + 1)
    before: list[int | None] = [None] if first > 0 else []
    after: list[int | None] = [None] if last < count - 1 else []
    return [*before, *range(first, last + 1), *after]
