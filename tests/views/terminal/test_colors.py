from __future__ import annotations

import numpy as np
import pytest
from rich.color import Color, ColorSystem

from cnncalc.views.terminal.colors import (
    COLOR_MAPS,
    LUMA,
    entry_colors,
    nearest_entries,
    scale_of,
    shades,
)


def luminance(color):
    parts = np.array(color.get_truecolor()) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_green_goes_from_light_to_dark():
    values = np.linspace(3, 9, 20)
    colors = scale_of(values, "green").colors(values).astype(int)
    assert colors[0].tolist() == [247, 252, 245]
    assert colors[-1].tolist() == [0, 68, 27]
    assert (np.diff(colors.sum(axis=1)) < 0).all()


def test_blue_red_is_white_at_zero_and_even_on_both_sides():
    values = np.array([-2.0, 0, 8])
    scale = scale_of(values, "blue-red")
    assert (scale.low, scale.high) == (-8, 8)
    red, green, blue = scale.colors(values)[1].tolist()
    assert red == green == blue == 247


def test_a_constant_matrix_and_empty_cells_are_lowest():
    assert scale_of(np.full(3, 5.0), "green").position(np.full(3, 5.0)).tolist() == [0, 0, 0]
    values = np.array([np.nan, 1, 2])
    assert scale_of(values, "green").position(values).tolist() == [0, 0, 1]


def test_huge_values_do_not_overflow():
    values = np.array([-1.7e308, 0, 1.7e308])
    assert scale_of(values, "grey").position(values).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("name", COLOR_MAPS)
@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT])
def test_text_is_readable_on_every_shade(name, system):
    values = np.linspace(-1, 1, 101)
    for style in shades(values, scale_of(values, name), system):
        pair = sorted([luminance(style.color), luminance(style.bgcolor)])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5  # WCAG's contrast for text


@pytest.mark.parametrize("name", COLOR_MAPS)
def test_16_colours_are_plain_ones_with_black_or_white_text(name):
    values = np.linspace(-1, 1, 101)
    styles = shades(values, scale_of(values, name), ColorSystem.STANDARD)
    backgrounds = [style.bgcolor.number for style in styles]
    assert all(number < 8 for number in backgrounds)
    assert len(set(backgrounds)) >= 2
    assert {style.color.name for style in styles} <= {"black", "white"}
    assert all(style.color.name != style.bgcolor.name for style in styles)


@pytest.mark.parametrize("name", COLOR_MAPS)
def test_256_colours_grow_steadily_darker_or_lighter(name):
    values = np.linspace(-1, 1, 101)
    styles = shades(values, scale_of(values, name), ColorSystem.EIGHT_BIT)
    assert all(style.bgcolor.number >= 16 for style in styles)  # rich converts nothing any more
    steps = np.diff([luminance(style.bgcolor) for style in styles])
    rising, falling = (steps >= 0), (steps <= 0)
    expected = {"green": falling, "blue-red": np.r_[rising[:50], falling[50:]]}.get(name, rising)
    assert expected.all()
    assert len({style.bgcolor.number for style in styles}) >= 7


def test_256_colours_have_a_green_that_is_neither_olive_nor_teal():
    values = np.linspace(0, 1, 101)
    for style in shades(values, scale_of(values, "green"), ColorSystem.EIGHT_BIT):
        red, green, blue = style.bgcolor.get_truecolor()
        assert red == blue <= green


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
