import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import OptionError
from cnncalc.training.losses import (
    LOSSES,
    binary_crossentropy,
    categorical_crossentropy,
    loss_named,
    mean_squared_error,
    target_outputs,
)

FORMS = [
    (categorical_crossentropy, True),
    (categorical_crossentropy, False),
    (binary_crossentropy, True),
    (binary_crossentropy, False),
    (mean_squared_error, False),
]


def numerical_gradient(function, targets, outputs, from_logits, step=1e-6):
    result = np.zeros_like(outputs)
    for index in np.ndindex(outputs.shape):
        up, down = outputs.copy(), outputs.copy()
        up[index] += step
        down[index] -= step
        difference = (
            function(targets, up, from_logits).losses.sum()
            - function(targets, down, from_logits).losses.sum()
        )
        result[index] = difference / (2 * step)
    return result


@pytest.mark.parametrize(("function", "from_logits"), FORMS)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(2, 5))
def test_each_gradient_is_the_slope_of_its_loss(function, from_logits, seed, batch, units):
    random = np.random.default_rng(seed)
    outputs = (
        random.normal(size=(batch, units))
        if from_logits
        else random.uniform(0.1, 0.9, (batch, units))
    )
    targets = np.eye(units)[random.integers(units, size=batch)]
    expected = numerical_gradient(function, targets, outputs, from_logits)
    gradient = function(targets, outputs, from_logits).gradient
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_logits_and_their_softmax_have_the_same_cross_entropy(seed):
    random = np.random.default_rng(seed)
    logits = random.normal(size=(3, 4))
    targets = np.eye(4)[random.integers(4, size=3)]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        categorical_crossentropy(targets, logits, from_logits=True).losses,
        categorical_crossentropy(targets, probabilities).losses,
        rtol=1e-9,
    )


@given(st.integers(0, 2**32 - 1))
def test_logits_and_their_sigmoid_have_the_same_cross_entropy(seed):
    random = np.random.default_rng(seed)
    logits = random.normal(size=(3, 2))
    targets = random.integers(2, size=(3, 2)).astype(float)
    np.testing.assert_allclose(
        binary_crossentropy(targets, logits, from_logits=True).losses,
        binary_crossentropy(targets, 1 / (1 + np.exp(-logits))).losses,
        rtol=1e-9,
    )


def test_a_saturated_wrong_answer_keeps_its_gradient_from_logits():
    targets, logits = np.array([[1.0, 0.0]]), np.array([[-40000.0, 40000.0]])
    losses, gradient = categorical_crossentropy(targets, logits, from_logits=True)
    assert losses.tolist() == [80000.0]
    assert gradient.tolist() == [[-1.0, 1.0]]
    losses, gradient = binary_crossentropy(targets, logits, from_logits=True)
    assert losses.tolist() == [40000.0]
    assert gradient.tolist() == [[-0.5, 0.5]]


def test_a_saturated_probability_is_clipped_and_has_no_slope_as_in_keras():
    targets, outputs = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    for function in (categorical_crossentropy, binary_crossentropy):
        losses, gradient = function(targets, outputs)
        assert losses[0] == pytest.approx(-np.log(1e-7))
        assert gradient.tolist() == [[0.0, 0.0]]


def test_float32_stays_float32():
    targets, outputs = np.eye(2, dtype=np.float32), np.full((2, 2), 0.5, np.float32)
    for function, from_logits in FORMS:
        values = function(targets, outputs, from_logits)
        assert {values.losses.dtype, values.gradient.dtype} == {np.dtype(np.float32)}


def test_a_loss_is_found_by_its_keras_name():
    assert [loss_named(name).name for name in LOSSES] == list(LOSSES)
    with pytest.raises(OptionError, match=r"loss must be one of categorical.*Received: loss='mse'"):
        loss_named("mse")


def test_labels_are_one_hot_and_with_one_unit_themselves():
    labels = np.array([2, 0])
    assert target_outputs(labels, 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert target_outputs(np.array([1, 0]), 1, np.float64).tolist() == [[1], [0]]
    assert target_outputs(labels, 3).dtype == np.float32
