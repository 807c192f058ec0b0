"""The one language of colours on a terminal, which may have few of them, and colour maps by name.

What a stage looks like is said in `views/colors.py`: here it finds its way to 256 and to 16
colours. A colour map that the user names takes the place of a stage's colours, not of its ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rich.color import Color, ColorSystem
from rich.style import Style

from cnncalc.errors import OptionError
from cnncalc.network import Array
from cnncalc.views.colors import ColorScale, ScaleKind, hexadecimal, rgb, stops, text_on

__all__ = [
    "COLOR_MAPS",
    "LUMA",
    "Scale",
    "entry_colors",
    "nearest_entries",
    "require_color_map",
    "shades",
    "shown_scale",
    "terminal_colors",
]

# The 256 colours of a terminal: a cube of so many levels each way, then greys.
LEVELS = np.array([0.0, 95.0, 135.0, 175.0, 215.0, 255.0])
CUBE, GREYS = 16, 232
DARKEST_GREY, GREY_STEP, MOST_GREYS = 8.0, 10.0, 24
# How much red, green and blue count for the eye: the luma of ITU-R BT.601.
LUMA = np.array([0.299, 0.587, 0.114])

# From the lowest value to the highest, evenly spaced. Blue-red: ColorBrewer's RdBu
# (https://colorbrewer2.org); viridis and magma: Matplotlib's.
COLOR_MAPS: Mapping[str, tuple[str, ...]] = {
    "green": stops(ScaleKind.ARTICLE, "light"),
    "grey": stops(ScaleKind.PIXELS, "light"),
    "blue-red": ("#053061", "#4393c3", "#f7f7f7", "#d6604d", "#67001f"),
    "viridis": ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"),
    "magma": ("#000004", "#51127c", "#b73779", "#fc8961", "#fcfdbf"),
}

_AROUND_ZERO = {"blue-red"}
# Kinds of scales that have the colours of a map.
_MAPS = {
    ScaleKind.ARTICLE: "green",
    ScaleKind.SEQUENTIAL: "green",
    ScaleKind.SHARE: "green",
    ScaleKind.PIXELS: "grey",
}

# The same for terminals of 256 colours, where the nearest entry to each of a map's colours would
# be no steady way: these are near them too, and ever darker or ever lighter (grey needs no list).
_MANY_COLORS: Mapping[str, tuple[int, ...]] = {
    "green": (231, 194, 151, 114, 71, 28, 22),
    "blue-red": (24, 67, 110, 153, 231, 217, 174, 167, 88),
    "viridis": (53, 61, 67, 37, 78, 149, 220),
    "magma": (16, 53, 90, 125, 167, 216, 229),
    ScaleKind.SIGNED: (25, 67, 110, 153, 231, 223, 215, 172, 130),
}

# The same for terminals of 16 colours. Their shades are the user's own: black or white text is
# readable on the eight plain ones in any of the usual palettes, on the bright ones it is not.
_FEW_COLORS: Mapping[str, tuple[str, ...]] = {
    "green": ("white", "green", "black"),
    "grey": ("black", "white"),
    "blue-red": ("blue", "cyan", "white", "yellow", "red"),
    "viridis": ("magenta", "blue", "cyan", "green", "yellow"),
    "magma": ("black", "magenta", "red", "yellow", "white"),
    ScaleKind.SIGNED: ("blue", "cyan", "white", "yellow", "red"),
    ScaleKind.NEUTRAL: ("white",),
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
    """What a stage's numbers look like: its `stage` scale in the colours of `name`.

    The name is that of a colour map, or "signed" or "neutral".
    """

    name: str
    stage: ColorScale

    def colors(self, values: Array, system: ColorSystem = ColorSystem.TRUECOLOR) -> Array:
        """Return the (…, 3) colours of (…) values as red, green and blue of 0 to 255."""
        if system is ColorSystem.EIGHT_BIT and self.name in _MANY_COLORS:
            entries = np.array(_MANY_COLORS[self.name])
            return entry_colors(entries[self._steps(values, len(entries))])
        anchors = np.array([rgb(color) for color in _anchors(self.name)], dtype=np.float64)
        place = self.position(values)
        steps = np.linspace(0.0, 1.0, len(anchors))
        parts = [np.interp(place, steps, anchors[:, part]) for part in range(3)]
        return np.rint(np.stack(parts, axis=-1)).astype(np.uint8)

    def few_colors(self, values: Array) -> list[str]:
        """Return the names of the colours of (count,) values where there are 16 of them."""
        names = _FEW_COLORS[self.name]
        return [names[step] for step in self._steps(values, len(names)).tolist()]

    def position(self, values: Array) -> Array:
        """Return where each value lies between low (0) and high (1); an empty cell is low."""
        return np.nan_to_num(self.stage.positions(values))

    def _steps(self, values: Array, count: int) -> Array:
        """Return in which of `count` equal parts of the scale each value lies."""
        steps: Array = np.minimum((self.position(values) * count).astype(int), count - 1)
        return steps


def shown_scale(stage: ColorScale, color_map: str | None) -> Scale:
    """Return how a stage is shown: in its own colours, or in those of a map that was asked for.

    >>> shown_scale(ColorScale(ScaleKind.SEQUENTIAL, 0, 9), "blue-red").stage.named
    '-9 … 0 … 9'
    """
    if color_map is None or stage.kind is ScaleKind.NEUTRAL:
        return Scale(_MAPS.get(stage.kind, stage.kind), stage)
    if color_map in _AROUND_ZERO:
        far = max(abs(stage.low), abs(stage.high))
        return Scale(color_map, ColorScale(ScaleKind.SIGNED, -far, far))
    return Scale(color_map, stage)


def _anchors(name: str) -> tuple[str, ...]:
    # Cells have a ground of their own, whatever the terminal's is: that of light.
    return COLOR_MAPS[name] if name in COLOR_MAPS else stops(ScaleKind(name), "light")


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
    """Return a background colour with black or white text, whichever is easier to read."""
    text = text_on(hexadecimal(np.array(background.get_truecolor())))
    return Style.from_color(Color.parse(text), background)
