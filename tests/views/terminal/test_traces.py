from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.calculator import Calculation, pooling_layer, pooling_network
from cnncalc.explanation import follow
from cnncalc.trace import record
from cnncalc.views.terminal import Display, render_trace
from cnncalc.views.terminal.explanations import render_explanation
from cnncalc.views.terminal.steps import render_steps
from cnncalc.views.trace_colors import trace_scales
from tests.drawn_examples import of_examples
from tests.views.terminal.rendering import (
    CROSS,
    calculated,
    color_screen,
    image,
    kernels,
    printed,
    screen,
)


def test_every_stage_stands_below_what_it_is_and_how_its_size_came_about():
    trace = calculated(
        image("5x5"),
        kernels(CROSS),
        bias=-600,
        strides=2,
        activation="relu",
        pooling=pooling_layer("max", 2),
    )
    assert printed(render_trace(trace, Display())) == (
        "Input · 5×5\n"
        "5 rows, 5 columns, 1 channel; lowest 3, highest 253, mean 110.64\n"
        "\n"
        "        0    1    2    3    4\n"
        "    ┌────────────────────────\n"
        "  0 │  18   54   51  239  244\n"
        "  1 │  55  121   75   78   95\n"
        "  2 │  35   24  204  113  109\n"
        "  3 │   3  154  104  235   25\n"
        "  4 │  15  253  225  159   78\n"
        "\n"
        "Kernel · conv2d · 3×3\n"
        "strides: 2 down, 2 across\n"
        "\n"
        "  bias -600\n"
        "   1  0  1\n"
        "   0  1  0\n"
        "   1  0  1\n"
        "\n"
        "Convolution · conv2d · 2×2\n"
        "height (5 − 3 + 2×0) / 2 + 1 = 2; width (5 − 3 + 2×0) / 2 + 1 = 2\n"
        "\n"
        "        0    1\n"
        "    ┌─────────\n"
        "  0 │ 429  686\n"
        "  1 │ 633  851\n"
        "\n"
        "Bias · conv2d · 2×2\n"
        "one number added to each filter's output\n"
        "\n"
        "         0     1\n"
        "    ┌───────────\n"
        "  0 │ -171    86\n"
        "  1 │   33   251\n"
        "\n"
        "Activation · conv2d · 2×2\n"
        "relu of each number\n"
        "\n"
        "        0    1\n"
        "    ┌─────────\n"
        "  0 │   0   86\n"
        "  1 │  33  251\n"
        "\n"
        "Max pooling 2×2 · max_pooling2d · 1×1\n"
        "height (2 − 2 + 2×0) / 2 + 1 = 1; width (2 − 2 + 2×0) / 2 + 1 = 1\n"
        "\n"
        "        0\n"
        "    ┌────\n"
        "  0 │ 251\n"
        "\n"
    )


def test_same_padding_of_an_even_kernel_says_where_the_extra_zeros_go():
    trace = calculated(image()[:2, :2], kernels(np.ones((2, 2))), padding="same")
    assert (
        "Padded input · conv2d · 3×3\n"
        "zeros added: 1 bottom, 1 right\n"
        "same needs an odd number of rows here: the extra one goes to the bottom\n"
        "same needs an odd number of columns here: the extra one goes to the right\n"
        "ᵖ marks the zeros of the padding\n"
        "\n"
        "        0    1\n"
        "    ┌──────────────\n"
        "  0 │  18   54    0ᵖ\n"
        "  1 │  55  121    0ᵖ\n"
        "    │   0ᵖ   0ᵖ   0ᵖ\n"
    ) in printed(render_trace(trace, Display()))


def test_even_padding_by_numbers_has_nothing_to_explain():
    trace = calculated(image(), kernels(CROSS), padding=(0, 1, 0, 1))
    text = printed(render_trace(trace, Display()), color_system="truecolor")
    assert "same needs" not in text
    assert "ᵖ" not in text


def test_empty_cells_around_a_pooled_image_are_dots():
    network = pooling_network((2, 2, 1), pooling_layer("max", 3, 1, "same"))
    text = printed(render_trace(record(network, image()[:2, :2]), Display()))
    assert (
        "Padded input · max_pooling2d · 4×4\n"
        "empty cells added: 1 top, 1 bottom, 1 left, 1 right\n"
        "\n"
        "             0    1\n"
        "    ┌───────────────────\n"
        "    │   ·    ·    ·    ·\n"
        "  0 │   ·   18   54    ·\n"
        "  1 │   ·   55  121    ·\n"
        "    │   ·    ·    ·    ·\n"
    ) in text


def test_what_no_window_reaches_is_said():
    text = printed(render_trace(calculated(image(), kernels(CROSS), strides=2), Display()))
    assert "no window\nreaches the last row and the last column" in text


def test_filters_and_what_they_make_count_from_0_as_positions_and_the_workbook_do():
    trace = calculated(image()[:3, :3], kernels(CROSS, np.eye(3)), bias=[1, 0.5], combine="max")
    text = printed(render_trace(trace, Display()))
    assert (
        "Kernels · conv2d · 2 of 3×3\n"
        "\n"
        "  filter 0 of 2, bias 1   filter 1 of 2, bias 0.5\n"
        "   1  0  1                 1  0  0\n"
        "   0  1  0                 0  1  0\n"
        "   1  0  1                 0  0  1\n"
    ) in text
    assert "  filter 0 of 2   filter 1 of 2\n" in text
    assert "Combined · combine · 1×1\nmax over the 2 outputs, cell by cell\n" in text


