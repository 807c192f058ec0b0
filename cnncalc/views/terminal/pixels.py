"""Pictures made of characters: two pixels a character in colour, elsewhere by density."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.color import Color, ColorSystem
from rich.style import Style
from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.terminal.blocks import Block
from cnncalc.views.terminal.colors import Scale, terminal_colors
from cnncalc.views.terminal.screen import HALF_BLOCK, Screen

__all__ = ["draw_density", "draw_pixels", "shrunk"]

DENSITY = " .:-=+*#%@"


def shrunk(values: Array, size: tuple[int, int]) -> Array:
    """Return (height, width, channels) shrunk to a size, each pixel the mean of those it covers.

    The sums run along one side and then the other: a large photo needs no copy of itself.

    >>> shrunk(np.array([[[0], [2], [4], [6]]]), (1, 2)).tolist()
    [[[1.0], [5.0]]]
    """
    for axis, (full, small) in enumerate(zip(values.shape[:2], size, strict=True)):
        if small < full:
            starts = np.arange(small) * full // small
            counts = np.diff(np.append(starts, full))
            values = _means(values, starts, counts, axis)
    return values


def _means(values: Array, starts: Array, counts: Array, axis: int) -> Array:
    """Return the means of so many values each from these starts on."""
    beside: Array = counts.reshape(-1, *[1] * (2 - axis))
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.add.reduceat(values, starts, axis=axis, dtype=np.float64)
    if np.isfinite(sums).all():
        return np.asarray(sums / beside)
    # The sum of huge numbers may be beyond what float64 holds where their mean is not.
    parts = values / beside.repeat(counts, axis=0)
    return np.asarray(np.add.reduceat(parts, starts, axis=axis, dtype=np.float64))


def draw_pixels(colors: Array, screen: Screen) -> Block:
    """Draw (height, width, 3) colours of 0 to 255 as half blocks, the upper pixel on the lower."""
    system = screen.colors or ColorSystem.TRUECOLOR
    rows = [terminal_colors(row, system) for row in colors]
    lower = [*rows[1::2], None] if len(rows) % 2 else rows[1::2]
    return [_half_blocks(*pair, screen) for pair in zip(rows[::2], lower, strict=True)]


def _half_blocks(upper: list[Color], lower: list[Color] | None, screen: Screen) -> Text:
    line = screen.line()
    below: Sequence[Color | None] = lower or [None] * len(upper)
    for pixel, background in zip(upper, below, strict=True):
        line.append(HALF_BLOCK, Style.from_color(pixel, background))
    return line


def draw_density(values: Array, scale: Scale, screen: Screen) -> Block:
    """Draw (height, width) values as characters, denser for larger values, two rows to a line."""
    height, width = values.shape
    halved = shrunk(values[:, :, np.newaxis], ((height + 1) // 2, width))[:, :, 0]
    places = np.rint(scale.position(halved) * (len(DENSITY) - 1)).astype(int)
    return [screen.line("".join(DENSITY[place] for place in row)) for row in places.tolist()]
