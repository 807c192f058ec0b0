from __future__ import annotations

import numpy as np

from cnncalc.calculator import pooling_layer, pooling_network
from cnncalc.explanation import explain, follow
from cnncalc.layers import Activation
from cnncalc.network import assemble
from cnncalc.rules.ranges import ANY
from cnncalc.trace import record
from cnncalc.views.colors import scale_of
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.colors import shown_scale
from cnncalc.views.terminal.explanations import render_explanation
from cnncalc.views.terminal.steps import render_steps
from cnncalc.views.trace_colors import trace_scales
from tests.views.terminal.rendering import (
    CROSS,
    alone,
    calculated,
    color_screen,
    image,
    kernels,
    printed,
)


def explained(trace, at, **display):
    return printed(
        render_explanation(follow(trace, at), trace_scales(trace).inputs, Display(**display))
    )


def pooled(mode, values, padding="valid", strides=2):
    layer = pooling_layer(mode, 2, strides, padding)
    return record(pooling_network(values.shape, layer), values)


def test_values_look_as_in_the_input_and_weights_as_in_their_kernel():
    trace = calculated(image(), kernels(CROSS, -2 * np.array(CROSS)))
    drawing = render_explanation(follow(trace, (0, 0, 0)), trace_scales(trace).inputs, Display())
    row = next(
        line for line in drawing.draw(color_screen()) if line.plain.startswith("    18   54")
    )
    colors = [span.style.bgcolor.triplet for span in row.spans]
    assert colors[:3] == [(18,) * 3, (54,) * 3, (51,) * 3]  # pixels, as they look
    # The other kernel's weights are twice as far from 0.
    of_kernel = shown_scale(scale_of(np.array([-2.0, 2.0]), ANY), None)
    assert colors[3] == tuple(of_kernel.colors(1.0))


def test_the_articles_number_is_followed_from_its_pixels_to_the_pooled_result():
    trace = calculated(
        image(), kernels(CROSS), bias=2, activation="relu", pooling=pooling_layer("max", 2)
    )
    assert explained(trace, (0, 0)) == (
        "conv2d (0, 0) = 431\n"
        "the window covers rows 0 to 2 and columns 0 to 2 of its input\n"
        "\n"
        "        0    1    2    3    4    5\n"
        "    ┌─────────────────────────────\n"
        "  0 │ [18] [54] [51] 239  244  188\n"
        "  1 │ [55][121] [75]  78   95   88\n"
        "  2 │ [35] [24][204] 113  109  221\n"
        "  3 │   3  154  104  235   25  130\n"
        "  4 │  15  253  225  159   78  233\n"
        "  5 │  68   85  180  214  245    0\n"
        "\n"
        "  values              kernel        products\n"
        "    18   54   51       1  0  1        18    0   51\n"
        "    55  121   75   ×   0  1  0   =     0  121    0\n"
        "    35   24  204       1  0  1        35    0  204\n"
        "\n"
        "  429 = 18×1 + 54×0 + 51×1 + 55×0 + 121×1 + 75×0 + 35×1 + 24×0 + 204×1\n"
        "  429 + bias 2 = 431\n"
        "  relu(431) = 431  conv2d (0, 0)\n"
        "\n"
        "max_pooling2d (0, 0) = 794\n"
        "the window covers rows 0 to 1 and columns 0 to 1 of its input\n"
        "\n"
        "        0    1    2    3\n"
        "    ┌───────────────────\n"
        "  0 │[431][507] 688  858\n"
        "  1 │[263][794] 414  642\n"
        "  2 │ 635  655  853  753\n"
        "  3 │ 610  915  715  659\n"
        "\n"
        "  max(431, 507, 263, 794) = 794  max_pooling2d (0, 0)\n"
        "\n"
    )


def test_negative_weights_and_biases_stand_in_parentheses():
    trace = calculated(image()[:1, :2] - 30, kernels([[1, -1]]), bias=-0.5, activation="relu")
    text = explained(trace, (0, 0))
    assert "  −36 = (−12)×1 + 24×(−1)\n" in text
    assert "  −36 + bias (−0.5) = −36.5\n" in text
    assert "  relu(−36.5) = 0  conv2d (0, 0)\n" in text


def test_zeros_of_the_padding_are_marked_and_explained():
    trace = calculated(image(), kernels([[2, 1]]), padding=(0, 1))
    text = explained(trace, (0, 0))
    assert (
        "the window covers row 0 and columns -1 to 0 of its input, some of them padding\n" in text
    )
    assert "  0 │  [0] [18]  54   51  239  244  188    0ᵖ\n" in text
    assert "  18 = 0ᵖ×2 + 18×1  conv2d (0, 0)\n  ᵖ a zero of the padding\n" in text


