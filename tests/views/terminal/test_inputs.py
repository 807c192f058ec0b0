from __future__ import annotations

import numpy as np

from cnncalc.views.terminal import Display, render_flattened, render_input
from tests.views.terminal.rendering import image, printed

PHOTO = np.full((40, 60, 3), 200.0)


def test_show_is_a_grid_with_its_size_and_range():
    assert printed(render_input(image("6x6")[:2, :3], Display(), "article:6x6")) == (
        "Input · article:6x6 · 2×3\n"
        "2 rows, 3 columns, 1 channel; lowest 18, highest 121, mean 62.3333\n"
        "\n"
        "        0    1    2\n"
        "    ┌──────────────\n"
        "  0 │  18   54   51\n"
        "  1 │  55  121   75\n"
        "\n"
    )


def test_decimals_are_the_users():
    text = printed(render_input(np.full((1, 1, 1), 2 / 3), Display(decimals=1)))
    assert "0.7\n" in text
    assert "mean 0.7" in text


def test_a_flattened_image_is_one_row_and_a_strip():
    assert printed(render_flattened(image("6x6")[:2, :3], Display(), "six")) == (
        "Flattened · six · 6 numbers\n"
        "A fully connected network sees 2×3 = 6 numbers in one row, row after row of the\n"
        "image. Which of them were neighbours is lost.\n"
        "\n"
        "        0    1    2    3    4    5\n"
        "    ┌─────────────────────────────\n"
        "  0 │  18   54   51   55  121   75\n"
        "\n" + ("  " + " " * 13 + "░" * 39 + "█" * 13 + "▒" * 13 + "\n") * 2 + "\n"
        # 78 columns are 13 for each number, as dense as it is large.
    )


def test_the_order_is_rows_then_columns_then_channels():
    values = np.arange(12.0).reshape(2, 2, 3)
    text = printed(render_flattened(values, Display()))
    assert "2×2×3 = 12 numbers" in text
    assert "  0 │  0   1   2   3   4   5   6   7   8   9  10  11\n" in text


def test_a_single_number_is_one_number():
    assert "sees 1×1 = 1 number in one row" in printed(
        render_flattened(np.ones((1, 1, 1)), Display())
    )


def test_a_long_row_has_an_ellipsis_unless_full():
    values = np.arange(200.0).reshape(20, 10, 1)
    short = printed(render_flattened(values, Display()))
    assert "…  193  194  195  196  197  198  199\n" in short
    assert "each point of the strip is the mean of about 3 numbers" in short
    full = printed(render_flattened(values, Display(full=True)))
    assert "columns 0 to 14 of 0 to 199" in full
    assert "  100  101  102" in full


def test_the_strip_is_as_wide_as_the_screen_and_shaded_as_in_the_article():
    drawing = render_flattened(image("6x6"), Display(), is_article=True)
    text = printed(drawing, color_system="truecolor")
    strip = [line for line in text.splitlines() if "▀" in line]
    assert [line.count("▀") for line in strip] == [72, 72]  # 36 numbers, two columns each
    assert "38;2;247;252;245" in strip[0]
