from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.ops.parametric_activations import elu, elu_gradient, on_kink, relu, relu_gradient
from tests.keras_peer import import_keras
from tests.ops.drawn import distinct, seeds
from tests.peers import load, requires
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


KINKS = [
    ((None, 0.0, 0.0), [0.0], [0.0]),
    ((None, 0.5, 0.0), [0.0], [0.5]),
    ((6.0, 0.0, 0.0), [0.0, 6.0], [0.0, 0.0]),
    ((6.0, 0.5, 0.0), [0.0, 6.0], [0.0, 0.0]),
    ((5.0, 0.0, 0.0), [0.0, 5.0], [0.0, 1.0]),
    ((5.0, 0.5, 0.0), [0.0, 5.0], [0.0, 1.0]),
    ((None, 0.0, 2.0), [0.0, 2.0], [0.0, 0.0]),
    ((None, 0.5, 2.0), [0.0, 2.0], [0.5, 0.0]),
    ((6.0, 0.0, 2.0), [2.0, 6.0], [0.0, 1.0]),
    ((5.0, 0.5, 2.0), [0.0, 2.0, 5.0], [0.5, 0.0, 1.0]),
    ((2.0, 0.0, 2.0), [2.0], [0.0]),
    ((5.0, 0.0, 6.0), [5.0, 5.5, 6.0, 7.0], [0.0] * 4),
    ((0.0, 0.0, 0.0), [-1.0, 0.0, 1.0], [0.0] * 3),
]


@pytest.mark.parametrize(("parameters", "inputs", "slopes"), KINKS)
def test_relus_slope_at_its_kinks_is_kerass(parameters, inputs, slopes):
    result = relu_gradient(np.ones(len(inputs)), np.array(inputs), *parameters)
    assert result.tolist() == slopes


@pytest.mark.peer
@requires("keras")
@requires("torch")
@pytest.mark.filterwarnings("ignore")  # what Keras warns about is Keras's to mend
@pytest.mark.parametrize(("parameters", "inputs", "slopes"), KINKS)
def test_keras_has_these_slopes(parameters, inputs, slopes):
    keras, torch = import_keras(), load("torch")
    if keras.backend.backend() != "torch":
        pytest.skip("PyTorch differentiates here")
    tensor = torch.tensor(inputs, requires_grad=True)
    outputs = keras.layers.ReLU(*parameters)(tensor)
    outputs.sum().backward()
    assert tensor.grad.tolist() == slopes
    assert outputs.tolist() == relu(np.array(inputs), *parameters).tolist()


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


JUST_ABOVE, JUST_BELOW = 0.1 + 0.2 - 0.3, 0.3 - 0.2 - 0.1


@pytest.mark.parametrize("kink", [0.0, 0.3, -3.3, 255.0])
def test_what_only_rounding_sets_apart_from_a_kink_is_put_on_it(kink):
    numbers = np.array([kink + JUST_ABOVE, kink, kink + JUST_BELOW, kink + 1e-9, kink - 1e-9])
    assert on_kink(numbers, kink).tolist() == [kink, kink, kink, kink + 1e-9, kink - 1e-9]


def test_what_lies_below_may_stay_as_it_is():
    numbers = np.array([JUST_ABOVE, JUST_BELOW])
    assert on_kink(numbers, 0, only_above=True).tolist() == [0, JUST_BELOW]


@pytest.mark.parametrize("pixels", [1, 255])
def test_what_is_left_of_cancelling_pixels_counts_as_0(pixels):
    """Of decimal weights that add up to 0, over an area of one brightness."""
    random = np.random.default_rng(0)
    for _ in range(500):
        weights = random.uniform(-1, 1, 25).round(2)
        weights[-1] = round(weights[-1] - weights.sum(), 2)
        products = weights * random.integers(1, 256) / 255 * pixels
        assert on_kink(np.array([products.sum(), sum(products.tolist())]), 0).tolist() == [0, 0]


def test_the_type_stays_at_kinks():
    assert on_kink(np.ones(2, np.float32), 1).dtype == np.float32
