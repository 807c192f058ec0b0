from itertools import pairwise

import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.explanation import contributors, derive, explain
from cnncalc.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Softmax
from cnncalc.network import assemble
from cnncalc.trace import record
from tests.trace.drawn import vary


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
