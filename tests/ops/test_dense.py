import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import ShapeError
from cnncalc.ops.dense import dense, dense_input_gradient, dense_kernel_gradient
from tests.ops.drawn import normal, seeds, steady
from tests.references import numerical_gradient

leading_axes = st.lists(st.integers(1, 3), max_size=3)
sizes = st.integers(1, 5)


@steady
@given(leading_axes, sizes, sizes, seeds)
def test_the_last_axis_of_any_rank_is_multiplied(leading, features, units, seed):
    inputs, kernel = normal(seed, *leading, features), normal(seed + 1, features, units)
    expected = np.zeros((*leading, units))
    for index in np.ndindex(*leading):
        for unit in range(units):
            for feature in range(features):
                expected[(*index, unit)] += inputs[(*index, feature)] * kernel[feature, unit]
    np.testing.assert_allclose(dense(inputs, kernel), expected, rtol=0, atol=1e-12)


@steady
@given(leading_axes, sizes, sizes, seeds)
def test_the_gradients_equal_numerical_ones(leading, features, units, seed):
    inputs, kernel = normal(seed, *leading, features), normal(seed + 1, features, units)
    upstream = normal(seed + 2, *leading, units)
    ours = dense_input_gradient(upstream, kernel)
    expected = numerical_gradient(lambda x: np.sum(dense(x, kernel) * upstream), inputs)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)
    ours = dense_kernel_gradient(upstream, inputs)
    expected = numerical_gradient(lambda k: np.sum(dense(inputs, k) * upstream), kernel)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


def test_float32_stays_float32():
    inputs, kernel = np.ones((2, 3), np.float32), np.ones((3, 4), np.float32)
    result = dense(inputs, kernel)
    assert result.dtype == np.float32
    assert dense_input_gradient(result, kernel).dtype == np.float32
    assert dense_kernel_gradient(result, inputs).dtype == np.float32


def test_inputs_of_another_length_than_the_kernel_are_an_error():
    with pytest.raises(ShapeError, match=r"4 rows .* Received: shapes \(2, 3\) and \(4, 1\)"):
        dense(np.ones((2, 3)), np.ones((4, 1)))


def test_a_gradient_of_another_batch_is_an_error():
    with pytest.raises(ShapeError, match=r"last axis only. Received: gradient.shape=\(3, 1\)"):
        dense_kernel_gradient(np.ones((3, 1)), np.ones((2, 4)))
