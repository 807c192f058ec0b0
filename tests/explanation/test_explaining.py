from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cnncalc.article import GRIDS
from cnncalc.calculator import Calculation, pooling_layer
from cnncalc.errors import OptionError
from cnncalc.explanation import contributors, derive, explain, follow
from cnncalc.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Softmax
from cnncalc.network import assemble
from cnncalc.trace import record
from tests.trace.drawn import vary

IMAGE = np.array(GRIDS["6x6"], dtype=float)

CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], dtype=float).reshape(3, 3, 1, 1)


def trace(**options):
    return record(Calculation(CROSS, **options).network((6, 6, 1)), IMAGE)


def test_the_articles_first_number_is_written_out():
    [explanation] = follow(trace(), (0, 0))
    assert [(term.value, term.weight) for term in explanation.terms] == [
        (18, 1), (54, 0), (51, 1), (55, 0), (121, 1), (75, 0), (35, 1), (24, 0), (204, 1),
    ]  # fmt: skip
    assert explanation.terms[4].index == (1, 1, 0)
    assert explanation.total == 429
    assert explanation.results == (("convolution", 429.0),)


def test_a_number_is_followed_through_bias_activation_and_pooling():
    explanations = follow(trace(bias=-500, activation="relu", pooling=pooling_layer("max")), (1, 1))
    convolution, pooling = explanations
    assert convolution.bias == -500
    assert convolution.results == (("convolution", 792), ("bias", 292), ("activation", 292))
    assert pooling.at == (0, 0, 0)
    assert pooling.rule == "max"
    assert [term.value for term in pooling.terms] == [0, 5, 0, 292]
    assert pooling.total == 292


def test_padding_is_marked_and_lies_outside_the_input():
    [explanation] = follow(trace(padding=1), (0, 0))
    outside = [term for term in explanation.terms if term.padding]
    assert len(outside) == 5
    assert all(-1 in term.index and term.value == 0 for term in outside)


def test_padding_that_does_not_count_is_left_out_of_the_average():
    wanted = trace(pooling=pooling_layer("average", 3, 2, "same"))
    explanation = explain(wanted.layers[1], (1, 1, 0))
    counted = [term for term in explanation.terms if not term.padding]
    assert len(explanation.terms) == 9
    assert len(counted) == 4
    assert explanation.total == pytest.approx(np.mean([term.value for term in counted]))


def test_numeric_padding_counts_in_the_average():
    wanted = trace(pooling=pooling_layer("average", 3, 2, 1))
    explanation = explain(wanted.layers[1], (0, 0, 0))
    assert explanation.total == pytest.approx((429 + 505 + 261 + 792) / 9)


def test_a_number_that_no_window_reaches_ends_the_way():
    explanations = follow(trace(pooling=pooling_layer("max", 3, 3)), (3, 3))
    assert [explanation.layer.name for explanation in explanations] == ["conv2d"]


def test_of_several_windows_over_a_number_the_first_is_followed():
    explanations = follow(trace(pooling=pooling_layer("max", 2, 1)), (2, 1))
    assert explanations[1].at == (1, 0, 0)


def test_depthwise_and_grouped_terms_come_from_their_own_channels():
    image = np.arange(3 * 3 * 4, dtype=float).reshape(3, 3, 4)
    kernel = np.ones((2, 2, 1, 2))
    wanted = record(Calculation(kernel, depthwise=True).network((3, 3, 4)), image)
    explanation = explain(wanted.layers[0], (0, 0, 5))
    assert {term.index[2] for term in explanation.terms} == {2}


def test_combining_lists_one_term_a_filter():
    kernel = np.concatenate([CROSS, 2 * CROSS], axis=3)
    wanted = record(Calculation(kernel, combine="sum").network((6, 6, 1)), IMAGE)
    combined = follow(wanted, (0, 0, 1))[1]
    assert [term.value for term in combined.terms] == [429, 858]
    assert combined.total == 1287


@pytest.mark.parametrize("at", [(4, 0), (0, -1), (0,), (0, 0, 1), (0, 0, 0, 0)])
def test_a_position_outside_the_output_says_what_is_inside(at):
    with pytest.raises(OptionError, match="must be row 0 to 3, column 0 to 3, channel 0 to 0"):
        follow(trace(), at)


def trace_of(*layers, shape=(6, 6, 1)):
    return record(vary(layers, shape), np.random.default_rng(1).normal(size=shape))


def names(steps):
    return [(step.level, step.explanation.layer.name) for step in steps]


def test_depth_1_is_the_number_alone():
    trace = trace_of(Conv2D(2, 3), Conv2D(1, 3))
    assert names(derive(trace, "conv2d_1", (0, 0))) == [(0, "conv2d_1")]


def test_each_number_stands_before_those_it_came_from():
    trace = trace_of(Conv2D(2, 3), MaxPooling2D(2), Flatten(), Dense(2))
    steps = list(derive(trace, "dense", (0,), depth=3, most=2))
    assert names(steps) == [
        (0, "dense"),
        (1, "flatten"), (2, "max_pooling2d"), (3, "conv2d"),
        (1, "flatten"), (2, "max_pooling2d"), (3, "conv2d"),
    ]  # fmt: skip
    for one, next_ in pairwise(steps):
        if next_.level > one.level:
            values = [term.value for term in one.explanation.terms]
            assert next_.explanation.results[-1][1] in values


def test_the_way_ends_at_the_image():
    trace = trace_of(Conv2D(2, 3), MaxPooling2D(2))
    steps = list(derive(trace, "max_pooling2d", (0, 0, 1), depth=9))
    assert names(steps) == [(0, "max_pooling2d"), (1, "conv2d")]


def test_layers_that_hand_numbers_on_do_not_count():
    trace = trace_of(MaxPooling2D(2), Flatten(), Dropout(0.5))
    assert names(derive(trace, "dropout", (3,))) == [
        (0, "dropout"), (1, "flatten"), (2, "max_pooling2d"),
    ]  # fmt: skip


def test_the_largest_contributions_come_first_and_zeros_are_left_out():
    weights = {"kernel": np.array([[1.0], [-9.0], [0.0], [5.0]])}
    network = assemble([Dense(1, use_bias=False)], (4,), [weights])
    explanation = explain(record(network, [2, 1, 7, 0]).layers[0], (0,))
    assert [term.index for term in contributors(explanation)] == [(1,), (0,)]


def test_a_maximum_came_from_its_winner_alone():
    trace = trace_of(MaxPooling2D(2))
    [winner] = contributors(explain(trace.layers[0], (1, 1, 0)))
    assert winner.value == trace.output[1, 1, 0]


def test_a_share_came_from_its_own_logit_first():
    trace = record(assemble([Softmax()], (3,), [{}]), [5, 1, 3])
    explanation = explain(trace.layers[0], (1,))
    assert [term.index for term in contributors(explanation)] == [(1,), (0,), (2,)]


def test_an_unknown_layer_or_place_is_refused():
    trace = trace_of(Flatten(), Dense(2))
    with pytest.raises(OptionError, match="flatten, dense"):
        derive(trace, "conv2d", (0,))
    with pytest.raises(OptionError, match=r"must be unit 0 to 1\. Received: 2"):
        derive(trace, "dense", (2,))
