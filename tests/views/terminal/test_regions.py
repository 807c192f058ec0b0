from __future__ import annotations

import numpy as np
import pytest

from cnncalc.image_regions import ImageRegions, Region
from cnncalc.views.colors import pixel_scale
from cnncalc.views.terminal.regions import draw_region
from tests.views.terminal.rendering import color_screen, plain, screen

IMAGE = np.arange(16.0).reshape(4, 4, 1)

PHOTO = np.full((40, 60, 3), 200.0)


def region(rows, columns, channels=(0,)):
    return ImageRegions((Region(tuple(rows), tuple(columns), tuple(channels)),))


def drawn(image, wanted, on=None):
    return plain(draw_region(image, pixel_scale(), wanted, on or screen()))


def test_a_small_image_has_the_region_in_brackets():
    assert drawn(IMAGE, region([1, 2], [2, 3])) == [
        "Receptive field · 2×2 · 4 of the image's 16 pixels",
        "it depends on rows 1 to 2 and columns 2 to 3 of the image",
        "",
        "       0   1   2   3",
        "    ┌───────────────",
        "  0 │  0   1   2   3",
        "  1 │  4   5  [6] [7]",
        "  2 │  8   9 [10][11]",
        "  3 │ 12  13  14  15",
        "",
    ]


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        ([2], range(4), "row 2 and all columns"),
        ([0, 2], [1, 3], "rows 0 and 2 and columns 1 and 3"),
        ([0, 1, 3], [0], "3 of the rows 0 to 3 and column 0"),
    ],
)
def test_the_region_in_words(rows, columns, said):
    assert drawn(IMAGE, region(rows, columns))[1] == f"it depends on {said} of the image"


def test_every_other_pixel_is_said_to_be_so():
    lines = drawn(PHOTO, region(range(0, 9, 2), range(1, 4), range(3)))
    assert lines[1] == "it depends on rows 0, 2, … 8 and columns 1 to 3 of the image"


def test_a_channel_of_its_own_is_named():
    [_, where, *_] = drawn(PHOTO, region([1], [1], [2]))
    assert where == "it depends on row 1 and column 1 of the image, in channel 2"


def test_several_regions_are_named_one_by_one():
    regions = (region([0, 1], [0, 1]).regions[0], region([3], [3]).regions[0])
    assert drawn(IMAGE, ImageRegions(regions)) == [
        "Receptive field · 2 regions · 5 of the image's 16 pixels",
        "it depends on rows 0 to 1 and columns 0 to 1 of the image",
        "and on row 3 and column 3 of the image",
        "",
        "       0   1   2   3",
        "    ┌───────────────",
        "  0 │ [0] [1]  2   3",
        "  1 │ [4] [5]  6   7",
        "  2 │  8   9  10  11",
        "  3 │ 12  13  14 [15]",
        "",
    ]


def test_pixels_in_two_regions_count_once():
    regions = (region([0, 1], [0, 1]).regions[0], region([1], [1]).regions[0])
    assert "4 of the image's 16 pixels" in drawn(IMAGE, ImageRegions(regions))[0]


def test_what_is_around_many_regions_is_the_most_that_counts():
    around = region([0, 2], [1, 3]).regions
    lines = drawn(IMAGE, ImageRegions(around, is_exact=False))
    assert lines[:2] == [
        "Receptive field · 2×2 · at most 4 of the image's 16 pixels",
        "it depends on at most rows 0 and 2 and columns 1 and 3 of the image",
    ]
    whole = ImageRegions(region(range(4), range(4)).regions, is_exact=False)
    assert drawn(IMAGE, whole)[0] == "Receptive field · at most the whole image, 4×4"


def test_the_whole_image_and_none_of_it_need_no_picture():
    whole = region(range(4), range(4))
    assert drawn(IMAGE, whole) == ["Receptive field · the whole image, 4×4", ""]
    assert drawn(IMAGE, ImageRegions(())) == ["Receptive field · padding alone", ""]


def test_a_photo_is_darkened_but_for_the_region():
    lines = list(
        draw_region(PHOTO, pixel_scale(), region(range(10), range(20), range(3)), color_screen())
    )
    picture = [line for line in lines if "▀" in line.plain]
    assert [line.plain.count("▀") for line in picture] == [60] * 20
    inside, outside = picture[0].spans[0].style, picture[-1].spans[-1].style
    assert inside.color.triplet != outside.color.triplet
    assert inside.color.triplet.blue < inside.color.triplet.red
    assert len(set(outside.color.triplet)) == 1


def test_a_large_photo_is_shrunk_to_the_screen():
    photo = np.random.default_rng(0).normal(size=(300, 400, 1))
    lines = drawn(photo, region(range(5), range(5)), color_screen(width=50))
    assert {line.count("▀") for line in lines if "▀" in line} == {48}


def test_without_colour_a_large_image_shows_what_is_near():
    photo = np.zeros((300, 400, 1))
    lines = drawn(photo, region(range(50, 52), range(60, 62)))
    assert any("[0]" in line for line in lines)
    assert len(lines) < 15