def test_deep_filters_show_their_slices_by_the_colour_they_see():
    trace = calculated(np.ones((2, 2, 3)), np.arange(6.0).reshape(1, 1, 3, 2), bias=1)
    assert (
        "Kernels · conv2d · 2 of 1×1×3\n"
        "\n"
        "  filter 0 of 2, bias 1\n"
        "  channel 0 of 3 (red)   channel 1 of 3 (green)   channel 2 of 3 (blue)\n"
        "   0                      2                        4\n"
        "\n"
        "  filter 1 of 2, bias 1\n"
        "  channel 0 of 3 (red)   channel 1 of 3 (green)   channel 2 of 3 (blue)\n"
        "   1                      3                        5\n"
    ) in printed(render_trace(trace, Display()))


def test_a_single_deep_filter_without_bias_needs_no_name():
    trace = calculated(np.ones((2, 2, 3)), np.ones((1, 1, 3, 1)))
    text = printed(render_trace(trace, Display()))
    assert "Kernel · conv2d · 1×1×3\n\n  channel 0 of 3 (red)" in text


def test_a_depthwise_kernel_names_its_channel():
    trace = calculated(np.ones((3, 3, 2)), kernels(CROSS, np.eye(3)), depthwise=True)
    text = printed(render_trace(trace, Display()), width=140)
    assert "Kernels · depthwise_conv2d · 4 of 3×3" in text
    assert "channel 1 of 2, kernel 0 of 2" in text
    assert "channel 3 of 4 (from channel 1)" in text


def test_dilation_says_how_far_the_weights_reach():
    trace = calculated(image(), kernels(CROSS), dilation_rate=(1, 2))
    assert "dilation 1×2: the weights reach over 3×5" in printed(render_trace(trace, Display()))


def test_the_filters_of_a_wide_layer_are_cut_off_unless_full():
    trace = calculated(np.ones((1, 1, 20)), np.ones((1, 1, 20, 3)))
    [text, full] = (
        printed(render_trace(trace, Display(full=full))).partition("Convolution ·")[0]
        for full in (False, True)
    )
    assert "filter 0 of 3\n" in text
    assert "filter 1 of 3" not in text
    assert "… and 2 more; --full shows them all." in text
    assert "filter 2 of 3\n" in full


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("color_system", [None, "standard", "256", "truecolor"])
def test_every_encoding_and_colour_system_can_print_everything(encoding, color_system):
    values = np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(float)
    pool = pooling_layer("l2", 3, 2, "same")
    kernel = np.random.default_rng(1).normal(size=(3, 3, 3, 2))
    trace = calculated(values, kernel, padding="same", bias=[-1, 1], strides=3, pooling=pool)
    look = {"encoding": encoding, "color_system": color_system}
    assert "Padded input" in printed(render_trace(trace, Display()), **look)
    assert "conv2d (0, 0, 1)" in printed(
        render_explanation(follow(trace, (0, 0, 1)), trace_scales(trace).inputs, Display()), **look
    )


def test_no_color_is_plain_on_a_terminal_too():
    trace = calculated(image(), kernels(CROSS))
    text = printed(render_steps(trace, Display()), color_system="truecolor", no_color=True)
    assert "[18] [54] [51] 239" in text
    assert "38;2" not in text
    assert "48;2" not in text


@st.composite
def calculations(draw):
    """A small calculation of any kind, and the width of a screen."""
    seed = draw(st.integers(0, 1000))
    random = np.random.default_rng(seed)
    depth, filters = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    depthwise = draw(st.booleans())
    size = draw(st.tuples(st.integers(3, 40), st.integers(3, 40)))
    kernel_size = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    kernel_depth = 1 if depthwise else depth
    options = Calculation(
        random.normal(size=(*kernel_size, kernel_depth, filters))
        * 10.0 ** draw(st.integers(-9, 9)),
        draw(st.sampled_from([None, 0.5, -2])),
        draw(st.sampled_from(["valid", "same", 1, (0, 2, 1, 0)])),
        draw(st.integers(1, 3)),
        activation=draw(st.sampled_from([None, "relu", "softmax"])),
        depthwise=depthwise,
        combine=draw(st.sampled_from([None, "sum", "max"])),
    )
    values = random.normal(100, 200, (*size, depth))
    return record(options.network(values.shape), values), draw(st.integers(60, 200))


@settings(max_examples=of_examples(40), deadline=None)
@given(calculations())
def test_nothing_is_wider_than_the_screen(calculation):
    trace, width = calculation
    at = (0,) * 3
    for on in (screen(width=width), color_screen(width=width)):
        for drawing in (
            render_trace(trace, Display()),
            render_explanation(follow(trace, at), trace_scales(trace).inputs, Display()),
        ):
            assert max(line.cell_len for line in drawing.draw(on)) <= width


@settings(max_examples=10, deadline=None)
@given(calculations())
def test_full_prints_every_number(calculation):
    trace, width = calculation
    display = Display(full=True, decimals=2)
    text = "\n".join(
        line.plain
        for line in render_trace(trace, display).draw(screen(width=width, full=True, decimals=2))
    )
    words = set(text.replace("│", " ").replace("ᵖ", " ").split())
    for value in trace.output.ravel().tolist():
        assert screen(decimals=2).number(value) in words
