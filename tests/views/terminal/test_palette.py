from __future__ import annotations

import numpy as np
from rich.color import Color

from cnncalc.views.terminal.palette import LUMA, entry_colors, nearest_entries

ENTRIES = np.arange(16, 256)


def test_entries_have_the_colours_that_terminals_give_them():
    known = [tuple(Color.from_ansi(entry).get_truecolor()) for entry in ENTRIES.tolist()]
    assert list(map(tuple, entry_colors(ENTRIES).tolist())) == known


def test_each_entry_is_nearest_to_itself():
    assert nearest_entries(entry_colors(ENTRIES)).tolist() == ENTRIES.tolist()


def test_no_other_entry_is_nearer():
    colors = np.random.default_rng(0).integers(0, 256, (500, 3))
    apart = (colors[:, np.newaxis] - entry_colors(ENTRIES).astype(float)) ** 2 @ LUMA
    found = nearest_entries(colors)
    np.testing.assert_allclose(apart[np.arange(500), found - 16], apart.min(axis=1))


def test_greys_stay_grey_and_in_order():
    greys = np.arange(256)[:, np.newaxis].repeat(3, axis=1)
    found = entry_colors(nearest_entries(greys)).astype(int)
    assert (np.ptp(found, axis=1) == 0).all()
    assert (np.diff(found[:, 0]) >= 0).all()
    assert abs(found[:, 0] - np.arange(256)).max() <= 9
