import numpy as np
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
    # One more is a half of float32's last place here: a plain running total stands still.
    values = np.ones((2**24 + 4 * PIECE + 10, 1), np.float32)
    assert channel_sum(values).item() == np.float32(len(values))


def test_the_type_is_kept():
    assert channel_sum(np.ones((2, 2), np.float32)).dtype == np.float32
    assert channel_sum(np.ones((2, 2), np.longdouble)).dtype == np.longdouble
