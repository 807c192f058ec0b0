from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from rich.color import ColorSystem

from cnncalc.views.terminal.colors import Scale
from cnncalc.views.terminal.pictures import draw_density, draw_pixels, shrunk
from tests.views.terminal.rendering import color_screen, plain, screen


def pixels_of(block):
    """The colours of half blocks, upper and lower rows, None below an odd last row."""
    rows = []
    for line in block:
        rows.append([span.style.color.triplet for span in line.spans])
        lower = [span.style.bgcolor for span in line.spans]
        rows.append([color and color.triplet for color in lower])
    return rows


@pytest.mark.parametrize("height", [3, 4])
def test_two_rows_of_pixels_share_a_line(height):
    colors = np.random.default_rng(0).integers(0, 256, (height, 5, 3))
    block = draw_pixels(colors, color_screen())
    assert plain(block) == ["▀" * 5] * 2
    rows = pixels_of(block)
    assert rows[:height] == [[tuple(pixel) for pixel in row] for row in colors.tolist()]
    assert rows[height:] == [[None] * 5] * (4 - height)


def test_with_256_colours_a_grey_picture_has_only_greys():
    greys = np.arange(256).reshape(16, 16, 1).repeat(3, axis=2)
    block = draw_pixels(greys, screen(colors=ColorSystem.EIGHT_BIT))
    colors = [color for line in block for span in line.spans
              for color in (span.style.color, span.style.bgcolor)]  # fmt: skip
    assert all(color.number >= 16 for color in colors)
    assert all(len(set(color.get_truecolor())) == 1 for color in colors)


def test_shrinking_takes_the_mean_of_the_pixels_below():
    values = np.random.default_rng(0).random((12, 6, 2))
    small = shrunk(values, (4, 3))
    for row in range(4):
        for column in range(3):
            block = values[3 * row : 3 * row + 3, 2 * column : 2 * column + 2]
            np.testing.assert_allclose(small[row, column], block.mean(axis=(0, 1)))


def test_shrinking_by_no_whole_number_keeps_the_mean():
    values = np.random.default_rng(0).random((7, 5, 1))
    assert shrunk(values, (3, 2)).shape == (3, 2, 1)
    np.testing.assert_allclose(shrunk(np.full((7, 5, 1), 3.5), (3, 2)), 3.5)


def test_what_is_small_enough_stays_as_it_is():
    values = np.random.default_rng(0).random((3, 4, 1))
    np.testing.assert_array_equal(shrunk(values, (3, 4)), values)


def test_means_of_huge_numbers_do_not_overflow():
    values = np.array([1.5e308, 1.7e308, -1.7e308, 1e308, 1.6e308]).reshape(5, 1, 1)
    np.testing.assert_allclose(shrunk(values, (2, 1)).ravel(), [1.6e308, 0.3e308])
    np.testing.assert_allclose(shrunk(values.reshape(1, 5, 1), (1, 1)).ravel(), 0.82e308)


def test_a_photo_is_shrunk_without_a_copy_of_it():
    values = np.zeros((2000, 1500, 1))
    tracemalloc.start()
    shrunk(values, (40, 30))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < values.nbytes / 4


def test_denser_characters_are_larger_values():
    values = np.array([[0.0, 128, 255], [0, 128, 255], [255, 0, 0], [255, 0, 100]])
    assert plain(draw_density(values, Scale("grey", 0, 255), screen())) == [" +@", "@ :"]
