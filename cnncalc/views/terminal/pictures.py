"""The channels of a volume as pictures that fit the screen, and how values became what is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from rich.color import Color, ColorSystem
from rich.style import Style
from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.terminal.blocks import GAP, Block, block_width, flow, labelled
from cnncalc.views.terminal.colors import Scale, scale_of, terminal_colors
from cnncalc.views.terminal.matrix import number_scale
from cnncalc.views.terminal.screen import FAINT, HALF_BLOCK, Screen
from cnncalc.views.terminal.volumes import Volume
from cnncalc.wording import size_text

__all__ = [
    "GREY",
    "draw_density",
    "draw_grey",
    "draw_pictures",
    "draw_pixels",
    "draw_small_picture",
    "draw_strip",
    "range_sentence",
    "shrunk",
]

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


Size = tuple[int, int]

GREY = "grey"
# Each of several pictures is at least this wide, where it has the pixels.
THUMBNAIL_WIDTH = 36
# The caption of a narrower picture is at least this wide.
LEAST_CAPTION = 20

LEAST_LINES = 16
# What stands around a picture: a heading, a caption, the prompt.
OTHER_LINES = 6
# A small colour image is enlarged to this many pixels beside its numbers.
SMALL_PICTURE = (24, 24)

STRIP_LINES = 2


def draw_pictures(volume: Volume, shown: range, screen: Screen) -> Iterator[Text]:
    """Draw a colour picture, or one of each of the `shown` channels, and a caption."""
    size = _fitted(volume, len(shown), screen)
    if _in_color(volume, screen):
        scale = _image_scale(volume.values, screen)
        yield from draw_pixels(_colors(volume.values, size, scale), screen)
    else:
        pictures = [_picture(volume, channel, size, screen) for channel in shown]
        scale = pictures[0][1]
        yield from flow([block for block, _ in pictures], screen)
    for sentence in _captions(volume, size, scale, screen):
        yield from screen.sentences(sentence, FAINT)


def draw_small_picture(volume: Volume, screen: Screen) -> Block:
    """Draw a small colour image with each pixel enlarged to a square."""
    scale = _image_scale(volume.values, screen)
    height, width = SMALL_PICTURE
    small = _colors(volume.values, _shrink_to(volume.size, SMALL_PICTURE), scale)
    times = max(1, min(height // len(small), width // len(small[0])))
    return draw_pixels(small.repeat(times, axis=0).repeat(times, axis=1), screen)


def draw_strip(row: Array, screen: Screen) -> Iterator[Text]:
    """Draw (1, count) numbers as a strip of colour as wide as the screen."""
    wide = row.repeat(max(1, screen.width // row.size), axis=1)
    narrow = shrunk(wide[:, :, np.newaxis], (1, min(wide.size, screen.width)))[:, :, 0]
    scale = number_scale(narrow, screen)
    yield from draw_grey(narrow.repeat(2 * STRIP_LINES, axis=0), scale, screen)
    if narrow.size < wide.size:
        numbers = round(row.size / screen.width)
        count = f"about {numbers}" if numbers > 1 else "1 or 2"
        text = f"each point of the strip is the mean of {count} numbers"
        yield from screen.sentences(text, FAINT)


def range_sentence(values: Array, screen: Screen) -> str:
    """Say the lowest and highest value and the mean, empty cells aside."""
    low = float(np.fmin.reduce(values, axis=None))
    high = float(np.fmax.reduce(values, axis=None))
    return "lowest {}, highest {}, mean {}".format(*map(screen.number, (low, high, _mean(values))))


def _mean(values: Array) -> float:
    """Return the mean, empty cells aside, also where the sum is beyond what float64 holds."""
    is_filled = ~np.isnan(values)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(np.mean(values, where=is_filled))
    if np.isfinite(mean):
        return mean
    return float(np.sum(values / np.count_nonzero(is_filled), where=is_filled))


def _in_color(volume: Volume, screen: Screen) -> bool:
    return volume.in_color and screen.has_pixels


def _fitted(volume: Volume, count: int, screen: Screen) -> Size:
    """Return the size of each picture, so many side by side that none becomes too narrow."""
    if _in_color(volume, screen):
        count = 1
    side_by_side = max(1, min(count, (screen.width + GAP) // (THUMBNAIL_WIDTH + GAP)))
    width = (screen.width - GAP * (side_by_side - 1)) // side_by_side
    return _shrink_to(volume.size, (2 * max(LEAST_LINES, screen.height - OTHER_LINES), width))


def _shrink_to(size: Size, most: Size) -> Size:
    """Return a size within another, its proportions kept, never enlarged."""
    ratio = min(most[0] / size[0], most[1] / size[1], 1.0)
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _image_scale(values: Array, screen: Screen) -> Scale:
    """Return 0 to 255 for pixels; for values beyond these, or all within 0 to 1, their range."""
    scale = scale_of(values, screen.display.colors or GREY)
    if scale.name == GREY and scale.low >= 0 and 1 < scale.high <= 255:
        return Scale(GREY, 0.0, 255.0)
    return scale


def _colors(values: Array, size: Size, scale: Scale) -> Array:
    """Return red, green and blue values as bytes."""
    levels: Array = np.rint(scale.position(shrunk(values, size)) * 255)
    return levels.astype(np.uint8)


def _picture(volume: Volume, channel: int, size: Size, screen: Screen) -> tuple[Block, Scale]:
    values = volume.values[:, :, channel]
    small = shrunk(values[:, :, np.newaxis], size)[:, :, 0]
    if volume.is_image:
        scale = _image_scale(values, screen)
    else:
        # The means of a shrunk picture lie closer together than the values: their own range shows.
        scale = scale_of(small, screen.display.colors or GREY)
    block = draw_grey(small, scale, screen)
    if volume.depth > 1 and not volume.is_image:
        below = replace(screen, width=max(LEAST_CAPTION, block_width(block)))
        block += below.sentences(range_sentence(values, screen), FAINT)
    return labelled(volume.labels[channel], block, screen), scale


def draw_grey(values: Array, scale: Scale, screen: Screen) -> Block:
    """Draw (height, width) values; grey, unless the scale is of another colour map."""
    if screen.has_pixels:
        return draw_pixels(scale.colors(values, screen.colors or ColorSystem.TRUECOLOR), screen)
    return draw_density(values, scale, screen)


def _captions(volume: Volume, size: Size, scale: Scale, screen: Screen) -> list[str]:
    """Say the range of the values, how they became what is seen, and how far it is shrunk."""
    has_own = volume.depth > 1 or volume.is_image
    captions = [] if has_own else [range_sentence(volume.values, screen)]
    parts = [_scale_sentence(volume, scale, screen)]
    if size != volume.size:
        parts.append(f"{size_text(volume.size)} pixels, drawn as {size_text(size)}")
    return [*captions, "; ".join(part for part in parts if part)]


def _scale_sentence(volume: Volume, scale: Scale, screen: Screen) -> str:
    low, high = screen.number(scale.low), screen.number(scale.high)
    if not screen.has_pixels:
        return "the denser a character, the larger the value"
    if volume.depth > 1 and not volume.is_image:
        return f"{scale.name}: each picture from its lowest point to its highest"
    if volume.in_color:
        return "" if (scale.low, scale.high) == (0, 255) else f"{low} is black, {high} is white"
    if scale.name == GREY:
        return f"{low} is black, {high} is white"
    return f"{scale.name}, from {low} to {high}"