def test_a_deep_window_has_a_subtotal_for_each_channel():
    values = np.arange(12.0).reshape(2, 3, 2)
    kernel = np.array([[[[1.0, 2], [-1, 0]], [[0, 1], [3, 1]]]])
    trace = calculated(values, kernel, bias=[1, 5])
    assert explained(trace, (1, 1, 1)) == (
        "conv2d (1, 1, 1) = 42\n"
        "the window covers row 1 and columns 1 to 2 of its input\n"
        "\n"
        "  channel 0 of 2\n"
        "       0   1   2      values       kernel     products\n"
        "    ┌───────────        8  10   ×   2  1   =   16  10\n"
        "  0 │  0   2   4\n"
        "  1 │  6  [8][10]\n"
        "\n"
        "  26 = 8×2 + 10×1\n"
        "\n"
        "  channel 1 of 2\n"
        "       0   1   2      values       kernel     products\n"
        "    ┌───────────        9  11   ×   0  1   =    0  11\n"
        "  0 │  1   3   5\n"
        "  1 │  7  [9][11]\n"
        "\n"
        "  11 = 9×0 + 11×1\n"
        "\n"
        "  37 = 26 + 11\n"
        "  37 + bias 5 = 42  conv2d (1, 1, 1)\n"
        "\n"
    )


def test_average_and_l2_pooling_write_their_formula():
    values = np.array([[1.0, -2], [3, 4]])[:, :, np.newaxis]
    assert "  (1 + (−2) + 3 + 4) / 4 = 1.5  average_pooling2d (0, 0)\n" in explained(
        pooled("average", values), (0, 0)
    )
    assert "  √(1² + (−2)² + 3² + 4²) = 5.4772  l2_pooling2d (0, 0)\n" in explained(
        pooled("l2", values), (0, 0)
    )


def test_a_maximum_lists_negative_numbers_without_parentheses():
    values = np.array([[-1.0, -2], [-3, -4]])[:, :, np.newaxis]
    assert "  max(−1, −2, −3, −4) = −1  max_pooling2d (0, 0)\n" in explained(
        pooled("max", values), (0, 0)
    )


def test_empty_cells_of_the_padding_do_not_count_in_the_formula():
    values = np.array([[1.0, 2], [3, 4]])[:, :, np.newaxis]
    text = explained(pooled("average", values, "same", 1), (1, 1))
    assert "  1 │ 3 [4][·]\n    │ · [·][·]\n" in text
    assert "  (4) / 1 = 4  average_pooling2d (1, 1)\n" in text
    assert "  3 of the window's 4 cells are padding, which does not count.\n" in text


def test_zeros_of_a_counted_padding_are_marked_in_a_pooling_too():
    values = np.array([[3.0, 2], [3, 4]])[:, :, np.newaxis]
    assert "√(0ᵖ² + 0ᵖ² + 0ᵖ² + 3²) = 3" in explained(pooled("l2", values, 1), (0, 0))


def test_combined_filters_are_a_formula_without_a_window():
    trace = calculated(image()[:1, :2], kernels([[1, 0.3]], [[0.1, 5]]), combine="sum")
    assert explained(trace, (0, 0, 1)).endswith(
        "combine (0, 0) = 306\n\n  306 = 34.2 + 271.8  combine (0, 0)\n\n"
    )


def test_a_layer_of_its_own_for_the_activation():
    network = assemble([Activation("relu")], (1, 1, 1), [{}])
    [text] = [explained(record(network, [[[-3.0]]]), (0, 0))]
    assert text == "activation (0, 0) = 0\n\n  relu(−3) = 0  activation (0, 0)\n\n"


def test_softmax_is_written_out_with_all_channels():
    network = assemble([Activation("softmax")], (1, 1, 2), [{}])
    text = explained(record(network, [[[1.0, -1.0]]]), (0, 0, 1))
    assert text == (
        "activation (0, 0, 1) = 0.1192\n"
        "\n"
        "  largest = max(1, −1)\n"
        "  e^(−1 − 1) / (e^(1 − 1) + e^(−1 − 1)) = 0.1192  activation (0, 0, 1)\n"
        "\n"
    )


def test_the_maximum_is_marked_once_even_in_a_tie():
    values = np.full((2, 2, 1), 7.0)
    text = printed(
        render_explanation(*alone(explain(pooled("max", values).layers[0], (0, 0))), Display()),
        color_system="truecolor",
    )
    assert text.count("48;2;193;18;31") == 1
    assert text.count("48;2;255;176;0") == 3


def test_a_window_on_a_big_input_shows_what_is_near():
    trace = calculated(np.zeros((100, 100, 1)), kernels(CROSS))
    text = explained(trace, (50, 60))
    assert "        …  59  60  61  62  63   …   " in text
    assert "  50 │  …   0  [0] [0] [0]  0   …\n" in text
    assert "  55 │" not in text


def test_a_kernel_too_wide_for_the_screen_leaves_the_formula():
    trace = calculated(np.ones((1, 60, 1)), np.ones((1, 60, 1, 1)))
    text = explained(trace, (0, 0))
    assert "values" not in text
    assert "  60 = 1×1 + 1×1" in text
    assert text.count("1×1") == 60


