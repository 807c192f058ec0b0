"""The channels of a volume as pictures that fit the screen, and how values became what is seen."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

import numpy as np
from rich.color import Color, ColorSystem
from rich.style import Style
from rich.text import Text

from cnncalc.network import Array
from cnncalc.views.colors import ColorScale, ScaleKind, fitted_scale, pixel_scale
from cnncalc.views.terminal.blocks import GAP, Block, block_width, flow, labelled
from cnncalc.views.terminal.colors import LUMA, Scale, shown_scale, terminal_colors
from cnncalc.views.terminal.screen import FAINT, HALF_BLOCK, Screen
from cnncalc.views.terminal.volumes import Volume
from cnncalc.wording import size_text

__all__ = [
    "draw_density",
    "draw_pictures",
    "draw_pixels",
    "draw_points",
    "draw_small_picture",
    "draw_strip",
    "picture_scale",
    "range_sentence",
    "scale_sentence",
    "shrunk",
]

Size = tuple[int, int]

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
# From the lowest to the highest, where the screen's encoding has the first of them, and elsewhere.
BLOCKS, CHARACTERS = " ░▒▓█", " .:-=+*#%@"
# So many of the points, the lowest and the highest, may look as if they were no lower or higher.
STRETCHED = 0.01


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
    """Draw (height, width) values as characters, denser for larger values, two rows to a line.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> scale = shown_scale(ColorScale(ScaleKind.SEQUENTIAL, 0, 9), None)
    >>> [line.plain for line in draw_density(np.array([[0.0, 3, 6, 9]] * 2), scale, screen)]
    [' ░▓█']
    """
    height, width = values.shape
    halved = shrunk(values[:, :, np.newaxis], ((height + 1) // 2, width))[:, :, 0]
    characters = _characters(screen)
    places = np.rint(scale.position(halved) * (len(characters) - 1)).astype(int)
    return [screen.line("".join(characters[place] for place in row)) for row in places.tolist()]


def _characters(screen: Screen) -> str:
    return BLOCKS if screen.can_show(BLOCKS) else CHARACTERS


def draw_pictures(volume: Volume, shown: range, screen: Screen) -> Iterator[Text]:
    """Draw a colour picture, or one of each of the `shown` channels, and a caption."""
    size = _fitted(volume, len(shown), screen)
    if volume.in_color:
        scale = yield from _draw_color(volume, size, screen)
    else:
        points = shrunk(volume.values, size)
        scale = picture_scale(points, volume.scale, screen)
        pictures = [_picture(volume, channel, points, scale, screen) for channel in shown]
        yield from flow(pictures, screen)
    for sentence in _captions(volume, size, scale, screen):
        yield from screen.sentences(sentence, FAINT)


def _draw_color(volume: Volume, size: Size, screen: Screen) -> Generator[Text, None, Scale]:
    """Draw a colour picture, by its brightness where there are no colours; return its scale."""
    if screen.has_pixels:
        yield from draw_pixels(_colors(volume.values, size, volume.scale), screen)
        return shown_scale(volume.scale, None)
    brightness = shrunk(volume.values, size) @ LUMA
    scale = picture_scale(brightness, volume.scale, screen)
    yield from draw_density(brightness, scale, screen)
    return scale


def draw_small_picture(volume: Volume, screen: Screen) -> Block:
    """Draw a small colour image with each pixel enlarged to a square."""
    height, width = SMALL_PICTURE
    small = _colors(volume.values, _shrink_to(volume.size, SMALL_PICTURE), volume.scale)
    times = max(1, min(height // len(small), width // len(small[0])))
    return draw_pixels(small.repeat(times, axis=0).repeat(times, axis=1), screen)


def draw_strip(row: Array, scale: ColorScale, screen: Screen) -> Iterator[Text]:
    """Draw (1, count) numbers as a strip of colour as wide as the screen."""
    wide = row.repeat(max(1, screen.width // row.size), axis=1)
    narrow = shrunk(wide[:, :, np.newaxis], (1, min(wide.size, screen.width)))[:, :, 0]
    shown = picture_scale(narrow, scale, screen)
    yield from draw_points(narrow.repeat(2 * STRIP_LINES, axis=0), shown, screen)
    if narrow.size < wide.size:
        numbers = round(row.size / screen.width)
        count = f"about {numbers}" if numbers > 1 else "1 or 2"
        text = f"each point of the strip is the mean of {count} numbers"
        yield from screen.sentences(text, FAINT)


def range_sentence(values: Array, screen: Screen) -> str:
    """Say the lowest and highest value and the mean, empty cells aside.

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> range_sentence(np.array([[0.0, 3.0]]), screen)
    'lowest 0, highest 3, mean 1.5'
    """
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


def _fitted(volume: Volume, count: int, screen: Screen) -> Size:
    """Return the size of each picture, so many side by side that none becomes too narrow."""
    if volume.in_color:
        count = 1
    side_by_side = max(1, min(count, (screen.width + GAP) // (THUMBNAIL_WIDTH + GAP)))
    width = (screen.width - GAP * (side_by_side - 1)) // side_by_side
    return _shrink_to(volume.size, (2 * max(LEAST_LINES, screen.height - OTHER_LINES), width))


def _shrink_to(size: Size, most: Size) -> Size:
    """Return a size within another, its proportions kept, never enlarged."""
    ratio = min(most[0] / size[0], most[1] / size[1], 1.0)
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _colors(values: Array, size: Size, scale: ColorScale) -> Array:
    """Return red, green and blue values as bytes."""
    levels: Array = np.rint(np.nan_to_num(scale.positions(shrunk(values, size))) * 255)
    return levels.astype(np.uint8)


def picture_scale(points: Array, stage: ColorScale, screen: Screen) -> Scale:
    """Return the one scale of all pictures of a stage.

    Arguments: all (height, width, channels) `points` as they are drawn: as means of the stage's
    numbers they lie closer together, and would look pale beside the highest of these; the scale of
    the `stage`; the `screen`, without whose colours the points are stretched over its characters.
    """
    if not screen.has_pixels:
        return Scale("grey", _stretched(points))
    if stage.kind in (ScaleKind.SIGNED, ScaleKind.SEQUENTIAL):
        stage = fitted_scale(points, is_signed=stage.kind is ScaleKind.SIGNED)
    return shown_scale(stage, screen.display.colors)


def _stretched(points: Array) -> ColorScale:
    few = (STRETCHED, 1 - STRETCHED)
    low, high = np.nanquantile(points, few) if not np.isnan(points).all() else (0.0, 0.0)
    if low == high:  # nearly all are alike: the others show
        return replace(fitted_scale(points, is_signed=False), kind=ScaleKind.PIXELS)
    return ColorScale(ScaleKind.PIXELS, float(low), float(high))


def _picture(volume: Volume, channel: int, points: Array, scale: Scale, screen: Screen) -> Block:
    block = draw_points(points[:, :, channel], scale, screen)
    if volume.depth > 1 and not volume.is_image:
        below = replace(screen, width=max(LEAST_CAPTION, block_width(block)))
        block += below.sentences(range_sentence(volume.values[:, :, channel], screen), FAINT)
    return labelled(volume.labels[channel], block, screen)


def draw_points(values: Array, scale: Scale, screen: Screen) -> Block:
    """Draw (height, width) values in colours, or in characters where there are too few."""
    if screen.has_pixels:
        return draw_pixels(scale.colors(values, screen.colors or ColorSystem.TRUECOLOR), screen)
    return draw_density(values, scale, screen)


def _captions(volume: Volume, size: Size, scale: Scale, screen: Screen) -> list[str]:
    """Say the range of the values, how they became what is seen, and how far it is shrunk."""
    has_own = volume.depth > 1 or volume.is_image
    captions = [] if has_own else [range_sentence(volume.values, screen)]
    is_plain = volume.in_color and screen.has_pixels and volume.scale == pixel_scale()
    parts = [] if is_plain else [scale_sentence(scale, screen)]
    if size != volume.size:
        parts.append(f"{size_text(volume.size)} pixels, drawn as {size_text(size)}")
    return [*captions, "; ".join(parts)]


def scale_sentence(scale: Scale, screen: Screen) -> str:
    """Say how the numbers of a stage became what is seen: the ends of its scale."""
    ends = scale.stage.ends
    if not screen.has_pixels:
        full = _characters(screen)[-1]
        return f"the denser, the larger: blank is {ends[0]} or less, {full} is {ends[-1]} or more"
    match scale.name:
        case ScaleKind.NEUTRAL:
            return f"all are {ends[0]}"
        case ScaleKind.SIGNED:
            return f"{ends[0]} is blue, 0 is white, {ends[-1]} is orange"
        case "green":
            return f"{ends[0]} is light green, {ends[-1]} is dark green"
        case "grey":
            return f"{ends[0]} is black, {ends[-1]} is white"
    return f"{scale.name}, from {ends[0]} to {ends[-1]}"
