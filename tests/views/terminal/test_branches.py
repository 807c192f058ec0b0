"""What the terminal shows of a network that branches: results apart, and called by their names."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.notation import parse
from cnncalc.summary import fully_connected, summarize
from cnncalc.trace import record
from cnncalc.views.records import summary_json
from cnncalc.views.terminal.derivations import render_derivation
from cnncalc.views.terminal.layer_results import render_layer, render_network
from cnncalc.views.terminal.screen import Display
from cnncalc.views.terminal.summary import render_summary
from cnncalc.views.terminal.traces import image_takers
from tests.trace.drawn import vary
from tests.views.terminal.rendering import printed

IMAGE = np.array([[1.0, 2.0], [3.0, 4.0]])
RESIDUAL = "Conv2D(2, 1); Conv2D(2, 1); Add()([conv2d_1, conv2d]); Flatten(); Dense(2)"
SQUEEZED = "Conv2D(2, 1); GlobalMaxPooling2D(); Multiply()([conv2d, global_max_pooling2d])"
JOINED = "Conv2D(1, 1); Conv2D(2, 1)(input); Concatenate()([conv2d, conv2d_1])"


def traced(text):
    layers = parse(text).layers
    return record(vary(layers, (2, 2, 1)), IMAGE)


def lines(renderable, **console):
    return [line.rstrip() for line in printed(renderable, **console).splitlines()]


def test_a_merge_says_which_results_it_joins():
    shown = lines(render_network(traced(RESIDUAL), Display()))
    place = shown.index("add · Add()([conv2d_1, conv2d]) · 2×2×2")
    assert shown[place + 1] == "conv2d_1 + conv2d, number by number"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("Subtract()([conv2d, input])", "conv2d − input"),
        ("Multiply()([conv2d, input])", "conv2d × input"),
        ("Average()([conv2d, input])", "mean(conv2d, input)"),
        ("Maximum()([conv2d, input])", "max(conv2d, input)"),
        ("Minimum()([conv2d, input])", "min(conv2d, input)"),
    ],
)
def test_each_merge_in_words(call, said):
    trace = traced(f"Conv2D(1, 1); {call}")
    assert f"{said}, number by number" in lines(render_network(trace, Display()))
    name = trace.layers[-1].name
    explained = lines(render_derivation(trace, name, (0, 1, 0), Display()))
    assert said.replace("conv2d", "conv2d (0, 1)").replace("input", "input (0, 1)") in explained


def test_one_merge_shows_the_results_that_it_joins_apart():
    shown = lines(render_layer(traced(SQUEEZED), "multiply", Display()))
    titles = [line for line in shown if " · " in line]
    assert titles == [
        "What multiply joins · conv2d · 2×2×2",
        "What multiply joins · global_max_pooling2d · 2",
        "Merged · multiply · 2×2×2",
    ]
    assert shown[shown.index(titles[1]) + 1] == "repeated to 2×2×2"


def test_channels_of_a_concatenation_are_captioned_by_their_layer():
    shown = "\n".join(lines(render_layer(traced(JOINED), "concatenate", Display())))
    assert "the channels of conv2d, then conv2d_1" in shown
    assert "channel 0 of 3 (from conv2d)" in shown
    assert "channel 2 of 3 (from conv2d_1, channel 1)" in shown


def test_the_numbers_that_a_merge_joined_are_named_where_they_stood():
    shown = lines(render_derivation(traced(SQUEEZED), "multiply", (1, 0, 1), Display(), 2))
    assert shown[1] == "conv2d (1, 0, 1) × global_max_pooling2d (1)"
    assert any(line.startswith("  global_max_pooling2d (1) = ") for line in shown)


def test_a_channel_of_a_concatenation_is_a_number_of_its_layer():
    trace = traced(JOINED)
    shown = "\n".join(lines(render_derivation(trace, "concatenate", (1, 0, 2), Display(2))))
    assert "is conv2d_1 (1, 0, 1)  concatenate (1, 0, 2)" in shown
    assert "  conv2d_1 (1, 0, 1) = " in shown


def test_a_difference_and_a_product_are_written_out():
    trace = record(vary(parse("Subtract()([input, input])").layers, (2, 2, 1)), IMAGE)
    shown = lines(render_derivation(trace, "subtract", (1, 1), Display()))
    assert "  0 = 4 − 4  subtract (1, 1)" in shown


def test_whoever_takes_the_image_is_drawn_on_it_wherever_it_stands():
    assert image_takers(traced(JOINED)) == {0, 1}
    assert image_takers(traced(RESIDUAL)) == {0}


def summary(text=RESIDUAL):
    return summarize(parse(text).layers, (2, 2, 1))


def test_a_summary_tells_what_each_layer_is_connected_to():
    shown = lines(render_summary(summary(), "functional"), width=112)
    assert "┃ Connected to" in shown[2]
    assert "│ input" in next(line for line in shown if "conv2d (Conv2D)" in line)
    place = next(i for i, line in enumerate(shown) if "add (Add)" in line)
    assert [line.split("│")[4].strip() for line in shown[place : place + 2]] == [
        "conv2d_1[0][0],",
        "conv2d[0][0]",
    ]


def test_on_a_narrow_screen_connections_stand_below_the_names():
    shown = lines(render_summary(summary(), "functional"), width=40)
    assert not any("Connected" in line for line in shown)
    assert max(map(len, shown[: shown.index(next(s for s in shown if "Total" in s))])) <= 40
    assert any("← conv2d_1," in line for line in shown)


def test_a_chain_has_no_such_column():
    chain = summary("Conv2D(1, 1); Flatten()")
    assert not chain.branches
    assert not any("Connected" in line for line in lines(render_summary(chain, "x")))
    assert "connected_to" not in summary_json(chain)


def test_connections_as_json():
    found = json.loads(summary_json(summary()))["layers"]
    assert [layer["connected_to"] for layer in found] == [
        ["input"],
        ["conv2d"],
        ["conv2d_1", "conv2d"],
        ["add"],
        ["flatten"],
    ]


def test_no_fully_connected_network_is_made_of_branches():
    with pytest.raises(OptionError, match="Received: add, which takes conv2d_1 and conv2d"):
        fully_connected(summary())
