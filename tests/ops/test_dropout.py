import numpy as np
import pytest

from cnncalc.ops.dropout import dropout, dropout_gradient, dropout_mask
from tests.ops.drawn import normal
from tests.references import numerical_gradient


def test_the_rate_is_the_share_that_is_dropped():
    kept = dropout_mask((1000, 100), 0.3, np.random.default_rng(0))
    assert kept.dtype == np.bool_
    assert kept.mean() == pytest.approx(0.7, abs=0.01)


def test_the_same_seed_drops_the_same():
    first, second = (dropout_mask((5, 5), 0.5, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(("rate", "expected"), [(0.0, True), (1.0, False)])
def test_the_ends_keep_everything_and_nothing(rate, expected):
    assert (dropout_mask((50, 50), rate, np.random.default_rng(0)) == expected).all()


def test_what_is_kept_grows_so_that_the_mean_stays():
    inputs = np.ones((1000, 100))
    kept = dropout_mask(inputs.shape, 0.2, np.random.default_rng(0))
    result = dropout(inputs, kept, 0.2)
    assert set(np.unique(result)) == {0.0, 1.25}
    assert result.mean() == pytest.approx(1, abs=0.01)


def test_a_rate_of_one_leaves_nothing():
    inputs = np.ones((2, 2), np.float32)
    assert not dropout(inputs, np.zeros((2, 2), bool), 1.0).any()


def test_the_gradient_equals_a_numerical_one():
    inputs, upstream = normal(0, 3, 4), normal(1, 3, 4)
    kept = dropout_mask(inputs.shape, 0.4, np.random.default_rng(2))
    expected = numerical_gradient(lambda x: np.sum(dropout(x, kept, 0.4) * upstream), inputs)
    np.testing.assert_allclose(dropout_gradient(upstream, kept, 0.4), expected, rtol=0, atol=1e-6)


def test_float32_stays_float32():
    assert dropout(np.ones(2, np.float32), np.array([True, False]), 0.5).dtype == np.float32
