"""The activation maps of a layer: numbers where they are few, else a contact sheet of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.terminal.blocks import GAP, Block, flow, labelled
from cnncalc.views.terminal.colors import Scale
from cnncalc.views.terminal.matrix import draw_whole
from cnncalc.views.terminal.pictures import (
    draw_points,
    picture_scale,
    range_sentence,
    scale_sentence,
    shrunk,
)
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

    def enlarged(self, points: Array) -> Array:
        """Return the (height, width) points of a shrunk map as large as this says."""
        return points.repeat(self.times, axis=0).repeat(self.times, axis=1)


def draw_maps(maps: Volume, screen: Screen) -> Iterator[Text]:
    """Draw every number of a layer's maps, or every map as a small picture."""
    if screen.display.full:
        yield from draw_volume(maps, screen)
    else:
        yield from _numbers(maps, screen) or _contact_sheet(maps, screen)


def _numbers(maps: Volume, screen: Screen) -> Block | None:
    """Draw every number, or return None where they would take more than a screen."""
    blocks = []
    for channel, label in enumerate(maps.labels):
        block = draw_whole(maps.matrix(channel), screen)
        if block is None or channel == screen.display.most_slices:
            return None
        blocks.append(labelled(label, block, screen))
    lines = list(flow(blocks, screen))
    return lines if len(lines) <= _most_lines(screen) else None


def _contact_sheet(maps: Volume, screen: Screen) -> Iterator[Text]:
    channels = maps.depth
    count = min(channels, screen.display.most_slices)
    thumbnail = _fitted(maps.size, count, screen)
    points = shrunk(maps.values, thumbnail.size)
    scale = picture_scale(points, maps.scale, screen)
    blocks = []
    for channel in range(count):
        picture = draw_points(thumbnail.enlarged(points[:, :, channel]), scale, screen)
        blocks.append(labelled(str(channel) if channels > 1 else "", picture, screen))
    yield from flow(blocks, screen)
    for sentence in _captions(maps, thumbnail, scale, screen):
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


def _captions(maps: Volume, thumbnail: Thumbnail, scale: Scale, screen: Screen) -> Iterator[str]:
    yield range_sentence(maps.values, screen)
    how = scale_sentence(scale, screen) + (", in all maps" if maps.depth > 1 else "")
    drawn = f"; {size_text(maps.size)} numbers, drawn as {size_text(thumbnail.size)}"
    yield how + (drawn if thumbnail.size != maps.size else "")
