"""The colours of a terminal that has 256 of them, and the nearest one to any other colour.

240 of them are the same everywhere: a cube of 6×6×6 (16 to 231) and 24 greys (232 to 255). rich
would round each part by itself, which turns grey to blue and light green to olive.
Source: https://invisible-island.net/xterm/xterm.faq.html, and xterm's 256colres.pl
"""

from __future__ import annotations

import numpy as np

from cnncalc.network import Array

__all__ = ["entry_colors", "nearest_entries"]

LEVELS = np.array([0.0, 95.0, 135.0, 175.0, 215.0, 255.0])
CUBE, GREYS = 16, 232
DARKEST_GREY, GREY_STEP, MOST_GREYS = 8.0, 10.0, 24
# How much red, green and blue count for the eye: the luma of ITU-R BT.601.
LUMA = np.array([0.299, 0.587, 0.114])


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
