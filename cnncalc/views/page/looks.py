"""The colours of a page, theme by theme."""

from __future__ import annotations

from cnncalc.views.colors import LOOKS, ScaleKind, Theme, stops

__all__ = ["looks", "palettes"]

_THEMES: tuple[Theme, ...] = ("light", "dark", "print")


def palettes() -> dict[Theme, dict[str, tuple[str, ...]]]:
    """Return each theme's colours of each kind of scale, evenly apart between low and high."""
    return {
        theme: {kind: found for kind in ScaleKind if len(found := stops(kind, theme)) > 1}
        for theme in _THEMES
    }


# The names that the style has for a look's colours.
_STYLE_NAMES = {
    "--paper": "paper",
    "--ink": "ink",
    "--muted": "muted",
    "--hue-0": "window",
    "--hue-1": "weights",
    "--hue-2": "products",
    "--hue-3": "result",
    "--weights-fill": "weight_fill",
    "--padding-fill": "padding_fill",
    "--neutral-fill": "neutral",
}


def looks() -> dict[Theme, dict[str, str]]:
    """Return each theme's other colours, by the names that the style has for them."""
    return {
        theme: {name: getattr(LOOKS[theme], color) for name, color in _STYLE_NAMES.items()}
        for theme in _THEMES
    }
