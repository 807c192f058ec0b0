"""What a figure's blocks take from further away: lines that lie over nothing, names elsewhere."""

from __future__ import annotations

from cnncalc.notation import parse
from cnncalc.summary import summarize
from cnncalc.views.figure.architecture import draw_architecture
from cnncalc.views.figure.shapes import Line, Polygon
from cnncalc.views.figure.skips import Skip, lanes_of
from tests.views.figure.drawn import find_text, require_inside, texts

RESIDUAL = "Conv2D(2, 1); Conv2D(2, 1); Add()([conv2d_1, conv2d]); Flatten(); Dense(2)"


def drawn(text):
    drawing = draw_architecture(summarize(parse(text).layers, (8, 8, 1)))
    require_inside(drawing)
    return drawing


def arrows(drawing):
    return [
        shape for shape in drawing.shapes if isinstance(shape, Polygon) and len(shape.points) == 3
    ]


def test_what_lies_side_by_side_has_one_lane():
    a, b = Skip((30, 0), (10, 0), "a"), Skip((90, 0), (60, 0), "b")
    assert lanes_of([a, b]) == [0, 0]


def test_what_overlaps_has_lanes_of_its_own():
    skips = [Skip((90, 0), (10, 0), "a"), Skip((50, 0), (20, 0), "b"), Skip((95, 0), (45, 0), "c")]
    lanes = lanes_of(skips)
    assert len(set(lanes)) == 3
    assert lanes[1] == 0


def test_a_skip_is_a_line_over_the_blocks_between():
    drawing = drawn(RESIDUAL)
    assert len(arrows(drawing)) == 6  # five on the way, one more into add
    level = [
        s for s in drawing.shapes if isinstance(s, Line) and s.y == s.to_y and s.to_x - s.x > 60
    ]
    [over] = level
    assert over.x < find_text(drawing, "conv2d_1").x < over.to_x
    blocks = [y for s in drawing.shapes if isinstance(s, Polygon) for _, y in s.points]
    assert over.y < min(blocks)


def test_a_merge_is_a_square_with_its_sign():
    assert "+" in texts(drawn(RESIDUAL))
    assert "join" in texts(drawn("Conv2D(1, 1); Concatenate()([conv2d, input])"))


def test_a_layer_that_takes_another_than_the_one_before_has_no_arrow_from_that():
    drawing = drawn("Conv2D(1, 1); Conv2D(1, 1)(input); Add()([conv2d_1, conv2d])")
    assert len(arrows(drawing)) == 4
    assert "add 8×8×1 of conv2d_1 and conv2d" in drawing.description.replace(" of input", "")


def test_what_stands_in_another_row_is_called_by_its_name():
    text = "; ".join(["Conv2D(4, 3, padding='same', activation='relu')"] * 12)
    drawing = drawn(text + "; Add()([conv2d_11, conv2d])")
    assert texts(drawing).count("conv2d") == 2


def test_a_chain_has_no_lines_above():
    assert not [
        s for s in drawn("Conv2D(1, 1); Flatten()").shapes if isinstance(s, Line) and s.x == s.to_x
    ]
