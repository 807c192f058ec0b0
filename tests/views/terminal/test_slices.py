from __future__ import annotations

import re

import numpy as np
import pytest
from rich.color import ColorSystem

from cnncalc.shapes import Pads
from cnncalc.views.colors import fitted_scale
from cnncalc.views.terminal.screen import Display, Screen
from cnncalc.views.terminal.slices import draw_volume
from cnncalc.views.terminal.volumes import Volume, channel_labels
from cnncalc.views.trace_colors import input_scale
from tests.views.terminal.rendering import color_screen, plain, screen

RAMP = np.add.outer(np.arange(40.0), np.arange(40.0))[:, :, np.newaxis]


def volume(values, **options):
    labels = channel_labels(values.shape[2], is_image=options.get("is_image", False))
    is_image = options.get("is_image", False)
    scale = input_scale(values) if is_image else fitted_scale(values, is_signed=False)
    return Volume(values, labels, scale, **options)


def draw(values, on, **options):
    return plain(draw_volume(volume(values, **options), on))


def has_pixels(lines):
    return any("▀" in line for line in lines)


def test_one_channel_has_no_label():
    assert draw(np.ones((1, 2, 1)), screen()) == ["    0  1", "  ┌─────", "0 │ 1  1"]


def test_slices_are_labelled_and_stand_side_by_side():
    lines = draw(np.arange(8.0).reshape(2, 2, 2), screen())
    assert lines == [
        "channel 0 of 2   channel 1 of 2",
        "    0  1             0  1",
        "  ┌─────           ┌─────",
        "0 │ 0  2         0 │ 1  3",
        "1 │ 4  6         1 │ 5  7",
    ]


def test_the_channels_of_a_small_image_are_named_and_shown_in_colour():
    values = np.zeros((2, 2, 3))
    values[:, :, 0] = 255
    lines = list(draw_volume(volume(values, is_image=True), color_screen(width=100)))
    assert "channel 0 of 3 (red)" in lines[0].plain
    assert lines[0].plain.endswith("in colour")
    # Two pixels a side become 24, and a line shows two rows of them.
    assert len(lines) == 1 + 12
    assert lines[5].spans[-1].style.color.triplet == (255, 0, 0)


@pytest.mark.parametrize("on", [screen(width=100), color_screen(width=100, encoding="latin-1")])
def test_there_is_no_colour_picture_where_there_are_no_pixels(on):
    assert "in colour" not in "".join(draw(np.ones((2, 2, 3)), on, is_image=True))


def test_padding_around_an_image_is_not_drawn_as_colour():
    pads = Pads(1, 1, 1, 1)
    lines = draw(np.ones((3, 3, 3)), color_screen(width=100), is_image=True, pads=pads)
    assert "in colour" not in "".join(lines)


def test_pixels_that_fit_come_with_their_corners():
    lines = draw(RAMP, color_screen(height=30))
    assert [len(line) for line in lines[:20]] == [40] * 20
    assert lines[20:22] == ["lowest 0, highest 78, mean 39", "0 is light green, 78 is dark green"]
    assert lines[-1].split() == ["39", "39", "40", "41", "…", "76", "77", "78"]


def test_a_photo_is_shrunk_to_the_screen_and_shows_its_corners():
    photo = np.tile(RAMP, (10, 10, 1))
    lines = draw(photo, color_screen(height=30))
    # 24 lines are left for it: 48 pixels a side.
    assert len([line for line in lines if "▀" in line]) == 24
    assert {len(line) for line in lines if "▀" in line} == {48}
    assert any(line.endswith("400×400 pixels, drawn as 48×48") for line in lines)
    assert lines[-1].split()[0] == "399"


def test_full_adds_all_numbers_to_a_picture():
    lines = draw(RAMP, color_screen(full=True))
    assert has_pixels(lines)
    assert "columns 0 to 18 of 0 to 39" in lines
    numbers = [line.split()[1:] for line in lines if line[:2].strip().isdigit()]
    assert sum(map(len, numbers)) >= 40 * 40


def test_full_of_a_huge_photo_shows_corners_and_says_why():
    lines = draw(np.zeros((600, 600, 1)), color_screen(full=True))
    assert lines[-1] == "360,000 numbers are too many to print; a file (-o) holds them all."
    assert lines[-2].split()[0] == "599"