def test_many_channels_are_cut_off_unless_full():
    trace = calculated(np.ones((1, 1, 40)), np.ones((1, 1, 40, 1)))
    text = explained(trace, (0, 0))
    assert text.count("1 = 1×1") == 32
    assert "… and 8 more channels; --full shows them all." in text
    assert "40 = 1 + 1 + 1" in text
    assert explained(trace, (0, 0), full=True).count("1 = 1×1") == 40


def test_steps_go_filter_by_filter_and_row_by_row():
    trace = calculated(
        image()[:2, :3], kernels([[1, 1]], [[1, -1]]), pooling=pooling_layer("max", 2)
    )
    text = printed(render_steps(trace, Display()))
    titles = [line for line in text.splitlines() if line and not line.startswith((" ", "the"))]
    assert titles == [
        "Step by step · conv2d · 2×2×2",
        "conv2d (0, 0, 0) = 72",
        "conv2d (0, 1, 0) = 105",
        "conv2d (1, 0, 0) = 176",
        "conv2d (1, 1, 0) = 196",
        "conv2d (0, 0, 1) = -36",
        "conv2d (0, 1, 1) = 3",
        "conv2d (1, 0, 1) = -66",
        "conv2d (1, 1, 1) = 46",
        "Step by step · max_pooling2d · 1×1×2",
        "max_pooling2d (0, 0, 0) = 196",
        "max_pooling2d (0, 0, 1) = 46",
    ]


def test_a_step_shows_the_window_the_products_and_their_sum():
    text = printed(render_steps(calculated(image()[:2, :3], kernels([[1, 0.5]])), Display()))
    assert (
        "conv2d (1, 1) = 158.5\n"
        "the window covers row 1 and columns 1 to 2 of its input\n"
        "\n"
        "        0    1    2      values         kernel         products\n"
        "    ┌──────────────       121   75   ×     1  0.5   =    121  37.5\n"
        "  0 │  18   54   51\n"
        "  1 │  55 [121] [75]\n"
        "\n"
        "  158.5 = 121×1 + 75×0.5  conv2d (1, 1)\n"
    ) in text


def test_a_tall_input_is_cut_down_at_every_step():
    text = printed(render_steps(calculated(image("digit4"), kernels([[1, 0.3]])), Display()))
    assert "⋮" in text
    assert "\n  16 │" not in text.split("conv2d (0, 1)")[0]


def test_steps_of_a_large_layer_are_cut_off_unless_full():
    trace = calculated(np.ones((10, 10, 1)), np.ones((1, 1, 1, 1)))
    text = printed(render_steps(trace, Display()))
    assert text.count("conv2d (") == 2 * 64
    assert text.endswith("… and 36 more; --full shows them all, --at shows a single one.\n")
    assert printed(render_steps(trace, Display(full=True))).count("conv2d (") == 2 * 100


def test_rounded_products_are_about_equal():
    ninths = np.full((3, 3), 1 / 9)
    text = explained(calculated(image(), kernels(ninths), bias=1 / 3), (0, 0))
    assert "  70.7778 ≈ 18×0.1111 +  54×0.1111" in text
    assert "  70.7778 + bias 0.3333 = 71.1111  conv2d (0, 0)\n" in text
    assert "×   0.1111  0.1111  0.1111   ≈  " in text
    whole = explained(calculated(image(), kernels(np.eye(3))), (0, 0))
    assert "≈" not in whole


def test_rounded_sums_are_about_equal():
    thirds = np.full((1, 1, 2, 1), 1 / 3)
    text = explained(calculated(np.ones((1, 1, 2)), thirds, bias=1 / 3), (0, 0))
    assert "  0.3333 = 1×0.3333\n" in text
    assert "  0.6667 ≈ 0.3333 + 0.3333\n" in text
    assert "  0.6667 + bias 0.3333 = 1  conv2d (0, 0)\n" in text
    values = np.full((2, 2, 1), 1 / 6)
    assert "(0.1667 + 0.1667 + 0.1667 + 0.1667) / 4 = 0.1667" in explained(
        pooled("average", values), (0, 0)
    )
    assert "√(0.1667² + 0.1667² + 0.1667² + 0.1667²) ≈ 0.3333" in explained(
        pooled("l2", values), (0, 0)
    )
    trace = calculated(np.full((1, 1, 1), 2 / 3), np.full((1, 1, 1, 2), 1.0), combine="sum")
    assert "1.3333 ≈ 0.6667 + 0.6667" in explained(trace, (0, 0, 0))


def test_about_equal_is_spelt_where_the_screen_lacks_it():
    trace = calculated(image(), kernels(np.full((3, 3), 1 / 9)))
    drawing = render_explanation(follow(trace, (0, 0)), trace_scales(trace).inputs, Display())
    text = printed(drawing, encoding="latin-1")
    assert "70.7778 ~ 18×0.1111" in text
