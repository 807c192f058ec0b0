import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops.sums import PIECE, channel_sum
from tests.ops.drawn import normal, seeds, steady


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
