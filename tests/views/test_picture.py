from __future__ import annotations

import tracemalloc
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cnncalc.errors import OutputError
from cnncalc.views.picture import encode_picture, to_levels


def opened(picture):
    return Image.open(BytesIO(picture.data))


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1)])
def test_one_channel_is_grey_a_pixel_a_value(shape):
    values = np.array([0, 1.4, 1.6, 254.6, 255, 128]).reshape(shape)
    picture = encode_picture(values, "png")
    image = opened(picture)
    assert (image.format, image.mode, image.size) == ("PNG", "L", (3, 2))
    assert np.asarray(image).tolist() == [[0, 1, 2], [255, 255, 128]]
    assert picture.sentence == "values were rounded to whole levels of 0 to 255"


def test_three_channels_are_red_green_and_blue():
    values = np.array([[[255.0, 0, 10], [1, 2, 3]]])
    picture = encode_picture(values, "png")
    assert opened(picture).mode == "RGB"
    np.testing.assert_array_equal(np.asarray(opened(picture)), values)
    assert picture.sentence.endswith("the three channels became red, green and blue")


def test_clip_says_how_many_values_it_cut_off():
    levels = to_levels(np.array([[-3.0, 10, 256, 255.4]]))
    assert levels.values[:, :, 0].tolist() == [[0, 10, 255, 255]]
    assert levels.sentence == (
        "values were rounded; those below 0 became 0, above 255 became 255: 50 % of them"
    )


def test_clip_does_not_call_a_few_values_none():
    values = np.zeros((100, 100))
    values[0, 0] = 300
    assert to_levels(values).sentence.endswith("less than 0.1 % of them")


def test_minmax_stretches_the_range():
    levels = to_levels(np.array([[-1.0, 0, 3]]), "minmax")
    assert levels.values[:, :, 0].tolist() == [[0, 64, 255]]
    assert levels.sentence == "the lowest value, -1, became 0 and the highest, 3, became 255"


def test_minmax_of_a_constant_is_black():
    levels = to_levels(np.full((2, 2), 7.5), "minmax")
    assert not levels.values.any()
    assert levels.sentence == "every value is 7.5 and became 0"


def test_minmax_of_huge_values_does_not_overflow():
    levels = to_levels(np.array([[-1e308, 0, 1e308]]), "minmax")
    assert levels.values[:, :, 0].tolist() == [[0, 128, 255]]


@pytest.mark.parametrize("scaling", ["clip", "minmax"])
def test_an_empty_cell_is_black(scaling):
    values = np.array([[np.nan, 0.0, 255.0]])
    assert to_levels(values, scaling).values[:, :, 0].tolist() == [[0, 0, 255]]


@pytest.mark.parametrize("scaling", ["clip", "minmax"])
def test_levels_do_not_depend_on_the_pieces(scaling, monkeypatch):
    values = np.random.default_rng(0).normal(100, 100, (37, 5, 2))
    whole = to_levels(values, scaling)
    monkeypatch.setattr("cnncalc.views.picture._VALUES_AT_ONCE", 30)
    pieced = to_levels(values, scaling)
    np.testing.assert_array_equal(whole.values, pieced.values)
    assert whole.sentence == pieced.sentence


@pytest.mark.parametrize(("channels", "down", "across"), [(2, 1, 2), (4, 2, 2), (10, 3, 4)])
def test_other_depths_are_tiles_of_a_contact_sheet(channels, down, across):
    values = np.random.default_rng(0).integers(0, 256, (60, 50, channels)).astype(float)
    picture = encode_picture(values, "png")
    assert opened(picture).mode == "L"
    assert picture.sentence.endswith(f"the {channels} channels are tiles of one picture")
    sheet = np.asarray(opened(picture))
    # Each tile has its label above and a gap of white around.
    assert sheet.shape == (down * (60 + 16 + 4) + 4, across * (50 + 4) + 4)
    for channel in range(channels):
        top, left = channel // across * 80 + 20, channel % across * 54 + 4
        np.testing.assert_array_equal(
            sheet[top : top + 60, left : left + 50], values[:, :, channel]
        )


def test_tiles_are_labelled():
    pixels = np.asarray(opened(encode_picture(np.full((60, 60, 2), 255.0), "png")))
    ink = np.argwhere(pixels < 128)
    # White tiles on white paper: what is dark is the labels, above the tiles.
    assert len(ink) > 10
    assert ink[:, 0].max() < 20


def test_small_tiles_are_enlarged():
    image = opened(encode_picture(np.arange(8.0).reshape(2, 2, 2), "png"))
    assert image.width > 90


@pytest.mark.parametrize(("form", "kind"), [("png", "PNG"), ("jpg", "JPEG"), ("gif", "GIF")])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_form_is_what_it_says(form, kind, channels):
    values = np.tile(np.arange(0, 256, 8.0), (16, 1))[:, :, np.newaxis].repeat(channels, axis=2)
    picture = encode_picture(values, form)
    image = opened(picture)
    assert image.format == kind
    levels = np.asarray(image.convert("RGB"), dtype=float)[:, :, :1]
    np.testing.assert_allclose(levels, values[:, :, :1], atol=3 if form == "jpg" else 0)
    assert ("a little" in picture.sentence) == (form == "jpg")
    assert ("256 colours" in picture.sentence) == (form == "gif" and channels == 3)


@pytest.mark.parametrize("form", ["jpg", "gif"])
def test_a_picture_too_large_for_its_form_is_refused(form):
    with pytest.raises(OutputError, match=r"at most 65,?5.*a png has no such limit.*1×70000"):
        encode_picture(np.zeros((1, 70_000)), form)


def test_a_photo_needs_little_memory_beside_it():
    values = np.random.default_rng(0).random((1500, 2000)) * 255  # 24 MB
    tracemalloc.start()
    to_levels(values, "minmax")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * values.nbytes


@pytest.mark.parametrize("size", [1, 3])
def test_a_row_of_numbers_is_no_picture(size):
    with pytest.raises(OutputError, match=f"a picture shows .* Received: a row of {size} numbers"):
        encode_picture(np.zeros(size), "png")
