import numpy as np
import pytest

from cnncalc.ops.kinks import on_kink

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


def test_the_type_stays():
    assert on_kink(np.ones(2, np.float32), 1).dtype == np.float32
