from __future__ import annotations

import numpy as np
import pytest
from rich.color import Color, ColorSystem

from cnncalc.views.colors import ColorScale, ScaleKind, fitted_scale
from cnncalc.views.terminal.colors import (
    COLOR_MAPS,
    LUMA,
    entry_colors,
    nearest_entries,
    shades,
    shown_scale,
)

# Every look that numbers can have: the maps by their names, None for the stage's own.
LOOKS = [
    *((name, ScaleKind.SEQUENTIAL) for name in COLOR_MAPS),
    *((None, kind) for kind in ScaleKind if kind is not ScaleKind.NEUTRAL),
]


def scale_of(values, name):
    """A stage of these numbers, from the lowest to the highest, in a colour map."""
    low, high = np.nanmin(values), np.nanmax(values)
    return shown_scale(ColorScale(ScaleKind.SEQUENTIAL, low, high), name)


def looking(look):
    name, kind = look
    return shown_scale(ColorScale(kind, -1, 1), name)


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
    assert (scale.stage.low, scale.stage.high) == (-8, 8)
    red, green, blue = scale.colors(values)[1].tolist()
    assert red == green == blue == 247


def test_a_constant_matrix_and_empty_cells_are_lowest():
    assert scale_of(np.full(3, 5.0), "green").position(np.full(3, 5.0)).tolist() == [0, 0, 0]
    values = np.array([np.nan, 1, 2])
    assert scale_of(values, "green").position(values).tolist() == [0, 0, 1]


def test_huge_values_do_not_overflow():
    values = np.array([-1.7e308, 0, 1.7e308])
    assert scale_of(values, "grey").position(values).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT])
def test_text_is_readable_on_every_shade(look, system):
    values = np.linspace(-1, 1, 101)
    for style in shades(values, looking(look), system):
        pair = sorted([luminance(style.color), luminance(style.bgcolor)])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5  # WCAG's contrast for text


@pytest.mark.parametrize("look", LOOKS)
def test_16_colours_are_plain_ones_with_black_or_white_text(look):
    values = np.linspace(-1, 1, 101)
    styles = shades(values, looking(look), ColorSystem.STANDARD)
    backgrounds = [style.bgcolor.number for style in styles]
    assert all(number < 8 for number in backgrounds)
    assert len(set(backgrounds)) >= 2
    assert {style.color.name for style in styles} <= {"black", "white"}
    assert all(style.color.name != style.bgcolor.name for style in styles)


@pytest.mark.parametrize("look", LOOKS)
def test_256_colours_grow_steadily_darker_or_lighter(look):
    values = np.linspace(-1, 1, 101)
    styles = shades(values, looking(look), ColorSystem.EIGHT_BIT)
    assert all(style.bgcolor.number >= 16 for style in styles)  # rich converts nothing any more
    steps = np.diff([luminance(style.bgcolor) for style in styles])
    rising, falling = (steps >= 0), (steps <= 0)
    both = np.r_[rising[:50], falling[50:]]
    known = {"green": falling, "blue-red": both, "signed": both}
    expected = known.get(looking(look).name, rising)
    assert expected.all()
    assert len({style.bgcolor.number for style in styles}) >= 7


def test_256_colours_have_a_green_that_is_neither_olive_nor_teal():
    values = np.linspace(0, 1, 101)
    for style in shades(values, scale_of(values, "green"), ColorSystem.EIGHT_BIT):
        red, green, blue = style.bgcolor.get_truecolor()
        assert red == blue <= green


def test_a_constant_stage_is_neutral_in_every_map():
    values = np.full(3, 5.0)
    stage = fitted_scale(values, is_signed=True)
    for name in (None, *COLOR_MAPS):
        for system in (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD):
            (ground,) = {
                style.bgcolor for style in shades(values, shown_scale(stage, name), system)
            }
            red, green, blue = ground.get_truecolor()
            assert min(red, green, blue) >= 190


def test_signed_numbers_are_blue_below_0_white_at_0_and_orange_above():
    stage = ColorScale(ScaleKind.SIGNED, -3, 3)
    below, zero, above = shown_scale(stage, None).colors(np.array([-3.0, 0, 3])).tolist()
    assert below[2] > below[0]
    assert zero == [255, 255, 255]
    assert above[0] > above[2]


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
