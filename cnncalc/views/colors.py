"""The one language of colours, of terminal, page, film and figure, which know no others.

The kind of a scale says what its numbers are; a theme says on what it is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
from cnncalc.rules.ranges import PIXELS, SHARES, Range
from cnncalc.views.numbers import format_number
from cnncalc.wording import Word

__all__ = [
    "LOOKS",
    "ColorScale",
    "Look",
    "ScaleKind",
    "Theme",
    "color_of",
    "fitted_scale",
    "hexadecimal",
    "image_scale",
    "luminance",
    "pixel_scale",
    "rgb",
    "scale_of",
    "stops",
    "text_on",
]

Theme = Literal["light", "dark", "print"]


class ScaleKind(Word):
    """What the numbers of a scale are, and so what they look like."""

    PIXELS = "pixels"  # as they look: black to white
    ARTICLE = "article"  # a grid of the article's: light to dark green, as there
    SEQUENTIAL = "sequential"  # from the lowest, 0 or above, to the highest
    SHARE = "share"  # from 0 to 1
    SIGNED = "signed"  # blue below 0, orange above, the paper's colour at 0
    NEUTRAL = "neutral"  # all alike


@dataclass(frozen=True)
class Look:
    """A theme's colours beside its scales.

    The `paper`, what is written (`ink`, `muted`), thin lines; a `window` on its input has a solid
    outline and its `weights` a dashed one, so that colour is never the only sign; `products` are
    between them, a `result` is what comes of them. Cells of `weight_fill` may be changed, those of
    `padding_fill` were added around the input, `empty` ones hold no number (yet).
    """

    paper: str
    ink: str
    muted: str
    line: str
    window: str
    weights: str
    products: str
    result: str
    weight_fill: str
    padding_fill: str
    neutral: str
    empty: str


# Vermillion, blue, green and purple of Okabe and Ito (https://jfly.uni-koeln.de/color/), which
# people with any colour vision tell apart; lighter on dark, darker in print.
LOOKS: Mapping[Theme, Look] = MappingProxyType(
    {
        "light": Look(
            *("#ffffff", "#1b1f23", "#5f6b73", "#c9d1d6"),
            *("#d55e00", "#0072b2", "#8a4f7d", "#00765a"),
            *("#fff6d6", "#f1f3f4", "#e9edef", "#fafbfb"),
        ),
        "dark": Look(
            *("#14181c", "#e8ecef", "#9aa6ae", "#3b444b"),
            *("#ff8c42", "#5ab4f0", "#d79ac6", "#3fcf9f"),
            *("#3a3520", "#262c31", "#2d343a", "#1a1f24"),
        ),
        "print": Look(
            *("#ffffff", "#000000", "#4a4a4a", "#9a9a9a"),
            *("#b34700", "#00558a", "#6b3a60", "#005c46"),
            *("#ffffff", "#eeeeee", "#e4e4e4", "#ffffff"),
        ),
    }
)

# Evenly spaced from low to high. Greens, blues and oranges: ColorBrewer's (https://colorbrewer2.org),
# their dark ends cut; in grey print greens are ever darker, and blue is far darker than orange.
_GREENS = ("#f7fcf5", "#c7e9c0", "#74c476", "#238b45", "#00441b")
_GREENS_ON_DARK = ("#18241c", "#1f4d30", "#2f8a4e", "#7bd389", "#d6f7d4")
_SIGNED: Mapping[Theme, tuple[str, ...]] = {
    "light": ("#08519c", "#6baed6", "#ffffff", "#fdae6b", "#b3450b"),
    "dark": ("#a9d2ff", "#3a7bd5", "#14181c", "#d9822b", "#ffd6a3"),
    "print": ("#08306b", "#4a86c0", "#ffffff", "#fdd0a2", "#f59a48"),
}

# Of the digits that cnncalc brings along.
DIGITS_LEVEL = 16.0

# From this luminance on black stands out more: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
_MIDDLE = 0.179
_LIGHT_TEXT, _DARK_TEXT = "#ffffff", "#000000"


def stops(kind: ScaleKind, theme: Theme) -> tuple[str, ...]:
    """Return the colours of a kind of scale, evenly spaced from its low end to its high one.

    >>> stops(ScaleKind.PIXELS, "dark")
    ('#000000', '#ffffff')
    """
    match kind:
        case ScaleKind.PIXELS:
            return ("#000000", "#ffffff")
        case ScaleKind.ARTICLE:
            return _GREENS
        case ScaleKind.SEQUENTIAL | ScaleKind.SHARE:
            return _GREENS_ON_DARK if theme == "dark" else _GREENS
        case ScaleKind.SIGNED:
            return _SIGNED[theme]
        case ScaleKind.NEUTRAL:
            return (LOOKS[theme].neutral,)


@dataclass(frozen=True)
class ColorScale:
    """A kind of scale laid over the numbers from `low` to `high`: one for a whole stage."""

    kind: ScaleKind
    low: float
    high: float

    def positions(self, values: Array) -> Array:
        """Return where (…) values lie between low (0) and high (1), NaN where a cell is empty."""
        if self.high <= self.low:
            return np.asarray(values, dtype=np.float64) * 0
        # Halves, because high − low of two huge numbers would overflow.
        span = self.high / 2 - self.low / 2
        halves = np.asarray(values, dtype=np.float64) / 2
        places: Array = np.clip((halves - self.low / 2) / span, 0.0, 1.0)
        return places

    def clipped(self, values: Array) -> NDArray[np.bool_]:
        """Tell which of (…) values lie outside, and so look like an end that they aren't."""
        numbers = np.asarray(values, dtype=np.float64)
        outside: NDArray[np.bool_] = (numbers < self.low) | (numbers > self.high)
        return outside

    @property
    def ends(self) -> tuple[str, ...]:
        """Its ends as texts of few digits, and 0 where it has two signs.

        >>> ColorScale(ScaleKind.SIGNED, -271.6584, 271.6584).ends
        ('-271.7', '0', '271.7')
        """
        low, high = map(_end, (self.low, self.high))
        if self.kind is ScaleKind.NEUTRAL:
            return (low,)
        return (low, "0", high) if self.kind is ScaleKind.SIGNED else (low, high)

    @property
    def named(self) -> str:
        """Its ends in one text.

        >>> ColorScale(ScaleKind.SHARE, 0, 1).named
        '0 … 1'
        """
        return " … ".join(self.ends)


