"""One drawing in three forms: the same places, the same texts, nothing from elsewhere."""

import base64
import io
import re
import zlib

import numpy as np
import pytest
from defusedxml import ElementTree
from fontTools.ttLib import TTFont

from cnncalc.views.figure.fonts import width
from cnncalc.views.figure.pdf import pdf_of
from cnncalc.views.figure.raster import image_of
from cnncalc.views.figure.shapes import (
    Drawing,
    Line,
    Picture,
    Polygon,
    Rectangle,
    Text,
    arrow,
)
from cnncalc.views.figure.svg import svg_of
from tests.views.figure.drawn import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"
PIXELS = np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8)


def drawing(*shapes, title="A title"):
    return Drawing(200, 100, "#ffffff", shapes, title, "What it shows.")


def parsed(*shapes, **options):
    return ElementTree.fromstring(svg_of(drawing(*shapes, **options)))


def pixels(*shapes, scale=2.0):
    return np.asarray(image_of(drawing(*shapes), scale))


def ink(array):
    """The left, top, right and bottom end of what isn't white, in lengths of the drawing."""
    rows, columns = np.nonzero((array < 200).all(axis=2) | (array.min(axis=2) < 128))
    return columns.min() / 2, rows.min() / 2, (columns.max() + 1) / 2, (rows.max() + 1) / 2


def page(*shapes):
    """What a PDF draws, as text, its streams unpacked."""
    content = pdf_of(drawing(*shapes))
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    unpacked = []
    for stream in streams:
        try:
            unpacked.append(zlib.decompress(stream))
        except zlib.error:
            unpacked.append(stream)
    return unpacked[0].decode("latin-1")


def test_an_svg_says_what_it_shows_and_how_large_it_is():
    root = parsed()
    assert (root.get("width"), root.get("height")) == ("200", "100")
    assert root.find(f"{SVG}title").text == "A title"
    assert root.find(f"{SVG}desc").text == "What it shows."


def test_texts_stand_in_an_svg_as_texts_at_their_places():
    text = Text(20, 30, "−3.2 × 4", 12, "#123456", "end", is_bold=True)
    [found] = parsed(text).iter(f"{SVG}text")
    assert found.text == "−3.2 × 4"
    assert [found.get(name) for name in ("x", "y", "fill")] == ["20", "30", "#123456"]
    assert (found.get("text-anchor"), found.get("class")) == ("end", "b")
    assert float(found.get("textLength")) == pytest.approx(
        width(text.text, 12, is_bold=True), abs=0.01
    )


def test_an_svg_brings_the_letters_along_that_it_writes():
    style = parsed(Text(0, 10, "abc", 12, "#000000")).find(f"{SVG}style").text
    [data] = re.findall(r"base64,([A-Za-z0-9+/=]+)", style)
    with TTFont(io.BytesIO(base64.b64decode(data))) as font:
        assert set(font.getBestCmap()) == set(map(ord, "abc"))
        units = sum(font["hmtx"][font.getBestCmap()[ord(letter)]][0] for letter in "abc")
        assert units / font["head"].unitsPerEm * 12 == pytest.approx(width("abc", 12))
    assert len(data) < 3000


def test_hostile_texts_do_nothing_in_an_svg():
    text = svg_of(drawing(Text(0, 10, HOSTILE, 12, "#000000"), title=HOSTILE))
    root = ElementTree.fromstring(text)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    [found] = root.iter(f"{SVG}text")
    assert "<script>alert(1)</script> &" in found.text
    links = [value for part in root.iter() for name, value in part.items() if "href" in name]
    assert not links
    assert not re.search(r"url\((?!data:)", text)


def test_dashes_and_corners_are_told_in_an_svg():
    box = Rectangle(1, 2, 30, 40, "", "#0072b2", 2, is_dashed=True, radius=3)
    found = list(parsed(box).iter(f"{SVG}rect"))[1]
    assert found.get("stroke-dasharray") == "4 3"
    assert (found.get("rx"), found.get("fill")) == ("3", "none")


def test_a_pdf_is_one_page_of_the_drawings_size_with_its_faces():
    content = pdf_of(drawing(Text(0, 10, "abc", 12, "#000000")))
    assert content.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox \[0 0 150(\.00)? 75(\.00)?\]", content)
    assert content.count(b"/FontFile2") >= 1
    assert content.count(b"/Type /Page\n") == 1


