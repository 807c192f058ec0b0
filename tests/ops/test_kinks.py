import numpy as np
import pytest

from cnncalc.ops.kinks import kink_bounds, on_kink

JUST_ABOVE, JUST_BELOW = 0.1 + 0.2 - 0.3, 0.3 - 0.2 - 0.1


@pytest.mark.parametrize("kink", [0.0, 0.3, -3.3, 255.0])
def test_what_only_rounding_sets_apart_from_a_kink_is_put_on_it(kink):
    numbers = np.array([kink + JUST_ABOVE, kink, kink + JUST_BELOW, kink + 1e-9, kink - 1e-9])
    assert on_kink(numbers, kink).tolist() == [kink, kink, kink, kink + 1e-9, kink - 1e-9]


def test_what_lies_below_may_stay_as_it_is():
    numbers = np.array([JUST_ABOVE, JUST_BELOW])
    assert on_kink(numbers, 0, only_above=True).tolist() == [0, JUST_BELOW]


def test_a_kink_is_as_wide_as_it_is_large():
    assert kink_bounds(0.5) == (0.499999999999, 0.500000000001)
    assert kink_bounds(-1000.0) == (-1000 - 1e-9, -1000 + 1e-9)


@pytest.mark.parametrize("kink", [0.2, 1 / 3, 254.99, -0.7, 1e-5, 123456.789])
def test_a_bound_has_no_more_digits_than_spreadsheet_programs_save(kink):
    for bound in kink_bounds(kink):
        assert bound == float(f"{bound:.15g}")
        assert abs(bound - kink) == pytest.approx(1e-12 * max(1, abs(kink)), rel=0.01)


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
