from __future__ import annotations

import numpy as np
import pytest
from rich.color import ColorSystem
from rich.style import Style

from cnncalc.shapes import Pads
from cnncalc.views.colors import ColorScale, ScaleKind, pixel_scale
from cnncalc.views.terminal.matrix import (
    CHOSEN_STYLE,
    WINDOW_STYLE,
    Matrix,
    draw_corners,
    draw_full,
    draw_near_window,
    draw_whole,
)
from cnncalc.views.terminal.screen import FAINT
from tests.views.terminal.rendering import color_screen, plain, screen

SMALL = np.array([[1.5, -20], [0, np.nan]])


def style_at(line, column):
    """The style of one character."""
    return Style.combine(span.style for span in line.spans if span.start <= column < span.end)


def test_numbers_are_right_aligned_below_their_indices():
    assert plain(draw_whole(Matrix(SMALL), screen())) == [
        "      0    1",
        "  ┌─────────",
        "0 │ 1.5  -20",
        "1 │   0    ·",
    ]


def test_a_matrix_without_indices_is_its_numbers_alone():
    lines = plain(draw_whole(Matrix(SMALL, indexed=False), screen()))
    assert lines == [" 1.5  -20", "   0    ·"]


def test_ascii_draws_the_same():
    assert plain(draw_whole(Matrix(SMALL), screen(encoding="ascii"))) == [
        "      0    1",
        "  +---------",
        "0 | 1.5  -20",
        "1 |   0    .",
    ]


def test_colour_needs_no_lines():
    matrix = Matrix(SMALL, scale=ColorScale(ScaleKind.SEQUENTIAL, -20, 1.5))
    lines = draw_whole(matrix, color_screen(colors="green"))
    assert plain(lines) == ["      0    1", "0   1.5  -20", "1     0    ·"]
    assert style_at(lines[0], 7) == style_at(lines[1], 0) == FAINT
    assert style_at(lines[1], 5).bgcolor.triplet == (0, 68, 27)
    assert style_at(lines[1], 10).bgcolor.triplet == (247, 252, 245)


def test_padding_is_marked_and_has_no_index():
    matrix = Matrix(np.pad([[7.0]], 1), Pads(1, 1, 1, 1))
    assert plain(draw_whole(matrix, screen())) == [
        "       0",
        "  ┌────────",
        "  │ 0ᵖ 0ᵖ 0ᵖ",
        "0 │ 0ᵖ 7  0ᵖ",
        "  │ 0ᵖ 0ᵖ 0ᵖ",
    ]


def test_padding_is_faint_in_colour():
    lines = draw_whole(Matrix(np.pad([[7.0]], 1), Pads(1, 1, 1, 1)), color_screen())
    assert "ᵖ" not in "".join(plain(lines))
    assert style_at(lines[1], 4) == FAINT
    assert style_at(lines[2], 7).bgcolor is not None


def test_empty_padding_needs_no_mark():
    matrix = Matrix(np.pad([[7.0]], ((0, 0), (0, 1)), constant_values=np.nan), Pads(0, 0, 0, 1))
    assert plain(draw_whole(matrix, screen()))[-1] == "0 │ 7  ·"


def test_the_window_stands_in_brackets_or_in_its_own_colour():
    matrix = Matrix(
        np.arange(6.0).reshape(2, 3), window=frozenset({(0, 1), (1, 1)}), chosen=frozenset({(1, 1)})
    )
    assert plain(draw_whole(matrix, screen()))[2:] == ["0 │ 0 [1] 2", "1 │ 3 [4] 5"]
    lines = draw_whole(matrix, color_screen())
    assert style_at(lines[1], 7) == WINDOW_STYLE
    assert style_at(lines[2], 7) == CHOSEN_STYLE


def test_what_fits_exactly_is_shown_whole():
    matrix = Matrix(np.zeros((2, 10)))
    assert draw_whole(matrix, screen(width=33)) is not None
    assert draw_whole(matrix, screen(width=32)) is None


@pytest.mark.parametrize(
    ("rows", "height", "fits"), [(32, 10, True), (33, 10, False), (40, 40, True)]
)
def test_rows_may_scroll_a_little(rows, height, fits):
    assert (draw_whole(Matrix(np.zeros((rows, 2))), screen(height=height)) is not None) == fits


def test_a_big_matrix_shows_its_corners():
    matrix = Matrix(np.arange(900.0).reshape(30, 30))
    assert plain(draw_corners(matrix, screen(width=50))) == [
        "       0    1    2    …   27   28   29",
        "   ┌──────────────────────────────────",
        " 0 │   0    1    2    …   27   28   29",
        " 1 │  30   31   32    …   57   58   59",
        " 2 │  60   61   62    …   87   88   89",
        " ⋮ │   ⋮    ⋮    ⋮    ⋱    ⋮    ⋮    ⋮",
        "27 │ 810  811  812    …  837  838  839",
        "28 │ 840  841  842    …  867  868  869",
        "29 │ 870  871  872    …  897  898  899",
    ]