def test_a_pdf_never_changes_and_tells_no_time():
    contents = {pdf_of(drawing(*arrow(0, 0, 9, 9, "#000000"))) for _ in range(2)}
    assert len(contents) == 1
    assert b"20000101" in contents.pop()


def test_a_pdf_has_shapes_at_their_places_in_points():
    drawn = page(Rectangle(20, 40, 60, 20, "#ff0000"))
    # From the left lower corner, three points for four lengths.
    assert re.search(r"15(\.00)? 45(\.00)? 45(\.00)? -15(\.00)? re f", drawn), drawn
    assert "1 0 0 rg" in drawn.replace("1.000", "1").replace("0.000", "0")


def test_hostile_texts_make_no_pdf_fail():
    assert pdf_of(drawing(Text(0, 10, HOSTILE, 12, "#000000"), title=HOSTILE)).startswith(b"%PDF-")


def test_what_is_filled_fills_its_pixels_and_no_others():
    array = pixels(Rectangle(10, 20, 30, 40, "#336699"))
    inside = np.zeros(array.shape[:2], bool)
    inside[40:120, 20:80] = True
    assert (array[inside] == (0x33, 0x66, 0x99)).all()
    assert (array[~inside] == 255).all()


def test_pixels_of_a_picture_have_sharp_edges():
    array = pixels(Picture(10, 10, 40, 20, PIXELS))
    assert array[25, 59].tolist() == [255, 0, 0]
    assert array[25, 60].tolist() == [0, 255, 0]


def test_a_picture_that_is_reduced_leaves_no_pixel_out():
    stripes = np.zeros((4, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    array = pixels(Picture(0, 0, 50, 20, stripes))
    assert np.abs(array[10, 2:98].astype(int) - 127).max() < 40


def test_dashes_have_gaps_and_lines_have_none():
    line = pixels(Line(10, 50, 90, 50, "#000000", 2))[100, 20:180, 0]
    dashed = pixels(Line(10, 50, 90, 50, "#000000", 2, is_dashed=True))[100, 20:180, 0]
    assert (line == 0).all()
    assert 0.4 < (dashed == 0).mean() < 0.7


@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
@pytest.mark.parametrize("text", ["00000000000", "−913 … 0 … 913"])
def test_a_text_has_its_measured_width_in_pixels(anchor, text):
    wide = width(text, 12)
    start = {"start": 100, "middle": 100 - wide / 2, "end": 100 - wide}[anchor]
    left, top, right, bottom = ink(pixels(Text(100, 50, text, 12, "#000000", anchor)))
    assert left == pytest.approx(start, abs=2)
    assert right == pytest.approx(start + wide, abs=2)
    assert top > 50 - 12
    assert bottom < 52


def test_slanted_lines_and_round_corners_are_smooth():
    slanted = pixels(Line(10, 10, 90, 60, "#000000", 2))
    assert len(np.unique(slanted[:, :, 0])) > 5
    cornered = pixels(Rectangle(20, 20, 40, 40, "#000000", radius=8))
    assert cornered[41, 41].tolist() == [255] * 3
    assert cornered[80, 80].tolist() == [0] * 3


def test_a_polygon_is_filled():
    array = pixels(Polygon(((20, 20), (60, 20), (20, 60)), "#00ff00", "#000000"))
    assert array[60, 60].tolist() == [0, 255, 0]
    assert array[110, 110].tolist() == [255] * 3


def test_hostile_texts_are_drawn():
    assert (pixels(Text(0, 10, HOSTILE, 12, "#000000")) < 255).any()
    assert (pixels(Text(0, 10, "", 12, "#000000")) == 255).all()


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.25])
def test_equal_digits_are_equally_far_apart_at_any_scale(scale):
    array = np.asarray(image_of(drawing(Text(20.3, 50, "111111", 12, "#000000")), scale))
    ink_of_columns = 255.0 - array.mean(axis=2)
    weights = ink_of_columns.sum(axis=0)
    advance = width("1", 12) * scale
    columns = np.arange(weights.size) + 0.5
    begin = 20.3 * scale
    middles = []
    for place in range(6):
        inside = (columns >= begin + place * advance) & (columns < begin + (place + 1) * advance)
        middles.append((columns * weights)[inside].sum() / weights[inside].sum())
    assert np.diff(middles) == pytest.approx(advance, abs=0.4)
