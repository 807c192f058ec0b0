"""Colour maps: from numbers to colours, and the text colour that is readable on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rich.color import Color, ColorSystem
from rich.style import Style

from cnncalc.errors import OptionError
from cnncalc.network import Array

__all__ = [
    "COLOR_MAPS",
    "LUMA",
    "Scale",
    "entry_colors",
    "nearest_entries",
    "require_color_map",
    "scale_of",
    "shades",
    "terminal_colors",
]

# The 256 colours of a terminal: a cube of so many levels each way, then greys.
LEVELS = np.array([0.0, 95.0, 135.0, 175.0, 215.0, 255.0])
CUBE, GREYS = 16, 232
DARKEST_GREY, GREY_STEP, MOST_GREYS = 8.0, 10.0, 24
# How much red, green and blue count for the eye: the luma of ITU-R BT.601.
LUMA = np.array([0.299, 0.587, 0.114])

# From the lowest value to the highest, evenly spaced. Green, blue-red: ColorBrewer's Greens and
# RdBu (https://colorbrewer2.org); viridis and magma: Matplotlib's.
COLOR_MAPS: Mapping[str, tuple[str, ...]] = {
    "green": ("#f7fcf5", "#c7e9c0", "#74c476", "#238b45", "#00441b"),
    "grey": ("#000000", "#ffffff"),
    "blue-red": ("#053061", "#4393c3", "#f7f7f7", "#d6604d", "#67001f"),
    "viridis": ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
    "magma": ("#000004", "#51127c", "#b73779", "#fc8961", "#fcfdbf"),
}

_AROUND_ZERO = {"blue-red"}

# The same for terminals of 256 colours, where the nearest entry to each of a map's colours would
# be no steady way: these are near them too, and ever darker or ever lighter (grey needs no list).
_MANY_COLORS: Mapping[str, tuple[int, ...]] = {
    "green": (231, 194, 151, 114, 71, 28, 22),
    "blue-red": (24, 67, 110, 153, 231, 217, 174, 167, 88),
    "viridis": (53, 61, 67, 37, 78, 149, 220),
    "magma": (16, 53, 90, 125, 167, 216, 229),
}

# The same for terminals of 16 colours. Their shades are the user's own: black or white text is
# readable on the eight plain ones in any of the usual palettes, on the bright ones it is not.
_FEW_COLORS: Mapping[str, tuple[str, ...]] = {
    "green": ("white", "green", "black"),
    "grey": ("black", "white"),
    "blue-red": ("blue", "cyan", "white", "yellow", "red"),
    "viridis": ("magenta", "blue", "cyan", "green", "yellow"),
    "magma": ("black", "magenta", "red", "yellow", "white"),
}

_DARK = {"black", "blue", "magenta", "red"}

_FEW_COLOR_SYSTEMS = {ColorSystem.STANDARD, ColorSystem.WINDOWS}


def entry_colors(entries: Array) -> Array:
    """Return the (…, 3) colours of (…) entries from 16 to 255, as red, green and blue of 0 to 255.

    >>> entry_colors(np.array([196, 244])).tolist()
    [[255, 0, 0], [128, 128, 128]]
    """
    greys = (DARKEST_GREY + GREY_STEP * (entries - GREYS))[..., np.newaxis].repeat(3, axis=-1)
    places = np.stack([(entries - CUBE) // step % len(LEVELS) for step in (36, 6, 1)], axis=-1)
    colors = np.where((entries < GREYS)[..., np.newaxis], LEVELS[places], greys)
    return np.rint(colors).astype(np.uint8)


def nearest_entries(colors: Array) -> Array:
    """Return the (…) entries nearest to (…, 3) colours; for a grey this is always a grey.

    The nearest of the cube has the nearest level in each part, and the nearest grey the nearest
    luma: two candidates are compared, not 240.

    >>> nearest_entries(np.array([[250, 3, 3], [127, 127, 127]])).tolist()
    [196, 244]
    """
    wanted = np.asarray(colors, dtype=np.float64)
    places = np.abs(wanted[..., np.newaxis] - LEVELS).argmin(axis=-1)
    cube = CUBE + places @ np.array([36, 6, 1])
    shades = np.rint((wanted @ LUMA - DARKEST_GREY) / GREY_STEP).clip(0, MOST_GREYS - 1)
    grey = GREYS + shades.astype(int)
    is_grey_nearer = _distance(wanted, grey) < _distance(wanted, cube)
    entries: Array = np.where(is_grey_nearer, grey, cube)
    return entries


def _distance(colors: Array, entries: Array) -> Array:
    apart: Array = (colors - entry_colors(entries)) ** 2 @ LUMA
    return apart


def require_color_map(name: str) -> None:
    """Raise OptionError, with the nearest name, for a colour map that does not exist."""
    if name in COLOR_MAPS:
        return
    from difflib import get_close_matches  # noqa: PLC0415 (for this message alone)

    nearest = get_close_matches(name, COLOR_MAPS, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    message = f"colors must be one of {', '.join(COLOR_MAPS)}. Received: colors={name!r}.{hint}"
    raise OptionError(message)


@dataclass(frozen=True)
class Scale:
    """A colour map laid over the values from `low` to `high`."""

    name: str
    low: float
    high: float

    def position(self, values: Array) -> Array:
        """Return where each value lies between low (0) and high (1); an empty cell is low."""
        if self.high <= self.low:
            return np.zeros(np.shape(values))
        # Halves, because high − low of two huge numbers would overflow.
        span = self.high / 2 - self.low / 2
        return np.nan_to_num(np.clip((np.asarray(values) / 2 - self.low / 2) / span, 0.0, 1.0))

    def colors(self, values: Array, system: ColorSystem = ColorSystem.TRUECOLOR) -> Array:
        """Return the (…, 3) colours of (…) values as red, green and blue of 0 to 255."""
        if system is ColorSystem.EIGHT_BIT and self.name in _MANY_COLORS:
            entries = np.array(_MANY_COLORS[self.name])
            return entry_colors(entries[self._steps(values, len(entries))])
        anchors = np.array([_parse(color) for color in COLOR_MAPS[self.name]], dtype=np.float64)
        place = self.position(values)
        steps = np.linspace(0.0, 1.0, len(anchors))
        parts = [np.interp(place, steps, anchors[:, part]) for part in range(3)]
        return np.rint(np.stack(parts, axis=-1)).astype(np.uint8)

    def few_colors(self, values: Array) -> list[str]:
        """Return the names of the colours of (count,) values where there are 16 of them."""
        names = _FEW_COLORS[self.name]
        return [names[step] for step in self._steps(values, len(names)).tolist()]

    def _steps(self, values: Array, count: int) -> Array:
        """Return in which of `count` equal parts of the scale each value lies."""
        steps: Array = np.minimum((self.position(values) * count).astype(int), count - 1)
        return steps


def scale_of(values: Array, name: str) -> Scale:
    """Return the scale from the lowest to the highest of the values, empty cells aside."""
    low = float(np.fmin.reduce(values, axis=None))
    high = float(np.fmax.reduce(values, axis=None))
    if name in _AROUND_ZERO:
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    return Scale(name, low, high)


def shades(values: Array, scale: Scale, system: ColorSystem) -> list[Style]:
    """Return a background for each of (count,) values, with a text colour readable on it."""
    if system in _FEW_COLOR_SYSTEMS:
        few = scale.few_colors(values)
        return [Style(color="white" if name in _DARK else "black", bgcolor=name) for name in few]
    return [_shade(color) for color in terminal_colors(scale.colors(values, system), system)]


def terminal_colors(colors: Array, system: ColorSystem) -> list[Color]:
    """Return (count, 3) colours of 0 to 255 as a terminal of 256 colours, or of all, has them."""
    if system is ColorSystem.EIGHT_BIT:
        return [Color.from_ansi(entry) for entry in nearest_entries(colors).tolist()]
    return [Color.from_rgb(*color) for color in colors.tolist()]


@lru_cache(maxsize=4096)
def _shade(background: Color) -> Style:
    """Return a background colour with black or white text, whichever is easier to read.

    Luminance and contrast: https://www.w3.org/TR/WCAG21/#dfn-relative-luminance
    """
    shown = [_linear(part) for part in background.get_truecolor()]
    luminance = 0.2126 * shown[0] + 0.7152 * shown[1] + 0.0722 * shown[2]
    # Black and white stand out equally from a luminance of 0.179.
    text = Color.parse("#ffffff" if luminance < 0.179 else "#000000")
    return Style.from_color(text, background)


def _linear(part: int) -> float:
    value = part / 255
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _parse(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
