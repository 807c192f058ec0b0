import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops.running_maximum import running_maximum, share_out
from tests.ops.drawn import seeds, steady


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
