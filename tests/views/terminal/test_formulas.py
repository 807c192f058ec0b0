from __future__ import annotations

import numpy as np
import pytest

from cnncalc.explanation import explain
from cnncalc.layers import (
    ELU,
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    ReLU,
    Rescaling,
    Softmax,
    ZeroPadding2D,
)
from cnncalc.network import assemble
from cnncalc.trace import record
from cnncalc.views.terminal import Display
from cnncalc.views.terminal.explanations import render_explanation
from tests.views.terminal.rendering import alone, printed

NORMALIZATION = {
    "gamma": [1.0, 2.0],
    "beta": [0.0, -1.0],
    "moving_mean": [0.0, 5.0],
    "moving_variance": [1.0, 4.0],
}


def formulas(layer, values, at, weights=()):
    """The lines of an explanation below its heading."""
    values = np.asarray(values, dtype=float)
    network = assemble([layer], values.shape, [dict(weights)])
    explanation = explain(record(network, values).layers[0], at)
    lines = printed(render_explanation(*alone(explanation), Display())).splitlines()
    return [line.strip() for line in lines if line.startswith("  ")]


def test_a_number_that_is_handed_on_tells_where_it_stood():
    assert formulas(Flatten(), [[[1], [2]], [[3], [4]]], (2,)) == [
        "3 stood at (1, 0, 0) of its input  flatten (2)"
    ]
    assert formulas(Dropout(0.5), [[[-7]]], (0, 0)) == [
        "−7 stood at (0, 0, 0) of its input  dropout (0, 0)"
    ]


def test_an_added_zero_is_said_to_be_one():
    assert formulas(ZeroPadding2D(1), [[[5]]], (0, 0)) == [
        "0 is a zero that was added  zero_padding2d (0, 0)"
    ]


def test_rescaling_is_a_product_and_a_sum():
    assert formulas(Rescaling((1, 0.5), -1), [-3, -5], (1,)) == [
        "(−5)×0.5 + offset (−1) = −3.5  rescaling (1)"
    ]


@pytest.mark.parametrize(
    ("options", "words", "figures"),
    [
        ({}, " × gamma + beta", " × 2 + (−1) = −10"),
        ({"center": False}, " × gamma", " × 2 = −9"),
        ({"center": False, "scale": False}, "", " = −4.5"),
    ],
)
def test_normalization_in_words_and_in_numbers(options, words, figures):
    layer = BatchNormalization(epsilon=0, **options)
    weights = {name: NORMALIZATION[name] for name in layer.weight_shapes((2,))}
    assert formulas(layer, [0, -4], (1,), weights) == [
        "(x − mean) / √(variance + epsilon)" + words,
        "(−4 − 5) / √(4 + 0)" + figures + "  batch_normalization (1)",
    ]


def test_softmax_after_a_dense_layer_compares_all_units():
    weights = {"kernel": [[1.0, -1.0]], "bias": [0.5, 40.0]}
    assert formulas(Dense(2, "softmax"), [16], (1,), weights) == [
        "−16 = 16×(−1)",
        "−16 + bias 40 = 24",
        "largest = max(16.5, 24)",
        "e^(24 − 24) / (e^(16.5 − 24) + e^(24 − 24)) = 0.9994  dense (1)",
    ]


def test_softmax_of_one_number_is_said_to_be_1():
    assert formulas(Softmax(), [3], (0,)) == ["softmax of a single number is always 1  softmax (0)"]


@pytest.mark.parametrize(
    ("layer", "written"),
    [
        (ReLU(), "relu(−2) = 0  re_lu (0)"),
        (LeakyReLU(), "leaky_relu(−2) = −0.6  leaky_re_lu (0)"),
        (ELU(), "elu(−2) = −0.8647  elu (0)"),
    ],
)
def test_an_activation_with_parameters_is_named(layer, written):
    assert formulas(layer, [-2], (0,)) == [written]


def test_of_many_inputs_the_largest_terms_come_first_and_the_others_are_added_up():
    values = np.arange(30.0)
    weights = {"kernel": np.where(values == 1, -50.0, 1.0).reshape(30, 1)}
    text = " ".join(formulas(Dense(1, use_bias=False), values, (0,), weights))
    assert text.startswith("384 = 1×(−50) + 29×1 + 28×1")
    assert text.endswith("+ 8×1 + 7×1 + 20 from 6 smaller terms  dense (0)")


@pytest.mark.parametrize(
    ("layer", "values", "written"),
    [
        (Activation("sigmoid"), [4.00004], "sigmoid(4) = 0.982  activation (0)"),
        (LeakyReLU(100), [-0.00123456], "leaky_relu(−0.0012) ≈ −0.1235  leaky_re_lu (0)"),
        (Rescaling(1 / 255), [18], "18×0.0039 + offset 0 ≈ 0.0706  rescaling (0)"),
        (Rescaling(0.5), [18], "18×0.5 + offset 0 = 9  rescaling (0)"),
    ],
)
def test_what_printed_numbers_miss_is_about_equal(layer, values, written):
    assert formulas(layer, values, (0,)) == [written]


def test_normalization_and_softmax_may_be_about_equal_too():
    weights = {name: NORMALIZATION[name][1:] for name in NORMALIZATION}
    weights["moving_variance"] = [0.00001]
    layer = BatchNormalization(epsilon=0.00001)
    assert formulas(layer, [5.00033], (0,), weights)[1] == (
        "(5.0003 − 5) / √(1e−5 + 1e−5) × 2 + (−1) ≈ −0.8524  batch_normalization (0)"
    )
    text = formulas(Softmax(), [10.00004, 0.00006], (1,))[-1]
    assert text == "e^(0.0001 − 10) / (e^(10 − 10) + e^(0.0001 − 10)) ≈ 4.5399e−5  softmax (1)"