def test_a_colour_photo_is_one_picture():
    values = np.zeros((100, 200, 3))
    values[:, :, 1] = 200
    lines = list(draw_volume(volume(values, is_image=True), color_screen(height=30)))
    assert lines[0].spans[0].style.color.triplet == (0, 200, 0)
    assert "100×200 pixels, drawn as 40×80" in plain(lines)


def test_a_dark_photo_stays_dark_and_a_map_of_numbers_is_stretched():
    dark = np.full((100, 100, 1), 10.0)
    dark[0] = 20
    [image, *_] = draw_volume(volume(dark, is_image=True), color_screen())
    [result, *_] = draw_volume(volume(dark), color_screen())
    assert max(image.spans[0].style.color.triplet) < 30
    assert result.spans[0].style.color.triplet == (0, 68, 27)


def test_numbers_between_0_and_1_are_stretched_too():
    values = np.tile(np.linspace(0, 1, 100), (100, 1))[:, :, np.newaxis]
    lines = draw(values, color_screen(), is_image=True)
    assert any("0 is black, 1 is white" in line for line in lines)


def test_another_colour_map_applies_to_pictures():
    lines = draw(RAMP, color_screen(height=30, colors="viridis"))
    assert "viridis, from 0 to 78" in lines


def test_several_maps_share_one_scale():
    values = np.concatenate([RAMP, 100 * RAMP], axis=2)
    lines = list(draw_volume(volume(values), color_screen(width=100, height=30)))
    assert lines[0].plain.split("   ")[0] == "channel 0 of 2"
    last = lines[20]
    corners = [span.style for span in last.spans if span.end in (40, last.cell_len)]
    pale, dark = (style.bgcolor.triplet for style in corners)
    assert min(pale) > 240
    assert dark == (0, 68, 27)
    assert "0 is light green, 7800 is dark green" in plain(lines)


def test_each_of_several_maps_says_its_own_range():
    lines = draw(np.concatenate([RAMP, 100 * RAMP], axis=2), color_screen(width=100, height=30))
    ranges = ["lowest 0, highest 78, mean 39", "lowest 0, highest 7800, mean 3900"]
    assert re.split(" {3,}", lines[21]) == ranges
    assert sum("lowest 0" in line for line in lines) == 1


def test_without_colours_a_picture_is_drawn_by_density():
    lines = draw(RAMP, screen(height=30))
    assert not has_pixels(lines)
    assert lines[0].startswith("  ")
    assert lines[0].endswith("▒")
    assert lines[19].endswith("▓" + "█" * 14)
    assert "the denser, the larger: blank is 5 or less, █ is 73 or more" in lines


def test_without_colours_a_colour_photo_is_one_picture_of_its_brightness():
    values = np.zeros((100, 200, 3))
    values[:, 100:, 1] = 255
    values[:, :100, 2] = 255
    lines = draw(values, screen(height=30), is_image=True)
    assert lines[0] == " " * 40 + "█" * 40
    assert "the denser, the larger: blank is 29.07 or less, █ is 149.7 or more" in lines[20]


def test_with_16_colours_too():
    assert draw(RAMP, screen(height=30, colors=ColorSystem.STANDARD))[19].endswith("▓" + "█" * 14)


def test_with_256_colours_a_colour_map_is_that_of_the_numbers():
    on = Screen(80, 30, ColorSystem.EIGHT_BIT, "utf-8", Display(colors="viridis"))
    [first, *_] = draw_volume(volume(RAMP), on)
    assert first.spans[0].style.color.number == 53


def test_empty_cells_are_left_out_of_the_range():
    values = RAMP.copy()
    values[0] = np.nan
    assert "lowest 1, highest 78, mean 39.5" in draw(values, color_screen())


def test_many_slices_are_cut_off_unless_full():
    values = np.zeros((1, 1, 40))
    lines = draw(values, screen())
    assert "channel 31 of 40" in "".join(lines)
    assert "channel 32 of 40" not in "".join(lines)
    assert lines[-1] == "… and 8 more; --full shows them all."
    assert "channel 39 of 40" in "".join(draw(values, screen(full=True)))
