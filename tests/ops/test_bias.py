from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import ShapeError
from cnncalc.ops.bias import PIECE, add_bias, bias_gradient, channel_sum
from tests.ops.drawn import normal, seeds, steady
from tests.references import numerical_gradient


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
