"""The explanation of any number of any layer adds up, over drawn networks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.explanation import explain
from cnncalc.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.trace import record
from tests.drawn_examples import of_examples
from tests.trace.drawn import networks_and_images, vary


@settings(max_examples=of_examples(200), deadline=None)
@given(networks_and_images(), st.data())
def test_every_number_is_explained_by_its_terms(drawn, data):
    network, image = drawn
    for layer in record(network, image).layers:
        at = tuple(data.draw(st.integers(0, n - 1)) for n in layer.output.shape)
        explanation = explain(layer, at)
        for term in explanation.terms:
            if not term.padding:
                assert layer.input[term.index] == term.value
        if explanation.rule == "each":
            assert explanation.total == layer.input[at]
        else:
            expected = pytest.approx(explanation.results[0][1], rel=1e-9, abs=1e-9)
            assert explanation.total == expected
        assert explanation.results[-1][1] == layer.output[at]


@settings(max_examples=of_examples(100), deadline=None)
@given(networks_and_images(), st.data())
def test_bias_and_activation_follow_from_the_total(drawn, data):
    network, image = drawn
    for layer in record(network, image).layers:
        at = tuple(data.draw(st.integers(0, n - 1)) for n in layer.output.shape)
        explanation = explain(layer, at)
        value = explanation.total + (explanation.bias or 0.0)
        activation = getattr(layer.layer, "activation", "linear")
        if explanation.among:
            assert explanation.among[at[-1]] == pytest.approx(value, rel=1e-9, abs=1e-9)
            value = ACTIVATIONS["softmax"].forward(np.array(explanation.among))[at[-1]]
        elif explanation.rule == "products":
            value = ACTIVATIONS[activation].forward(np.array(value))
        elif explanation.rule == "each":
            continue
        assert layer.output[at] == pytest.approx(value, rel=1e-9, abs=1e-9)


def explained(layer, at, shape=(2, 3, 2)):
    """The explanation of a number of a layer on 0, 1, 2, …"""
    image = np.arange(math.prod(shape), dtype=float).reshape(shape)
    return explain(record(vary([layer], shape), image).layers[0], at)


def test_a_flat_number_tells_where_it_stood():
    explanation = explained(Flatten(), (9,))
    assert explanation.rule == "same"
    assert explanation.terms[0].index == (1, 1, 1)
    assert explanation.total == 9


def test_an_added_zero_is_padding():
    explanation = explained(ZeroPadding2D(1), (0, 2, 1))
    assert explanation.terms[0].padding
    assert explanation.terms[0].index == (-1, 1, 1)
    assert explanation.total == 0


def test_a_dense_unit_has_a_term_for_each_input():
    explanation = explained(Dense(3, "softmax"), (1,), shape=(4,))
    kernel, bias = explanation.layer.weights.values()
    assert [term.index for term in explanation.terms] == [(0,), (1,), (2,), (3,)]
    assert [term.weight for term in explanation.terms] == kernel[:, 1].tolist()
    assert explanation.bias == bias[1]
    assert [name for name, _ in explanation.results] == ["weighted sum", "logits", "softmax"]
    assert len(explanation.among) == 3


def test_a_dense_layer_on_a_volume_stays_at_its_position():
    explanation = explained(Dense(3), (1, 2, 0))
    assert [term.index for term in explanation.terms] == [(1, 2, 0), (1, 2, 1)]


def test_a_global_pooling_takes_its_whole_slice():
    explanation = explained(GlobalAveragePooling2D(), (1,))
    assert [term.value for term in explanation.terms] == [1, 3, 5, 7, 9, 11]
    assert explanation.total == 6


def test_rescaling_and_normalization_name_their_numbers():
    assert explained(Rescaling((2, 3), 1), (0, 1, 1)).parameters == (("scale", 3), ("offset", 1))
    normalized = explained(BatchNormalization(center=False), (0, 1, 1))
    assert set(dict(normalized.parameters)) == {"mean", "variance", "epsilon", "gamma"}


def test_a_softmax_layer_compares_all_units_and_leaves_its_logits_out_of_the_results():
    explanation = explained(Softmax(), (2,), shape=(3,))
    assert [term.value for term in explanation.terms] == [0, 1, 2]
    assert explanation.results == (("softmax", explanation.total),)


def test_grouped_terms_come_from_their_own_channels():
    explanation = explained(Conv2D(4, 1, groups=2), (0, 0, 2))
    assert [term.index for term in explanation.terms] == [(0, 0, 1)]
