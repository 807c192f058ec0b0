from __future__ import annotations

import numpy as np
import pytest

from cnncalc.article import GRIDS
from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.layers import Conv2D, Dense, Flatten
from cnncalc.network import assemble
from cnncalc.tasks.flows import trace_flow
from cnncalc.trace import record
from cnncalc.views.terminal.playing import Play
from tests.views.terminal.rendering import (
    CROSS,
    calculated,
    color_screen,
    image,
    kernels,
    plain,
    screen,
)


def play_of(trace, layer="", **options):
    made = trace_flow(trace, **options)
    return Play.of(made.flow, made.values, made.scales, layer)


def network_trace():
    """A small network of three classes on one of the article's grids."""
    random = np.random.default_rng(0)
    layers = [
        Conv2D(2, 3, activation="relu", name="conv2d"),
        Flatten(name="flatten"),
        Dense(3, activation="softmax", name="dense"),
    ]
    shapes, shape = [], (6, 6, 1)
    for layer in layers:
        shapes.append(layer.weight_shapes(shape))
        shape = layer.output_shape(shape)
    weights = [{name: random.normal(size=size) for name, size in of.items()} for of in shapes]
    return record(assemble(layers, (6, 6, 1), weights), image() / 255)


def test_the_window_slides_and_the_output_fills_up():
    play = play_of(calculated(image()[:3, :4], kernels([[1, 0], [0, -1]])))
    assert len(play.moments) == 6
    assert plain(play.draw(4, screen())) == [
        "Convolution · conv2d · (1, 1)",
        "",
        "  Image                     kernel     Convolution, so far",
        "        0    1    2    3      1   0           0     1     2",
        "    ┌───────────────────      0  -1      ┌─────────────────",
        "  0 │  18   54   51  239               0 │ -103   -21   -27",
        "  1 │  55 [121] [75]  78               1 │   31  [-83]    ·",
        "  2 │  35  [24][204] 113",
        "",
        "  −83 = 121×1 + 75×0 + 24×0 + 204×(−1)",
    ]


def test_padding_has_a_mark_and_no_index():
    play = play_of(calculated(image(), kernels(CROSS), padding="same"))
    lines = plain(play.draw(0, screen(height=40)))
    assert "        0    1    2    3    4    5" in lines[3]
    assert lines[5].startswith("    │  [0]  [0]  [0]   0ᵖ")


@pytest.mark.parametrize("width", [80, 60, 40])
def test_every_moment_of_a_calculation_fits_the_screen(width):
    values = np.random.default_rng(0).integers(0, 255, (6, 6, 3)).astype(float)
    kernel = np.random.default_rng(1).integers(-1, 2, (3, 3, 3, 2))
    options = {"padding": "same", "bias": [1, 2], "activation": "relu"}
    trace = calculated(values, kernel, pooling=pooling_layer("max", 2), **options)
    play = play_of(trace)
    for place in range(0, len(play.moments), 5):
        lines = list(play.draw(place, screen(width=width, height=24)))
        assert len(lines) <= 23  # the keys stand below
        assert max(line.cell_len for line in lines) <= width


def test_what_does_not_fit_is_counted():
    values = np.random.default_rng(0).integers(0, 255, (6, 6, 3)).astype(float)
    play = play_of(calculated(values, np.ones((3, 3, 3, 1))))
    assert "… and 4 more" in "\n".join(plain(play.draw(0, screen(width=80, height=24))))
    assert "more" not in "\n".join(plain(play.draw(0, screen(width=200, height=60))))


def test_a_photos_result_grows_row_by_row():
    values = np.random.default_rng(0).integers(0, 255, (60, 60, 1)).astype(float)
    play = play_of(calculated(values, kernels(CROSS)))
    assert len(play.moments) == 24
    counts = [
        sum("▀" in line.plain for line in play.draw(place, color_screen(height=30)))
        for place in (0, 11, 23)
    ]
    assert counts[0] < counts[1] < counts[2]


def test_a_network_plays_to_its_class():
    play = play_of(network_trace(), class_names=("cat", "dog", "emu"))
    drawn = [plain(play.draw(place, screen())) for place in range(len(play.moments))]
    assert drawn[0][0].startswith("Convolution · conv2d")
    assert any("predicted class" in lines[0] for lines in drawn)
    assert any(name in "\n".join(drawn[-1]) for name in ("cat", "dog", "emu"))


def test_a_layer_can_play_alone():
    play = play_of(network_trace(), "dense")
    layers = {play.cells.stages[moment.slice_number].volume.layer for moment in play.moments}
    assert layers == {"dense"}


def test_a_stage_has_one_scale_for_all_its_slices():
    dead = calculated(image(), kernels(CROSS, np.zeros((3, 3))), activation="relu")
    play = play_of(dead)
    lines = list(play.draw(len(play.moments) - 1, color_screen()))
    grounds = {
        span.style.bgcolor.triplet
        for line in lines
        for span in line.spans
        if line.plain[span.start : span.end] == " 0 " and span.style.bgcolor
        and span.style.bgcolor.triplet != (255, 176, 0)
    }  # fmt: skip
    assert grounds == {(247, 252, 245), (255, 255, 255)}  # zeros: of the ReLU, and of the bias


@pytest.mark.parametrize("name", GRIDS)
def test_every_moment_can_be_drawn_in_any_encoding(name):
    trace = record(
        Calculation([[1, 2], [3, -4]], depthwise=True).network(image(name).shape), image(name)
    )
    play = play_of(trace)
    for place in (0, len(play.moments) - 1):
        for line in play.draw(place, screen(encoding="ascii")):
            line.plain.encode("ascii")
