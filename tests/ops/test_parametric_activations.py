import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.ops.parametric_activations import elu, elu_gradient, relu, relu_gradient
from tests.ops.drawn import distinct, seeds
from tests.references import numerical_gradient

numbers = st.floats(0, 3).map(lambda number: round(number, 2))


def reference_relu(x, max_value, negative_slope, threshold):
    if x <= threshold:
        return negative_slope * (x - threshold)
    return x if max_value is None else min(x, max_value)


@given(seeds, st.none() | numbers, numbers, numbers)
def test_relu_equals_its_definition(seed, max_value, slope, threshold):
    inputs = distinct(seed, 4, 3) / 4
    expected = [reference_relu(x, max_value, slope, threshold) for x in inputs.ravel().tolist()]
    result = relu(inputs, max_value, slope, threshold)
    np.testing.assert_allclose(result.ravel(), expected, rtol=0, atol=1e-15)


# Inputs that end in .0625 are no kink of parameters of two decimals.
@settings(deadline=None)
@given(seeds, st.none() | numbers, numbers, numbers)
def test_relus_gradient_equals_a_numerical_one(seed, max_value, slope, threshold):
    inputs = distinct(seed, 4, 3) / 4
    upstream = np.random.default_rng(seed).standard_normal(inputs.shape)
    parameters = (max_value, slope, threshold)
    result = relu_gradient(upstream, inputs, *parameters)
    expected = numerical_gradient(lambda x: np.sum(relu(x, *parameters) * upstream), inputs)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-6)


@settings(deadline=None)
@given(seeds, st.floats(-3, 3))
def test_elus_gradient_equals_a_numerical_one(seed, alpha):
    inputs = distinct(seed, 4, 3) / 4
    upstream = np.random.default_rng(seed).standard_normal(inputs.shape)
    result = elu_gradient(upstream, inputs, alpha)
    expected = numerical_gradient(lambda x: np.sum(elu(x, alpha) * upstream), inputs)
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_type_stays(kind):
    values = np.ones(3, kind)
    assert relu(values, 6.0, 0.1, 0.5).dtype == elu(values, 0.5).dtype == kind
    gradients = relu_gradient(values, values, 6.0, 0.1, 0.5), elu_gradient(values, values, 0.5)
    assert {gradient.dtype for gradient in gradients} == {np.dtype(kind)}


def test_large_numbers_do_not_overflow():
    assert elu(np.array([1e5, -1e5])).tolist() == [1e5, -1]
    assert elu_gradient(np.ones(2), np.array([1e5, -1e5])).tolist() == [1, 0]
    assert relu(np.array([-np.inf])).tolist() == [0]
