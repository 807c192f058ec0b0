"""The pixels that a number depends on, in words and marked on the image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from cnncalc.image_regions import ImageRegions, Region
from cnncalc.layers import Shape
from cnncalc.network import Array
from cnncalc.views.colors import ColorScale
from cnncalc.views.terminal.blocks import Block, body_screen, draw_section
from cnncalc.views.terminal.matrix import Matrix, draw_near_window, draw_whole
from cnncalc.views.terminal.pictures import draw_pixels, shrunk
from cnncalc.views.terminal.screen import Screen
from cnncalc.wording import size_text

__all__ = ["draw_region"]

Mask = NDArray[np.bool_]

MOST_LINES = 24
MARK = np.array([255, 176, 0])  # as of a window on numbers
MARK_SHARE = 0.45
# Outside the region a picture is darkened.
OUTSIDE = 0.55


def draw_region(
    image: Array, scale: ColorScale, found: ImageRegions, screen: Screen
) -> Iterator[Text]:
    """Draw an image (height, width, channels) with the regions of its pixels marked."""
    mask = _mask(image, found)
    count, whole = np.count_nonzero(mask), mask.size
    at_most = "" if found.is_exact else "at most "
    if count in (0, whole):
        seen = f"{at_most}the whole image, {size_text(mask.shape)}" if count else "padding alone"
        yield screen.line(f"Receptive field · {seen}", "bold")
        yield screen.line()
        return
    said = [_said(region, image.shape) for region in found.regions]
    notes = [f"it depends on {at_most}{said[0]}", *(f"and on {text}" for text in said[1:])]
    [first, *more] = found.regions
    size = size_text((len(first.rows), len(first.columns)))
    regions = f"{len(found.regions)} regions" if more else size
    share = f"{at_most}{count:,} of the image's {whole:,} pixels"
    body = _marked(image, scale, found, mask, body_screen(screen))
    yield from draw_section(("Receptive field", regions, share), notes, body, screen)


def _mask(image: Array, found: ImageRegions) -> Mask:
    """Return which of an image's (height, width) pixels are in one of the regions."""
    mask = np.zeros(image.shape[:2], np.bool_)
    for region in found.regions:
        mask[np.ix_(region.rows, region.columns)] = True
    return mask


def _said(region: Region, shape: Shape) -> str:
    """Say which pixels of an image of a shape are a region's."""
    height, width, channels = shape
    where = f"{_span('row', region.rows, height)} and {_span('column', region.columns, width)}"
    where += " of the image"
    if len(region.channels) < channels:
        where += f", in {_span('channel', region.channels, channels)}"
    return where


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


def _marked(
    image: Array, scale: ColorScale, found: ImageRegions, mask: Mask, screen: Screen
) -> Block:
    """Draw the image's numbers if there is room, else a picture, else what is near the regions."""
    cells = frozenset((row, column) for row, column in np.argwhere(mask).tolist())
    channel = found.regions[0].channels[0]
    matrix = Matrix(image[:, :, channel], window=cells, scale=scale)
    if image.shape[2] == 1 and (whole := draw_whole(matrix, screen)):
        return whole
    if screen.has_pixels:
        return _picture(image, scale, mask, screen)
    return draw_near_window(matrix, screen) or []


def _picture(image: Array, scale: ColorScale, mask: Mask, screen: Screen) -> Block:
    """Draw the image darkened, what is marked in a light of its own."""
    height, width = mask.shape
    ratio = min(2 * MOST_LINES / height, screen.width / width, 1.0)
    size = max(1, round(height * ratio)), max(1, round(width * ratio))
    levels = shrunk(scale.positions(image) * 255, size)
    if levels.shape[2] != 3:
        levels = levels[:, :, :1].repeat(3, axis=2)
    share = shrunk(mask[:, :, np.newaxis].astype(np.float64), size) > 0
    colors = np.where(share, levels * (1 - MARK_SHARE) + MARK * MARK_SHARE, levels * OUTSIDE)
    times = max(1, min(MOST_LINES * 2 // size[0], screen.width // size[1], 3))
    enlarged = colors.repeat(times, axis=0).repeat(times, axis=1)
    return draw_pixels(np.rint(enlarged).astype(np.uint8), screen)
