"""Numbers in a row: what flattening and dense layers give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.terminal.excerpts import draw_corners, draw_full, draw_whole
from cnncalc.views.terminal.matrix import Matrix
from cnncalc.views.terminal.pictures import draw_strip
from cnncalc.views.terminal.screen import Screen
from cnncalc.views.terminal.slices import MOST_NUMBERS

__all__ = ["draw_row", "draw_vector"]


def draw_vector(values: Array, screen: Screen) -> Iterator[Text]:
    """Draw (units,) numbers; where they are too many for a line, a strip of them as well."""
    yield from draw_row(values, screen)
    if draw_whole(Matrix(values[np.newaxis]), screen) is None:
        yield screen.line()
        yield from draw_strip(values[np.newaxis], screen)


def draw_row(values: Array, screen: Screen) -> Iterator[Text]:
    """Draw (count,) numbers in a row, the first and the last of them where they are many."""
    matrix = Matrix(values[np.newaxis])
    if screen.display.full and values.size <= MOST_NUMBERS:
        yield from draw_full(matrix, screen)
    else:
        yield from draw_whole(matrix, screen) or draw_corners(matrix, screen)
