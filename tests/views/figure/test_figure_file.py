"""Figures as files: marked as such, refused as input, the same each time."""

import io
import re

import pytest
from PIL import Image

from cnncalc.article import GRIDS
from cnncalc.errors import InputError, OutputError
from cnncalc.files.images import convert_image, read_image
from cnncalc.provenance import FIGURE_MARK, Origin, Provenance
from cnncalc.views.figure.figure_file import FIGURE_FORMS, encode_figure
from cnncalc.views.figure.shapes import Drawing, Rectangle
from cnncalc.views.figure.trace_figure import TraceFigure, draw_trace, trace_flow
from cnncalc.views.picture import encode_picture
from tests.views.figure.drawn import HOSTILE, calculated

TOLD = Provenance(f"cnncalc convolve {HOSTILE}", image=Origin("file", "<a> & b.png", "ab" * 32))
DRAWN = Drawing(40, 30, "#ffffff", (Rectangle(5, 5, 10, 10, "#ff0000"),), "A title", "It shows.")
PIXEL_FORMS = ["png", "jpg", "gif", "webp"]


@pytest.mark.parametrize("form", PIXEL_FORMS)
def test_a_figure_of_pixels_is_refused_as_an_image(tmp_path, form):
    path = tmp_path / f"figure.{form}"
    path.write_bytes(encode_figure(DRAWN, form, TOLD))
    with pytest.raises(InputError, match="is a figure that cnncalc drew") as raised:
        read_image(path)
    assert "\n" not in str(raised.value)
    with (
        Image.open(path) as opened,
        pytest.raises(InputError, match="is a figure that cnncalc drew"),
    ):
        convert_image(opened)


@pytest.mark.parametrize("form", PIXEL_FORMS)
def test_bare_pixels_are_read_back(tmp_path, form):
    path = tmp_path / f"bare.{form}"
    values = calculated([[1]], GRIDS["6x6"]).output
    path.write_bytes(encode_picture(values, form, "clip", TOLD).data)
    read = read_image(path, "grey").values
    assert abs(read - values).max() <= (8 if form == "jpg" else 0)


@pytest.mark.parametrize("form", sorted(set(FIGURE_FORMS.values())))
def test_a_figure_is_the_same_file_each_time_and_holds_no_time(form):
    contents = {encode_figure(DRAWN, form, TOLD) for _ in range(2)}
    assert len(contents) == 1
    assert not re.search(rb"20[2-9]\d[-:]?[01]\d[-:]?[0-3]\d", contents.pop())


@pytest.mark.parametrize("form", PIXEL_FORMS)
def test_pixels_are_twice_as_many_as_lengths(form):
    with Image.open(io.BytesIO(encode_figure(DRAWN, form, TOLD))) as image:
        assert image.size == (80, 60)
        red, green, blue = image.convert("RGB").getpixel((20, 20))
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


def test_a_png_and_an_svg_say_where_their_numbers_came_from():
    with Image.open(io.BytesIO(encode_figure(DRAWN, "png", TOLD))) as image:
        assert image.text["Kind"] == FIGURE_MARK
        assert "<a> & b.png, SHA-256 abab" in image.text["Description"]
    svg = encode_figure(DRAWN, "svg", TOLD).decode()
    assert FIGURE_MARK in svg
    assert "It shows." in svg
    assert "abab" in svg
    assert "<a> &" not in svg


def test_a_figure_too_large_for_pixels_is_refused():
    huge = Drawing(10_000, 10_000, "#ffffff", ())
    with pytest.raises(OutputError, match="svg and pdf have no such limit"):
        encode_figure(huge, "png", TOLD)
    assert encode_figure(huge, "svg", TOLD)


def test_the_articles_figure_is_small():
    trace = calculated([[1, 0, 1], [0, 1, 0], [1, 0, 1]], GRIDS["6x6"])
    drawing = draw_trace(trace_flow(trace, is_article=True), TraceFigure())
    sizes = {form: len(encode_figure(drawing, form, TOLD)) for form in set(FIGURE_FORMS.values())}
    assert max(sizes.values()) < 200_000, sizes
