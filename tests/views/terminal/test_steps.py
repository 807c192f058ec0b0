from __future__ import annotations

import numpy as np

from cnncalc.views.terminal.screen import Display
from cnncalc.views.terminal.steps import render_steps
from tests.views.terminal.rendering import calculated, color_screen, image, kernels, plain, screen


def steps(values, kernel, on, **options):
    return list(render_steps(calculated(values, kernel, **options), Display()).draw(on))


def so_far(lines, name="conv2d so far"):
    """The output as it stands after each step."""
    starts = [place for place, line in enumerate(lines) if line.strip() == name]
    ends = [lines.index("", start) for start in starts]
    return [lines[start + 1 : end] for start, end in zip(starts, ends, strict=True)]


def test_each_step_shows_the_output_as_far_as_it_is_filled():
    lines = plain(steps(image()[:2, :3], kernels([[1, -1]]), screen()))
    assert so_far(lines)[1:3] == [
        [
            "        0    1",
            "    ┌─────────",
            "  0 │ -36   [3]",
            "  1 │   ·    ·",
        ],
        [
            "        0    1",
            "    ┌─────────",
            "  0 │ -36    3",
            "  1 │[-66]   ·",
        ],
    ]


def test_all_steps_of_an_output_are_equally_wide_and_the_last_is_full():
    lines = plain(steps(image(), kernels([[1, 0], [0, -1]]), screen()))
    drawn = so_far(lines)
    assert len(drawn) == 25
    assert len({block[1] for block in drawn}) == 1  # the line above the numbers
    assert "·" not in "".join(drawn[-1])


def test_of_a_high_output_the_rows_around_the_number_are_shown():
    lines = plain(steps(np.ones((12, 2, 1)), kernels([[1, 1]]), screen()))
    assert [line.split(" │")[0].strip() for line in so_far(lines)[5][2:]] == [
        "⋮",
        "4",
        "5",
        "6",
        "⋮",
    ]


def test_cells_that_are_not_filled_yet_have_no_colour():
    lines = steps(image()[:2, :3], kernels([[1, -1]]), color_screen())
    empty = [span.style for line in lines for span in line.spans
             if line.plain[span.start : span.end].strip() == "·"]  # fmt: skip
    assert len(empty) == 3 + 2 + 1
    assert {style.bgcolor for style in empty} == {None}


def test_each_filter_fills_its_own_map():
    lines = plain(steps(image()[:1, :2], kernels([[1]], [[2]]), screen()))
    assert so_far(lines, "conv2d so far, filter 1 of 2")[0][-1] == "  0 │ [36]   ·"
