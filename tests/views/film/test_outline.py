import pytest

from cnncalc.views.figure.fonts import width
from cnncalc.views.figure.shapes import Picture, Text
from cnncalc.views.film.outline import Room, draw_outline
from cnncalc.views.film.playing import Play
from cnncalc.views.film.timing import FilmLook
from tests.views.film.calculations import network, training_step


def play_of(drawn, **look):
    return Play.of(drawn.flow, drawn.values, drawn.scales, FilmLook(**look))


def texts(drawing):
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


@pytest.fixture(scope="module")
def training():
    return training_step()


@pytest.mark.parametrize("pixels", [240, 480, 1280])
def test_the_whole_of_a_training_can_be_read(training, pixels):
    play = play_of(training, width=pixels)
    drawing, scale = play.whole()
    assert min(text.size for text in texts(drawing)) * scale >= 8
    assert drawing.width * scale <= pixels + 1e-6
    assert drawing.height * scale <= play.size[1] + 1e-6
    for text in texts(drawing):
        end = text.x + width(text.text, text.size, is_bold=text.is_bold)
        assert end <= drawing.width or text.anchor == "middle"


def test_what_can_be_read_as_it_is_keeps_its_numbers():
    drawing, _ = play_of(network()).whole()
    assert "188" in {text.text for text in texts(drawing)}


def outline(drawn, *rooms):
    layout = play_of(drawn, width=480).scenery.whole
    return draw_outline(drawn.flow, layout, "light", [Room(*room) for room in rooms])


def test_blocks_say_what_stages_are_called_and_how_large_they_are(training):
    drawing = outline(training, (1200, 700))
    said = [text.text for text in texts(drawing)]
    assert {"Image", "Max pooling", "Gradient by the kernel", "New weights · bias"} <= set(said)
    assert "4×4×2 · conv2d" in said
    assert "188" not in said
    assert any(isinstance(shape, Picture) for shape in drawing.shapes)


def test_where_stages_have_no_room_a_block_is_a_layer_and_its_result_or_kernel(training):
    drawing = outline(training, (560, 540))
    said = [text.text for text in texts(drawing)]
    assert "max_pooling2d" in said
    assert "Max pooling" not in said
    assert said[: said.index("Sample 0 · forward →")][1:3] == ["conv2d", "3×3×2"]
    assert drawing.height <= 540


def test_what_has_no_room_at_all_is_named(training):
    drawing = outline(training, (560, 300))
    assert texts(drawing)[-1].text == "… and 3 more, from Sample 0 · backward ← on"


def test_a_legend_has_as_many_lines_as_it_takes():
    narrow, wide = play_of(network("MaxPooling2D(2)"), width=240), play_of(network())
    assert narrow.panel.whole_height > wide.panel.whole_height
    assert narrow.panel.height >= narrow.panel.whole_height
    drawing, _ = narrow.whole()
    for text in texts(drawing):
        assert (
            text.x + (width(text.text, text.size) if text.anchor == "start" else 0) < drawing.width
        )
