"""The figure of a trace: photos before and after, what clips, what is said below."""

import numpy as np
import pytest

from cnncalc.article import GRIDS
from cnncalc.errors import OutputError
from cnncalc.layers import Conv2D
from cnncalc.network import assemble
from cnncalc.trace import record
from cnncalc.views.colors import LOOKS
from cnncalc.views.figure.result_picture import marked, picture_box
from cnncalc.views.figure.svg import svg_of
from cnncalc.views.figure.trace_figure import TraceFigure, draw_trace, trace_flow
from tests.views.figure.drawn import (
    HOSTILE,
    calculated,
    pictures,
    rectangles,
    require_inside,
    texts,
    traced,
)

RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (48, 64)).astype(float)
SHARPEN = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]


def drawn(trace, **options):
    return draw_trace(trace_flow(trace), TraceFigure(**options))


def test_a_photo_stands_before_and_after_side_by_side():
    drawing = drawn(calculated([[1]], PHOTO))
    before, *_, after = [shown for shown in pictures(drawing) if shown.pixels.shape[:2] == (48, 64)]
    assert np.array_equal(before.pixels, after.pixels)
    assert (before.y, before.width) == (after.y, after.width)
    assert before.x < after.x
    assert "As a picture" in texts(drawing)
    require_inside(drawing)


def test_what_clips_is_said_and_marked():
    trace = calculated(SHARPEN, PHOTO)
    drawing = drawn(trace)
    said = " ".join(texts(drawing))
    outside = (np.rint(trace.output) < 0) | (np.rint(trace.output) > 255)
    assert f"{100 * outside.mean():.1f} % of them." in said
    assert "orange is too bright, blue too dark" in said
    after = pictures(drawing)[-1].pixels
    colors = {tuple(color) for color in after.reshape(-1, 3)}
    assert {(213, 94, 0), (0, 114, 178)} <= colors


def test_what_is_stretched_does_not_clip():
    drawing = drawn(calculated(SHARPEN, PHOTO), scaling="minmax")
    after = pictures(drawing)[-1].pixels
    assert (after.min(), after.max()) == (0, 255)
    assert "too bright" not in " ".join(texts(drawing))


def test_only_pixels_beyond_the_ends_are_marked():
    values = np.array([[[-1.0], [-0.4], [0.0]], [[255.4], [256.0], [90.0]]])
    pixels = np.full((2, 3, 3), 7, np.uint8)
    result = marked(np.repeat(pixels, 1, axis=2), values, "light")
    look = LOOKS["light"]
    assert result[0, 0].tolist() == list(bytes.fromhex(look.weights[1:]))
    assert (result[0, 1:] == 7).all()
    assert (result[1, 0] == 7).all()
    # Stripes, so that what is below them is still to be seen.
    tall = np.full((12, 12, 1), 300.0)
    striped = marked(np.full((12, 12, 3), 255, np.uint8), tall, "light")
    assert 0.2 < (striped[..., 2] == 0).mean() < 0.5


def test_a_picture_tells_its_size_and_no_mark_where_nothing_clips():
    box = picture_box(np.full((40, 40, 3), 9.0), "clip", 2.0, "light")
    assert box.size == "40×40×3"
    assert " ".join(box.lines) == "Values are whole levels of 0 to 255."


def test_small_grids_and_networks_have_no_picture():
    assert "As a picture" not in texts(drawn(calculated([[1]], GRIDS["6x6"])))
    network = traced("Conv2D(1, 3); Activation('relu')", (40, 40, 1))
    assert "As a picture" not in texts(drawn(network))
    assert "As a picture" not in texts(drawn(calculated([[1]], PHOTO / 255)))


def test_a_large_network_is_drawn_by_the_results_of_its_layers():
    text = (
        "Conv2D(12, 3, activation='relu'); MaxPooling2D(2); Flatten(); "
        "Dense(40, 'relu'); Dense(3, 'softmax')"
    )
    trace = traced(text, (16, 16, 1))
    drawing = draw_trace(trace_flow(trace, ["a", HOSTILE, "c"]), TraceFigure(sentences=(HOSTILE,)))
    require_inside(drawing)
    shown = texts(drawing)
    assert [shown.count(title) for title in ("ReLU", "Softmax", "Flatten", "Kernel")] == [
        2,
        1,
        1,
        0,
    ]
    assert "7×7×12 · max_pooling2d" in shown
    assert {"a", "c"} <= set(shown)
    assert "Probability" not in shown


def test_yes_or_no_has_both_its_probabilities():
    trace = traced("Flatten(); Dense(1, 'sigmoid')", (3, 3, 1))
    assert "Probability" in texts(draw_trace(trace_flow(trace, ["no", "yes"]), TraceFigure()))


def test_a_layer_alone_stands_beside_what_it_takes_in():
    trace = traced("Conv2D(2, 3, activation='relu'); MaxPooling2D(2); Flatten()", (8, 8, 1))
    shown = texts(drawn(trace, layer="max_pooling2d"))
    assert "ReLU" in shown
    assert "Max pooling" in shown
    assert "Flatten" not in shown
    shown = texts(drawn(trace, layer="conv2d"))
    assert [title in shown for title in ("Image", "Kernel", "Convolution", "ReLU")] == [True] * 4
    assert "Max pooling" not in shown


def test_the_window_of_a_number_is_outlined():
    trace = calculated([[1, 2], [3, 4]], GRIDS["6x6"])
    window = [box for box in rectangles(drawn(trace, at=(2, 3))) if box.stroke_width == 2.5]
    assert [box.stroke for box in window] == [
        LOOKS["light"].window,
        LOOKS["light"].weights,
        LOOKS["light"].result,
    ]


def test_it_says_what_it_shows_to_who_does_not_see_it():
    drawing = drawn(calculated([[2]], GRIDS["6x6"]), title="cnncalc convolve")
    assert drawing.title == "cnncalc convolve"
    assert drawing.description == "Image 6×6; Kernel 1×1; Convolution 6×6."


def test_a_network_of_too_many_kernels_is_refused_before_it_flows():
    kernel = np.zeros((1, 1, 600, 600), np.float32)
    network = assemble([Conv2D(600, 1, use_bias=False)], (1, 1, 600), [{"kernel": kernel}])
    trace = record(network, np.zeros((1, 1, 600)))
    with pytest.raises(OutputError, match="at most 300,000 kernels"):
        trace_flow(trace)


def test_images_of_any_range_are_drawn():
    for low, high in ((0, 1), (-1, 1), (0, 70_000), (5, 5)):
        image = np.linspace(low, high, 36).reshape(6, 6, 1)
        require_inside(drawn(calculated([[1, -1]], image)))


def test_a_large_photo_makes_no_large_figure():
    trace = calculated([[1]], RNG.integers(0, 256, (900, 1200)))
    drawing = drawn(trace)
    assert len(svg_of(drawing)) < 2_500_000
    before, after = pictures(drawing)[0], pictures(drawing)[-1]
    assert abs(float(before.pixels.mean()) - 127) < 3
    assert before.width == pytest.approx(after.width)
