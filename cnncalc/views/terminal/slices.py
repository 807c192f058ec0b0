"""The slices of a volume, each as numbers, as a picture, or both.

Numbers where the numbers fit the screen; else a picture with the numbers of its corners where its
pixels fit; else, for a photo, a smaller picture alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.colors import ColorScale
from cnncalc.views.terminal.blocks import Block, flow, labelled
from cnncalc.views.terminal.matrix import Matrix, draw_corners, draw_full, draw_whole
from cnncalc.views.terminal.pictures import draw_pictures, draw_small_picture, draw_strip
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.volumes import Volume

__all__ = ["MOST_NUMBERS", "draw_row", "draw_vector", "draw_volume"]

# More numbers than these are not printed even on request: they belong in a file.
MOST_NUMBERS = 250_000


def draw_volume(volume: Volume, screen: Screen) -> Iterator[Text]:
    """Draw the slices of a volume, side by side where they fit."""
    display = screen.display
    shown = range(volume.depth if display.full else min(volume.depth, display.most_slices))
    blocks = _whole_slices(volume, shown, screen)
    if blocks is None:
        yield from draw_pictures(volume, shown, screen)
        yield from _draw_numbers(volume, shown, screen)
    else:
        yield from flow(blocks, screen)
    if len(shown) < volume.depth:
        text = f"… and {volume.depth - len(shown)} more; --full shows them all."
        yield from screen.sentences(text, FAINT)


def _whole_slices(volume: Volume, shown: range, screen: Screen) -> list[Block] | None:
    """Draw every number of each slice, or return None where a slice does not fit."""
    blocks = []
    for channel in shown:
        block = draw_whole(volume.matrix(channel), screen)
        if block is None:
            return None
        blocks.append(labelled(volume.labels[channel], block, screen))
    if volume.in_color and screen.has_pixels and not any(volume.pads):
        blocks.append(labelled("in colour", draw_small_picture(volume, screen), screen))
    return blocks


def _draw_numbers(volume: Volume, shown: range, screen: Screen) -> Iterator[Text]:
    """Draw the numbers that go with pictures: their corners, or all if the user asks."""
    full, too_many = screen.display.full, volume.values.size > MOST_NUMBERS
    if full and not too_many:
        for channel in shown:
            yield screen.line()
            block = draw_full(volume.matrix(channel), screen)
            yield from labelled(volume.labels[channel], block, screen)
    else:
        yield screen.line()
        corners = (
            labelled(volume.labels[channel], draw_corners(volume.matrix(channel), screen), screen)
            for channel in shown
        )
        yield from flow(list(corners), screen)
    if full and too_many:
        text = f"{volume.values.size:,} numbers are too many to print; a file (-o) holds them all."
        yield from screen.sentences(text, FAINT)


def draw_vector(values: Array, scale: ColorScale, screen: Screen) -> Iterator[Text]:
    """Draw (units,) numbers; where they are too many for a line, a strip of them as well."""
    yield from draw_row(values, scale, screen)
    if draw_whole(Matrix(values[np.newaxis]), screen) is None:
        yield screen.line()
        yield from draw_strip(values[np.newaxis], scale, screen)


def draw_row(values: Array, scale: ColorScale, screen: Screen) -> Iterator[Text]:
    """Draw (count,) numbers in a row, the first and the last of them where they are many.

    >>> from cnncalc.views.terminal.screen import Display
    >>> from cnncalc.views.colors import ScaleKind
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> scale = ColorScale(ScaleKind.NEUTRAL, 0, 0)
    >>> [line.plain for line in draw_row(np.arange(3.0), scale, screen)]
    ['    0  1  2 ', '  ┌────────', '0 │ 0  1  2 ']
    """
    matrix = Matrix(values[np.newaxis], scale=scale)
    if screen.display.full and values.size <= MOST_NUMBERS:
        yield from draw_full(matrix, screen)
    else:
        yield from draw_whole(matrix, screen) or draw_corners(matrix, screen)
