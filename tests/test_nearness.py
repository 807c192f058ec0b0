import pytest

from cnncalc.nearness import kink_bounds


def test_a_kink_is_as_wide_as_it_is_large():
    assert kink_bounds(0.5) == (0.499999999999, 0.500000000001)
    assert kink_bounds(-1000.0) == (-1000 - 1e-9, -1000 + 1e-9)


@pytest.mark.parametrize("kink", [0.2, 1 / 3, 254.99, -0.7, 1e-5, 123456.789])
def test_a_bound_has_no_more_digits_than_spreadsheet_programs_save(kink):
    for bound in kink_bounds(kink):
        assert bound == float(f"{bound:.15g}")
        assert abs(bound - kink) == pytest.approx(1e-12 * max(1, abs(kink)), rel=0.01)
