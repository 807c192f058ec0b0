from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import ShapeError
from cnncalc.ops.dense import (
    PIECE,
    add_bias,
    bias_gradient,
    channel_sum,
    dense,
    dense_input_gradient,
    dense_kernel_gradient,
)
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


def test_each_channel_gets_its_own_bias():
    result = add_bias(np.zeros((1, 2, 2, 3)), np.array([1.0, 2.0, 3.0]))
    assert result.shape == (1, 2, 2, 3)
    assert (result == [1.0, 2.0, 3.0]).all()


def test_the_gradient_equals_a_numerical_one():
    values, bias, upstream = normal(0, 2, 3, 3, 4), normal(1, 4), normal(2, 2, 3, 3, 4)
    expected = numerical_gradient(lambda b: np.sum(add_bias(values, b) * upstream), bias)
    np.testing.assert_allclose(bias_gradient(upstream), expected, rtol=0, atol=1e-6)


def test_another_number_of_biases_than_channels_is_an_error():
    with pytest.raises(ShapeError, match=r"each of the 3 channels. Received: bias.shape=\(1,\)"):
        add_bias(np.zeros((1, 2, 2, 3)), np.zeros(1))


@steady
@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), seeds)
def test_every_axis_but_the_last_is_summed(shape, seed):
    values = normal(seed, *shape)
    expected = [values[..., c].sum() for c in range(shape[-1])]
    np.testing.assert_allclose(channel_sum(values), expected, rtol=0, atol=1e-12)


def test_small_numbers_are_not_lost_beside_a_large_total():
    # Float32 counts in steps of 8 here: neither a number nor the sum of a piece moves a total.
    values = np.full((100 * PIECE, 1), 0.0009, np.float32)
    values[0] = 1e8
    assert channel_sum(values).item() == pytest.approx(1e8 + 0.0009 * len(values), abs=12)


def test_the_type_is_kept():
    assert channel_sum(np.ones((2, 2), np.float32)).dtype == np.float32
    assert channel_sum(np.ones((2, 2), np.longdouble)).dtype == np.longdouble
