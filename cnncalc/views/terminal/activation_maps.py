"""The activation maps of a layer: numbers where they are few, else a contact sheet of pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.terminal.blocks import GAP, Block, flow, labelled
from cnncalc.views.terminal.colors import scale_of
from cnncalc.views.terminal.matrix import Matrix, draw_whole
from cnncalc.views.terminal.pictures import GREY, draw_grey, range_sentence, shrunk
from cnncalc.views.terminal.screen import FAINT, Screen
from cnncalc.views.terminal.slices import draw_volume
from cnncalc.views.terminal.volumes import Volume
from cnncalc.wording import size_text

__all__ = ["Thumbnail", "draw_maps"]

# A sheet may be this many lines high even where the screen is lower.
LEAST_LINES = 36
# What stands around a sheet: a heading, a caption, the prompt.
OTHER_LINES = 6
# Small maps are enlarged to about this many pixels, large ones not shrunk to fewer than these.
ENLARGED_SIDE = 24
LEAST_WIDTH = 12


@dataclass(frozen=True)
class Thumbnail:
    """How a map becomes a picture: shrunk to `size`, then each point repeated `times`."""

    size: tuple[int, int]
    times: int = 1

    def apply(self, values: Array) -> Array:
        """Return a (height, width) map as small or as large as this says."""
        small = shrunk(values[:, :, np.newaxis], self.size)[:, :, 0]
        return small.repeat(self.times, axis=0).repeat(self.times, axis=1)


def draw_maps(values: Array, labels: Sequence[str], screen: Screen) -> Iterator[Text]:
    """Draw (height, width, channels): every number, or every channel as a small picture.

    Arguments: the `values`; the `labels` of the channels, where there is room for them.
    """
    if screen.display.full:
        yield from draw_volume(Volume(values, labels), screen)
    else:
        yield from _numbers(values, labels, screen) or _contact_sheet(values, screen)


def _numbers(values: Array, labels: Sequence[str], screen: Screen) -> Block | None:
    """Draw every number, or return None where they would take more than a screen."""
    blocks = []
    for channel, label in enumerate(labels):
        block = draw_whole(Matrix(values[:, :, channel]), screen)
        if block is None or channel == screen.display.most_slices:
            return None
        blocks.append(labelled(label, block, screen))
    lines = list(flow(blocks, screen))
    return lines if len(lines) <= _most_lines(screen) else None


def _contact_sheet(values: Array, screen: Screen) -> Iterator[Text]:
    height, width, channels = values.shape
    count = min(channels, screen.display.most_slices)
    thumbnail = _fitted((height, width), count, screen)
    blocks = []
    for channel in range(count):
        points = thumbnail.apply(values[:, :, channel])
        picture = draw_grey(points, scale_of(points, screen.display.colors or GREY), screen)
        blocks.append(labelled(str(channel) if channels > 1 else "", picture, screen))
    yield from flow(blocks, screen)
    for sentence in _captions(values, thumbnail, screen):
        yield from screen.sentences(sentence, FAINT)
    if count < channels:
        yield from screen.sentences(f"… and {channels - count} more; --full shows them all.", FAINT)


def _most_lines(screen: Screen) -> int:
    return max(LEAST_LINES, screen.height - OTHER_LINES)


def _fitted(size: tuple[int, int], count: int, screen: Screen) -> Thumbnail:
    """Return the largest thumbnail of which `count` fit on one screen."""
    height, width = size
    for times in range(ENLARGED_SIDE // max(size), 1, -1):
        if _lines((height * times, width * times), count, screen) <= _most_lines(screen):
            return Thumbnail(size, times)
    smaller = range(min(width, screen.width), min(width, LEAST_WIDTH), -1)
    for across in smaller:
        small = (max(1, round(height * across / width)), across)
        if _lines(small, count, screen) <= _most_lines(screen):
            return Thumbnail(small)
    across = min(width, LEAST_WIDTH)
    return Thumbnail((max(1, round(height * across / width)), across))


def _lines(size: tuple[int, int], count: int, screen: Screen) -> int:
    """Return how many lines `count` pictures take, with their labels and what is between them."""
    side_by_side = max(1, (screen.width + GAP) // (size[1] + GAP))
    return ceil(count / side_by_side) * (ceil(size[0] / 2) + 2)


def _captions(values: Array, thumbnail: Thumbnail, screen: Screen) -> Iterator[str]:
    yield range_sentence(values, screen)
    if screen.has_pixels:
        how = f"{screen.display.colors or GREY}: each map from its lowest point to its highest"
    else:
        how = "the denser a character, the larger the value, map by map"
    size = values.shape[:2]
    drawn = f"; {size_text(size)} numbers, drawn as {size_text(thumbnail.size)}"
    yield how + (drawn if thumbnail.size != size else "")
