"""A row of the input and the window's places on it."""

import pytest

from cnncalc import geometry
from cnncalc.views.colors import LOOKS
from cnncalc.views.figure.outsize_figure import draw_outsize
from tests.views.figure.drawn import rectangles, require_inside, texts

LOOK = LOOKS["light"]
FORMULA = "([W − F + 2P] / S) + 1"


def drawn(*numbers, filters=None):
    return draw_outsize(geometry.axis(*numbers), FORMULA, filters, "light")


def windows(drawing):
    """Where the window lies: the left and the right end of each of its places."""
    found = [r for r in rectangles(drawing) if r.stroke == LOOK.window and r.stroke_width == 2]
    return [(r.x, r.x + r.width) for r in found]


def test_the_window_moves_by_its_stride_and_leaves_a_cell_uncovered():
    drawing = drawn(7, 2, 0, 2)
    require_inside(drawing)
    left = windows(drawing)[0][0]
    assert [((x - left) / 28, (end - left) / 28) for x, end in windows(drawing)] == [
        (0, 2),
        (2, 4),
        (4, 6),
    ]
    [uncovered] = [r for r in rectangles(drawing) if r.stroke_width == 1.5]
    assert (uncovered.x - left) / 28 == 6
    shown = texts(drawing)
    assert f"{FORMULA} = ⌊(7 − 2 + 2×0) / 2⌋ + 1 = 3" in shown
    assert "no window covers the last 1 of 7 cells (hatched)" in shown


def test_padding_is_drawn_around_the_input():
    drawing = drawn(5, 3, 2, 1, filters=10)
    padding = [r for r in rectangles(drawing) if r.fill == LOOK.padding_fill]
    assert len(padding) == 4
    assert texts(drawing)[0] == "Output size 7×7×10"


def test_a_dilated_window_reads_cells_that_lie_apart():
    drawing = drawn(9, 3, 0, 1, 2)
    read = [r for r in rectangles(drawing) if r.fill == LOOK.weight_fill]
    first = [r.x for r in read[:3]]
    assert [(x - first[0]) / 28 for x in first] == [0, 2, 4]


def test_of_many_places_and_cells_the_first_and_the_last_are_drawn():
    drawing = drawn(224, 7, 3, 2)
    require_inside(drawing)
    assert len(windows(drawing)) == 5
    assert {"…", "0", "111", "223"} <= set(texts(drawing))
    assert "100" not in texts(drawing)


@pytest.mark.parametrize(
    "numbers",
    [
        (1, 1, 0, 1),
        (10**9, 9 * 10**8, 5, 7),
        (10**6, 3, 0, 1),
        (10**6, 1, 0, 10**6),
        (300, 3, 0, 60),
    ],
)
def test_any_size_is_drawn_with_few_shapes(numbers):
    drawing = drawn(*numbers)
    require_inside(drawing)
    assert len(drawing.shapes) < 700
    assert drawing.width < 1200
