from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from rich.color import ColorSystem

from cnncalc.views.colors import ColorScale, ScaleKind, fitted_scale, pixel_scale
from cnncalc.views.terminal.colors import Scale, shown_scale
from cnncalc.views.terminal.pictures import (
    draw_density,
    draw_pixels,
    draw_points,
    picture_scale,
    scale_sentence,
    shrunk,
)
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


ROWS = np.array([[0.0, 128, 255], [0, 128, 255], [255, 0, 0], [255, 0, 100]])


@pytest.mark.parametrize(
    ("encoding", "lines"), [("utf-8", [" ▒█", "█ ░"]), ("ascii", [" +@", "@ :"])]
)
def test_denser_characters_are_larger_values(encoding, lines):
    wanted = screen(encoding=encoding)
    assert plain(draw_density(ROWS, Scale("grey", pixel_scale()), wanted)) == lines


def test_without_colours_a_picture_of_little_contrast_is_stretched():
    points = np.linspace(100, 104, 400).reshape(20, 20, 1)
    scale = picture_scale(points, pixel_scale(), screen())
    assert set("".join(plain(draw_points(points[:, :, 0], scale, screen())))) == set("░▒▓█ ")
    assert scale_sentence(scale, screen()) == (
        "the denser, the larger: blank is 100 or less, █ is 104 or more"
    )


def test_without_colours_a_few_far_pixels_do_not_take_the_contrast():
    points = np.linspace(100, 104, 400)
    points[[0, -1]] = 0, 255
    scale = picture_scale(points.reshape(20, 20, 1), pixel_scale(), screen())
    assert 99 < scale.stage.low < scale.stage.high < 105


def test_without_colours_what_is_nearly_constant_shows_its_few_others():
    points = np.zeros((20, 20, 1))
    points[3, 3] = 9
    scale = picture_scale(points, fitted_scale(points, is_signed=False), screen())
    assert (scale.stage.low, scale.stage.high) == (0, 9)


@pytest.mark.parametrize(
    ("stage", "name", "sentence"),
    [
        (pixel_scale(), None, "0 is black, 255 is white"),
        (pixel_scale(is_article=True), None, "0 is light green, 255 is dark green"),
        (ColorScale(ScaleKind.SIGNED, -3, 3), None, "-3 is blue, 0 is white, 3 is orange"),
        (ColorScale(ScaleKind.NEUTRAL, 7, 7), "viridis", "all are 7"),
        (ColorScale(ScaleKind.SEQUENTIAL, 0, 480), "viridis", "viridis, from 0 to 480"),
    ],
)
def test_a_scale_names_its_ends(stage, name, sentence):
    assert scale_sentence(shown_scale(stage, name), color_screen()) == sentence
