from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.geometry import geometry
from cnncalc.ops.global_pooling import global_max_pool_gradient
from cnncalc.ops.max_pooling import max_pool_gradient, max_positions
from cnncalc.ops.maxima import first_maximum, maximum_gradient, running_maximum, share_out
from tests.ops.drawn import seeds, steady

# The second is the largest, the first smaller in its last digit alone, the third by more.
NUMBERS = np.array([0.6, 0.1 + 0.2 + 0.3, 0.6 - 1e-9])

NEGATIVE = np.array([-0.1 - 0.2 - 0.3, -0.6, -0.6 - 1e-9])


@pytest.mark.parametrize(("near", "place"), [(False, 1), (True, 0)])
@pytest.mark.parametrize("numbers", [NUMBERS, 2.0**40 * NUMBERS, NEGATIVE])
def test_what_only_rounding_sets_apart_counts_as_a_maximum_where_it_is_near(near, place, numbers):
    assert numbers.argmax() == 1
    assert first_maximum(numbers, 0, near=near).item() == place
    image, window = numbers.reshape(1, 1, 3, 1), geometry((1, 3), (1, 3))
    assert max_positions(image, window, near=near).item() == place
    one = np.ones((1, 1, 1, 1))
    for gradient in (
        maximum_gradient(np.ones(1), numbers, 0, near=near),
        max_pool_gradient(one, image, window, near=near),
        global_max_pool_gradient(one[0, 0], image, near=near),
    ):
        assert gradient.ravel().tolist() == [float(cell == place) for cell in range(3)]


def run(candidates):
    maximum = np.full(candidates.shape[1:], np.nan)
    wins = np.empty((len(candidates) - 1, *candidates.shape[1:]), np.bool_)
    running_maximum(candidates, maximum, wins)
    return maximum, wins


@steady
@given(seeds, st.integers(1, 5))
def test_the_first_of_the_largest_takes_the_whole_gradient(seed, count):
    generator = np.random.default_rng(seed)
    candidates = generator.integers(-2, 3, (count, 4, 5)).astype(float)
    gradient = generator.standard_normal((4, 5))
    maximum, wins = run(candidates)
    np.testing.assert_array_equal(maximum, candidates.max(axis=0))
    shares = np.full(candidates.shape, np.nan)
    share_out(gradient, wins, shares)
    expected = np.where(np.arange(count)[:, None, None] == candidates.argmax(axis=0), gradient, 0)
    np.testing.assert_array_equal(shares, expected)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_what_is_no_number_is_not_hidden(position):
    candidates = np.ones((3, 1))
    candidates[position] = np.nan
    assert np.isnan(run(candidates)[0]).all()