def test_corners_of_long_numbers_shrink_to_the_screen():
    matrix = Matrix(np.full((30, 30), -1234.5678))
    header = plain(draw_corners(matrix, screen(width=50)))[0].split()
    assert header == ["0", "…", "29"]


def test_columns_too_wide_for_each_other_stand_one_below_the_other():
    lines = plain(draw_corners(Matrix(np.full((1, 30), -1234.5678)), screen(width=20)))
    assert lines == [
        "column 0 of 0 to 29",
        "             0",
        "  ┌───────────",
        "0 │ -1234.5678",
        "",
        "column 29 of 0 to 29",
        "            29",
        "  ┌───────────",
        "0 │ -1234.5678",
    ]


def test_few_rows_show_as_many_columns_as_fit():
    matrix = Matrix(np.arange(100.0).reshape(1, 100))
    assert plain(draw_corners(matrix, screen(width=40)))[2:] == [
        "0 │  0   1   2   3   …  96  97  98  99"
    ]


def test_few_columns_are_all_shown():
    lines = plain(draw_corners(Matrix(np.zeros((100, 3))), screen()))
    assert lines[0].split() == ["0", "1", "2"]
    assert len(lines) == 9


def test_ascii_has_ellipses_of_its_own():
    lines = plain(draw_corners(Matrix(np.zeros((30, 30))), screen(encoding="ascii")))
    assert lines[0].split() == ["0", "1", "2", "...", "27", "28", "29"]
    assert lines[5].split() == [":", "|", ":", ":", ":", ".", ":", ":", ":"]


def test_full_goes_on_in_labelled_chunks_of_columns():
    matrix = Matrix(np.arange(20.0).reshape(2, 10))
    assert plain(draw_full(matrix, screen(width=24))) == [
        "columns 0 to 4 of 0 to 9",
        "     0   1   2   3   4",
        "  ┌───────────────────",
        "0 │  0   1   2   3   4",
        "1 │ 10  11  12  13  14",
        "",
        "columns 5 to 9 of 0 to 9",
        "     5   6   7   8   9",
        "  ┌───────────────────",
        "0 │  5   6   7   8   9",
        "1 │ 15  16  17  18  19",
    ]


def test_full_of_what_fits_has_no_chunks():
    matrix = Matrix(SMALL)
    assert plain(draw_full(matrix, screen())) == plain(draw_whole(matrix, screen()))


def test_near_a_window_are_its_cells_and_those_next_to_them():
    window = frozenset({(4, 5), (4, 6)})
    matrix = Matrix(np.arange(100.0).reshape(10, 10), window=window)
    assert plain(draw_near_window(matrix, screen())) == [
        "     …   4   5   6   7   …",
        "  ┌───────────────────────",
        "⋮ │  ⋱   ⋮   ⋮   ⋮   ⋮   ⋱",
        "3 │  …  34  35  36  37   …",
        "4 │  …  44 [45][46] 47   …",
        "5 │  …  54  55  56  57   …",
        "⋮ │  ⋱   ⋮   ⋮   ⋮   ⋮   ⋱",
    ]


def test_a_window_at_the_edge_needs_no_ellipsis_there():
    matrix = Matrix(np.zeros((4, 4)), window=frozenset({(0, 0), (3, 3)}))
    assert plain(draw_near_window(matrix, screen()))[0].split() == ["0", "1", "2", "3"]


def test_a_window_larger_than_the_screen_is_not_drawn():
    window = frozenset((0, column) for column in range(40))
    matrix = Matrix(np.full((1, 50), 1e6), window=window)
    assert draw_near_window(matrix, screen(width=80)) is None
    assert draw_near_window(matrix, screen(width=130)) is None
    assert draw_near_window(matrix, screen(width=500)) is not None


def test_a_matrix_of_a_photo_colours_what_it_shows_only():
    values = np.arange(1e6).reshape(1000, 1000)
    lines = draw_corners(Matrix(values, scale=pixel_scale()), color_screen())
    assert style_at(lines[-1], len(lines[-1].plain) - 2).bgcolor.triplet == (255, 255, 255)


def test_a_screen_of_16_colours_is_shaded_too():
    lines = draw_whole(Matrix(SMALL), screen(colors=ColorSystem.STANDARD))
    assert style_at(lines[1], 5).bgcolor.name == "white"
    assert style_at(lines[1], 10).bgcolor.name == "blue"


def test_numbers_are_blue_and_orange_where_their_stage_can_be_negative():
    lines = draw_whole(Matrix(np.array([[-5.0, 0, 5]])), color_screen())
    shown = [style_at(lines[1], place).bgcolor.triplet for place in (4, 8, 12)]
    assert shown == [(8, 81, 156), (255, 255, 255), (179, 69, 11)]


def test_numbers_are_shaded_by_the_scale_of_their_stage():
    matrix = Matrix(np.array([[0.0, 5]]), scale=ColorScale(ScaleKind.SEQUENTIAL, 0, 10))
    [_, line] = draw_whole(matrix, color_screen())
    shown = [style_at(line, place).bgcolor.triplet for place in (4, 7)]
    assert shown == [(247, 252, 245), (116, 196, 118)]
