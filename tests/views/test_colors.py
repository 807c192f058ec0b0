"""One language of colours: what looks like what, in every theme, for every eye."""

import typing

import numpy as np
import pytest

from cnncalc.rules.ranges import ANY, PIXELS, SHARES, Range
from cnncalc.views.colors import (
    LOOKS,
    ColorScale,
    ScaleKind,
    Theme,
    color_of,
    hexadecimal,
    luminance,
    pixel_scale,
    rgb,
    scale_of,
    stops,
    text_on,
)

THEMES = typing.get_args(Theme)
NOT_NEGATIVE = Range(0, np.inf)


def contrast(one, other):
    lights = sorted(float(luminance(np.array(rgb(color)))) + 0.05 for color in (one, other))
    return lights[1] / lights[0]


def test_pixels_look_as_they_are_and_the_articles_as_in_the_article():
    numbers = np.array([0.0, 255.0])
    for theme in THEMES:
        assert color_of(numbers, pixel_scale(), theme).tolist() == [[0] * 3, [255] * 3]
        light, dark = color_of(numbers, pixel_scale(is_article=True), theme)
        assert hexadecimal(light) == "#f7fcf5"
        assert hexadecimal(dark) == "#00441b"
    assert color_of(np.array([1.0]), pixel_scale(1)).tolist() == [[255] * 3]


@pytest.mark.parametrize("theme", THEMES)
def test_zero_of_two_signs_is_the_paper_and_the_signs_are_blue_and_orange(theme):
    below, zero, above = color_of(
        np.array([-3.0, 0, 3.0]), ColorScale(ScaleKind.SIGNED, -3, 3), theme
    )
    assert hexadecimal(zero) == LOOKS[theme].paper
    assert below[2] > below[0]
    assert above[0] > above[2]


def test_a_scale_has_two_signs_where_numbers_can_be_negative_whatever_they_are():
    assert scale_of(np.array([1.0, 5.0]), ANY) == ColorScale(ScaleKind.SIGNED, -5, 5)
    assert scale_of(np.array([1.0, 5.0]), NOT_NEGATIVE) == ColorScale(ScaleKind.SEQUENTIAL, 0, 5)
    assert scale_of(np.array([4.0, 5.0]), NOT_NEGATIVE) == ColorScale(ScaleKind.SEQUENTIAL, 4, 5)
    assert scale_of(np.array([-7.0, 5.0]), ANY).named == "-7 … 0 … 7"


def test_shares_and_pixels_have_fixed_ends_and_what_is_alike_none():
    assert scale_of(np.array([0.2, 0.3]), SHARES).ends == ("0", "1")
    assert scale_of(np.array([20.0, 30.0]), PIXELS).ends == ("0", "255")
    assert scale_of(np.array([2.5, 2.5]), ANY) == ColorScale(ScaleKind.NEUTRAL, 2.5, 2.5)
    assert scale_of(np.array([2.5, 2.5]), ANY).ends == ("2.5",)


def test_empty_cells_have_no_part_in_a_scale_and_a_colour_of_their_own():
    values = np.array([np.nan, 3.0, 4.0])
    scale = scale_of(values, NOT_NEGATIVE)
    assert (scale.low, scale.high) == (3, 4)
    assert hexadecimal(color_of(values, scale)[0]) == LOOKS["light"].empty
    assert scale_of(np.array([np.nan]), ANY).kind is ScaleKind.NEUTRAL


def test_huge_numbers_have_colours():
    scale = scale_of(np.array([-1.7e308, 1.7e308]), ANY)
    assert hexadecimal(color_of(np.array([1.7e308]), scale)[0]) == stops(scale.kind, "light")[-1]


def test_numbers_beyond_the_ends_are_told_and_look_like_them():
    values = np.array([-1.0, 0, 255, 256])
    assert pixel_scale().clipped(values).tolist() == [True, False, False, True]
    colors = color_of(values, pixel_scale())
    assert colors[0].tolist() == colors[1].tolist()


def test_a_volume_keeps_its_shape():
    assert color_of(np.zeros((2, 3, 4)), pixel_scale()).shape == (2, 3, 4, 3)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", list(ScaleKind))
def test_text_is_readable_on_every_colour_of_every_scale(theme, kind):
    scale = ColorScale(kind, 0, 1)
    for color in map(hexadecimal, color_of(np.linspace(0, 1, 101), scale, theme)):
        assert contrast(color, text_on(color)) > 4.3, color


@pytest.mark.parametrize("theme", ["light", "print"])
def test_greens_are_ever_darker_and_those_on_dark_ever_lighter(theme):
    steps = np.linspace(0, 1, 50)
    sequential = ColorScale(ScaleKind.SEQUENTIAL, 0, 1)
    assert (np.diff(luminance(color_of(steps, sequential, theme))) < 0).all()
    assert (np.diff(luminance(color_of(steps, sequential, "dark"))) > 0).all()


def test_grey_print_tells_the_ends_of_two_signs_apart():
    blue, orange = (stops(ScaleKind.SIGNED, "print")[end] for end in (0, -1))
    assert contrast(blue, orange) > 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_written_and_pointed_with_stands_out_from_the_paper(theme):
    look = LOOKS[theme]
    for color in (look.ink, look.muted, look.weights, look.products, look.result):
        assert contrast(color, look.paper) > 4.5, color
    assert contrast(look.window, look.paper) > 3.5
