"""Batch normalization, rescaling and dropout: rules against arithmetic, and as formulas."""

import itertools

import numpy as np
import pytest

from cnncalc.layers import Rescaling
from cnncalc.network import forward_layer
from cnncalc.ops import dropout, normalization
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import put
from cnncalc.rules.scaling import (
    BATCH_DEVIATION,
    BATCH_MEAN,
    BATCH_SQUARES,
    BATCH_VARIANCE,
    DEVIATION,
    LESS_MEAN,
    NORMALIZED,
    PRODUCT,
    RESCALED,
    kept_share,
    moving_statistic,
    normalized_gradient,
    normalized_output,
    rescaled,
    scaled_and_moved,
)
from cnncalc.rules.spelling import template, words

RNG = np.random.default_rng(2)
X, ERROR = RNG.normal(2, 3, (5, 4, 3)), RNG.normal(size=(5, 4, 3))
GAMMA, BETA = RNG.normal(size=(2, 3))
STATISTICS = normalization.batch_statistics(X)
VALUES = {
    "x": X,
    "error": ERROR,
    "mean": STATISTICS.mean,
    "variance": STATISTICS.variance,
    "epsilon": 0.001,
    "gamma": GAMMA,
    "beta": BETA,
}
VALUES["deviation"] = evaluate(DEVIATION, VALUES)


@pytest.mark.parametrize(("scale", "center"), [*itertools.product([True, False], repeat=2)])
def test_normalization_forward(scale, center):
    gamma, beta = (GAMMA if scale else np.ones(3)), (BETA if center else np.zeros(3))
    expected = normalization.batch_normalize(X, STATISTICS, gamma, beta)
    found = evaluate(normalized_output(scale=scale, center=center), VALUES)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_normalization_forward_as_formulas():
    whole = normalized_output(scale=True, center=True)
    assert template(whole) == "({x}-{mean})/{deviation}*{gamma}+{beta}"
    assert template(put(DEVIATION, {"epsilon": 0.001})) == "SQRT({variance}+0.001)"
    assert template(LESS_MEAN) == "{x}-{mean}"
    assert template(NORMALIZED) == "{less_mean}/{deviation}"
    spelt = words(put(whole, {"deviation": DEVIATION}))
    assert spelt == "(x − mean) / √(variance + epsilon) × gamma + beta"
    assert scaled_and_moved(LESS_MEAN, scale=False, center=False) == LESS_MEAN


@pytest.mark.parametrize("by_batch", [True, False])
@pytest.mark.parametrize("scale", [True, False])
def test_normalization_backward(scale, by_batch):
    gamma = GAMMA if scale else np.ones(3)
    expected = normalization.batch_normalize_gradients(
        ERROR, X, STATISTICS, gamma, training=by_batch
    )
    values = VALUES | {"less_mean": evaluate(LESS_MEAN, VALUES)}
    values["normalized"] = evaluate(NORMALIZED, values)
    products = evaluate(PRODUCT, values)
    np.testing.assert_allclose(products.sum(axis=(0, 1)), expected.gamma)
    means = {"mean_error": ERROR.mean(axis=(0, 1)), "mean_product": products.mean(axis=(0, 1))}
    found = evaluate(normalized_gradient(scale=scale, by_batch=by_batch), values | means)
    np.testing.assert_allclose(found, expected.inputs, rtol=1e-10, atol=1e-14)


def test_normalization_backward_as_formulas():
    by_batch = normalized_gradient(scale=True, by_batch=True)
    assert (
        template(by_batch)
        == "({error}-{mean_error}-{normalized}*{mean_product})*{gamma}/{deviation}"
    )
    assert template(normalized_gradient(scale=False, by_batch=False)) == "{error}/{deviation}"


def test_moving_statistics():
    moving = normalization.Statistics(GAMMA, BETA)
    expected = normalization.moving_average(moving, STATISTICS, 0.9)
    rule = moving_statistic(0.9)
    for before, batch, after in zip(moving, STATISTICS, expected, strict=True):
        assert evaluate(rule, {"before": before, "batch": batch}).tolist() == after.tolist()
    assert template(rule) == "{before}*0.9+{batch}*(1-0.9)"
    assert words(rule) == "before × 0.9 + batch × (1 − 0.9)"


@pytest.mark.parametrize(
    ("scale", "offset", "formula"),
    [
        (1 / 255, 0.0, "{x}*(1/255)"),
        (0.1, 0.0, "{x}*0.1"),
        (0.5, -0.25, "{x}*0.5-0.25"),
        (2.0, 1.0, "{x}*2+1"),
        (-0.5, 0.0, "{x}*-0.5"),
        (1 / 127.5, -1.0, f"{{x}}*{1 / 127.5!r}-1"),
        (1 / 1234, 0.0, "{x}*(1/1234)"),
    ],
)
def test_rescaling(scale, offset, formula):
    rule = rescaled(scale, offset)
    assert template(rule) == formula
    expected = forward_layer(Rescaling(scale, offset), {}, X)
    assert evaluate(rule, {"x": X}).tolist() == expected.tolist()
    assert evaluate(RESCALED, {"x": X, "scale": scale, "offset": offset}).tolist() == (
        expected.tolist()
    )


@pytest.mark.parametrize(("rate", "formula"), [(0.4, "IF({kept}=1,{x}/0.6,0)"), (1.0, "0*{kept}")])
def test_dropout(rate, formula):
    kept = dropout.dropout_mask(X.shape, rate, np.random.default_rng(1))
    found = evaluate(kept_share(rate), {"x": X, "kept": kept + 0.0})
    assert found.tolist() == dropout.dropout(X, kept, rate).tolist()
    assert template(kept_share(rate)) == formula


def test_a_batchs_statistics_are_those_of_numpy():
    numbers = np.array([1.0, 2.0, 4.0, 9.0])
    mean = evaluate(BATCH_MEAN.of(count=4).expression, {"sum": numbers.sum()})
    squares = evaluate(BATCH_SQUARES.expression, {"less_mean": numbers - mean})
    variance = evaluate(BATCH_VARIANCE.of(count=4).expression, {"sum": squares.sum()})
    assert (mean, variance) == (numbers.mean(), numbers.var())
    deviation = evaluate(BATCH_DEVIATION.of(epsilon=0.25).expression, {"variance": variance})
    assert deviation == np.sqrt(numbers.var() + 0.25)


def test_a_statistics_sentence_has_its_constants_in_full():
    assert BATCH_MEAN.of(count=1234567).sentence.endswith("their sum / 1234567.")
    assert BATCH_DEVIATION.of(epsilon=1e-3).sentence == "The root of the variance + 0.001."