def _end(number: float) -> str:
    """Write an end with a few digits, or all of those before its point."""
    size = abs(number)
    if size < 1:
        return format_number(number, 3, significant=True)
    return format_number(number, max(0, 3 - int(np.log10(size))))


def pixel_scale(highest: float = PIXELS.high, *, is_article: bool = False) -> ColorScale:
    """Return the scale of an image: of pixels from 0 to 255, or to another `highest` level."""
    kind = ScaleKind.ARTICLE if is_article else ScaleKind.PIXELS
    return ColorScale(kind, 0, highest)


def image_scale(values: Array, *, is_article: bool = False) -> ColorScale:
    """Return the scale of an image, or of several: of levels to 255, of shares to 1.

    The handwritten digits have levels to 16, which a batch of them reaches. What is all 0 is black.

    >>> image_scale(np.array([0.0, 9.0])).ends, image_scale(np.array([0.0, 16.0])).ends
    (('0', '255'), ('0', '16'))
    """
    most = float(np.fmax.reduce(values, axis=None))
    if is_article:
        return pixel_scale(is_article=True)
    if most in (SHARES.low, DIGITS_LEVEL):
        return pixel_scale(most or PIXELS.high)
    return pixel_scale(next((of.high for of in (SHARES, PIXELS) if most <= of.high), most))


def scale_of(values: Array, of: Range) -> ColorScale:
    """Return the one scale of all numbers of a stage.

    Arguments: all its `values`, of every channel; the range `of` what they can be. It has two signs
    where a number can be negative, whether or not one is, and its ends are as far from 0.

    >>> numbers = np.array([[0.25, 0.5]])
    >>> scale_of(numbers, Range(-np.inf, np.inf)).named, scale_of(numbers, SHARES).named
    ('-0.5 … 0 … 0.5', '0 … 1')
    """
    if of == SHARES:
        return ColorScale(ScaleKind.SHARE, 0, 1)
    if of == PIXELS:
        return pixel_scale()
    return fitted_scale(values, is_signed=of.is_signed)


def fitted_scale(values: Array, *, is_signed: bool) -> ColorScale:
    """Return a scale whose ends are those of the numbers; of two signs, as far from 0.

    Arguments: all `values` of a stage; `is_signed`, whether one can be negative. One without signs
    begins with 0, unless all numbers are far from it.
    """
    low = float(np.fmin.reduce(values, axis=None))
    high = float(np.fmax.reduce(values, axis=None))
    if np.isnan(low) or low == high:
        return ColorScale(ScaleKind.NEUTRAL, low, low)
    if is_signed or low < 0:
        far = max(abs(low), abs(high))
        return ColorScale(ScaleKind.SIGNED, -far, far)
    return ColorScale(ScaleKind.SEQUENTIAL, 0.0 if low < high / 2 else low, high)


def color_of(values: Array, scale: ColorScale, theme: Theme = "light") -> NDArray[np.uint8]:
    """Return the (…, 3) colours of (…) values as red, green and blue of 0 to 255.

    >>> color_of(np.array([-2.0, 0.0]), ColorScale(ScaleKind.SIGNED, -2, 2)).tolist()
    [[8, 81, 156], [255, 255, 255]]
    """
    anchors = np.array([rgb(color) for color in stops(scale.kind, theme)], dtype=np.float64)
    places = scale.positions(values)
    steps = np.linspace(0.0, 1.0, len(anchors))
    empty = rgb(LOOKS[theme].empty)
    shown = [np.interp(places, steps, anchors[:, part]) for part in range(3)]
    parts = [np.where(np.isnan(places), empty[part], shown[part]) for part in range(3)]
    colors: NDArray[np.uint8] = np.rint(np.stack(parts, axis=-1)).astype(np.uint8)
    return colors


def luminance(colors: Array) -> Array:
    """Return the luminance (…) of (…, 3) colours, 0 to 1, as the eye weighs them.

    https://www.w3.org/TR/WCAG21/#dfn-relative-luminance

    >>> luminance(np.array([255, 255, 255])).item()
    1.0
    """
    parts = np.asarray(colors, dtype=np.float64) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    weighed: Array = linear @ np.array([0.2126, 0.7152, 0.0722])
    return weighed


def text_on(background: str) -> str:
    """Return the colour of text that is easiest to read on a background.

    >>> text_on("#00441b"), text_on("#f7fcf5")
    ('#ffffff', '#000000')
    """
    is_dark = float(luminance(np.array(rgb(background)))) < _MIDDLE
    return _LIGHT_TEXT if is_dark else _DARK_TEXT


def rgb(color: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour written as #rrggbb.

    >>> rgb("#0072b2")
    (0, 114, 178)
    """
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def hexadecimal(color: Array) -> str:
    """Return a (3,) colour as #rrggbb.

    >>> hexadecimal(np.array([0, 114, 178]))
    '#0072b2'
    """
    return "#" + "".join(f"{int(part):02x}" for part in color)
