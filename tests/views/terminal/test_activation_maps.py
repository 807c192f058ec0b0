from __future__ import annotations

import numpy as np
import pytest

from cnncalc.views.colors import fitted_scale
from cnncalc.views.terminal.activation_maps import draw_maps
from cnncalc.views.terminal.volumes import Volume, channel_labels
from tests.views.terminal.rendering import color_screen, plain, screen


def maps(height, width, channels):
    """Each map rises from its left to its right, the more the later its channel."""
    rising = np.broadcast_to(np.arange(width, dtype=float), (height, width))
    return rising[:, :, np.newaxis] * np.arange(1, channels + 1)


def drawn(values, wanted):
    return plain(draw_maps(volume(values), wanted))


def volume(values, *, is_signed=False):
    labels = channel_labels(values.shape[2])
    return Volume(values, labels, fitted_scale(values, is_signed=is_signed))


def test_few_numbers_are_numbers():
    assert drawn(maps(2, 3, 2), screen()) == [
        "channel 0 of 2   channel 1 of 2",
        "    0  1  2          0  1  2",
        "  ┌────────        ┌────────",
        "0 │ 0  1  2      0 │ 0  2  4",
        "1 │ 0  1  2      1 │ 0  2  4",
    ]


def test_many_maps_are_small_pictures_side_by_side():
    lines = drawn(maps(10, 10, 16), screen(width=80))
    labels = [line.split() for line in lines if line[:1].isdigit()]
    assert [len(row) for row in labels] == [6, 6, 4]
    assert [label for row in labels for label in row] == list(map(str, range(16)))
    assert " ".join(lines[-2:]).endswith(
        "the denser, the larger: blank is 0 or less, █ is 135 or more, in all maps"
    )


@pytest.mark.parametrize(("height", "width", "channels"), [(28, 28, 6), (300, 200, 10), (5, 5, 16)])
def test_a_sheet_fits_the_screen(height, width, channels):
    wanted = color_screen(width=100, height=60)
    lines = drawn(maps(height, width, channels), wanted)
    assert max(map(len, lines)) <= 100
    assert len(lines) <= 60


def test_small_maps_are_enlarged_and_large_ones_shrunk():
    small = drawn(maps(5, 5, 16) / 3, color_screen(width=120, height=60))
    assert "▀" * 15 + " " in small[1]
    large = drawn(maps(300, 300, 10), color_screen(width=120, height=60))
    assert "300×300 numbers, drawn as 27×27" in " ".join(large)


def test_a_single_map_has_no_number():
    assert drawn(maps(40, 40, 1), color_screen(width=120, height=60))[0].startswith("▀")


def test_all_maps_share_one_scale_so_that_a_dead_one_looks_dead():
    values = maps(40, 40, 2)
    values[:, :, 1] = 0
    values[:, :, 0] -= 20
    lines = list(draw_maps(volume(values, is_signed=True), color_screen(width=120, height=60)))
    first, dead = lines[1].spans[:40], lines[1].spans[40:]
    assert len({str(span.style) for span in first}) > 20
    assert {str(span.style) for span in dead} == {"#ffffff on #ffffff"}
    assert lines[-1].plain == "-20 is blue, 0 is white, 20 is orange, in all maps"


def test_maps_of_nothing_but_zeros_are_neutral():
    lines = list(draw_maps(volume(maps(40, 40, 2) * 0), color_screen(width=120, height=60)))
    assert {str(span.style) for span in lines[1].spans} == {"#e9edef on #e9edef"}
    assert lines[-1].plain == "all are 0, in all maps"


def test_of_very_many_maps_the_first_are_shown():
    lines = drawn(maps(20, 20, 40), color_screen(width=120, height=60))
    assert lines[-1] == "… and 8 more; --full shows them all."


def test_full_shows_every_number():
    lines = drawn(maps(12, 12, 8), screen(width=200, full=True))
    assert sum("channel " in line for line in lines) > 1
    assert "88" in " ".join(lines)
