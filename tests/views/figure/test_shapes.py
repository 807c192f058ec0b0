"""What a figure is drawn of."""

import pytest

from cnncalc.views.figure.shapes import Line, Polygon, Rectangle, Text, arrow, hatching, moved


def test_an_arrow_ends_at_its_head():
    line, head = arrow(0, 10, 40, 10, "#123456")
    assert (line.x, line.y, line.to_y) == (0, 10, 10)
    assert line.to_x < 40
    assert head.points[0] == (40, 10)
    assert head.points[1][1] - 10 == pytest.approx(10 - head.points[2][1])


def test_a_hatching_stays_in_its_rectangle():
    lines = list(hatching(10, 20, 30, 12, "#000000"))
    assert len(lines) > 5
    for line in lines:
        assert 10 <= line.x <= line.to_x <= 40
        assert 20 <= line.to_y <= line.y <= 32


@pytest.mark.parametrize(
    "shape",
    [
        Line(0, 1, 2, 3, "#000000"),
        Polygon(((0, 0), (1, 0), (0, 1))),
        Text(0, 0, "a", 10, "#000000"),
        Rectangle(0, 0, 1, 1),
    ],
    ids=lambda shape: type(shape).__name__,
)
def test_what_is_moved_there_and_back_is_as_before(shape):
    assert moved(moved(shape, 3, -4), -3, 4) == shape
    assert moved(shape, 3, -4) != shape
