"""The pixels that a number depends on, in words and marked on the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.receptive_field import Region
from cnncalc.views.colors import ColorScale
from cnncalc.views.terminal.blocks import Block, body_screen, draw_section
from cnncalc.views.terminal.matrix import Matrix, draw_near_window, draw_whole
from cnncalc.views.terminal.pictures import draw_pixels, shrunk
from cnncalc.views.terminal.screen import Screen
from cnncalc.wording import size_text

__all__ = ["draw_region"]

MOST_LINES = 24
MARK = np.array([255, 176, 0])  # as of a window on numbers
MARK_SHARE = 0.45
# Outside the region a picture is darkened.
OUTSIDE = 0.55


def draw_region(image: Array, scale: ColorScale, region: Region, screen: Screen) -> Iterator[Text]:
    """Draw an image (height, width, channels) with a region of its pixels marked."""
    height, width, channels = image.shape
    count = len(region.rows) * len(region.columns)
    if region.size == 0 or count == height * width:
        seen = f"the whole image, {size_text((height, width))}" if count else "padding alone"
        yield screen.line(f"Receptive field · {seen}", "bold")
        yield screen.line()
        return
    where = f"{_span('row', region.rows, height)} and {_span('column', region.columns, width)}"
    where = f"it depends on {where} of the image"
    if len(region.channels) < channels:
        where += f", in {_span('channel', region.channels, channels)}"
    size = size_text((len(region.rows), len(region.columns)))
    share = f"{count:,} of the image's {height * width:,} pixels"
    body = _marked(image, scale, region, body_screen(screen))
    yield from draw_section(("Receptive field", size, share), [where], body, screen)


def _span(noun: str, indices: Sequence[int], count: int) -> str:
    """Say which indices these are: all of them, one, a range, or every so many of a range."""
    first, last = indices[0], indices[-1]
    if len(indices) == count:
        return f"all {noun}s"
    if first == last:
        return f"{noun} {first}"
    if last - first == len(indices) - 1:
        return f"{noun}s {first} to {last}"
    if len(indices) == 2:
        return f"{noun}s {first} and {last}"
    is_even = len(set(np.diff(indices).tolist())) == 1
    listed = f"{first}, {indices[1]}, … {last}"
    return f"{noun}s {listed}" if is_even else f"{len(indices)} of the {noun}s {first} to {last}"


def _marked(image: Array, scale: ColorScale, region: Region, screen: Screen) -> Block:
    """Draw the image's numbers if there is room, else a picture, else what is near the region."""
    cells = frozenset(product(region.rows, region.columns))
    matrix = Matrix(image[:, :, region.channels[0]], window=cells, scale=scale)
    if image.shape[2] == 1 and (whole := draw_whole(matrix, screen)):
        return whole
    if screen.has_pixels:
        return _picture(image, scale, region, screen)
    return draw_near_window(matrix, screen) or []


def _picture(image: Array, scale: ColorScale, region: Region, screen: Screen) -> Block:
    """Draw the image darkened, the region in a light of its own."""
    height, width = image.shape[:2]
    ratio = min(2 * MOST_LINES / height, screen.width / width, 1.0)
    size = max(1, round(height * ratio)), max(1, round(width * ratio))
    levels = shrunk(scale.positions(image) * 255, size)
    if levels.shape[2] != 3:
        levels = levels[:, :, :1].repeat(3, axis=2)
    mask = np.zeros((height, width, 1))
    mask[np.ix_(region.rows, region.columns)] = 1.0
    share = shrunk(mask, size) > 0
    colors = np.where(share, levels * (1 - MARK_SHARE) + MARK * MARK_SHARE, levels * OUTSIDE)
    times = max(1, min(MOST_LINES * 2 // size[0], screen.width // size[1], 3))
    enlarged = colors.repeat(times, axis=0).repeat(times, axis=1)
    return draw_pixels(np.rint(enlarged).astype(np.uint8), screen)
