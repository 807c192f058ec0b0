from fractions import Fraction

import numpy as np
import pytest

from cnncalc.errors import OptionError
from cnncalc.ops.numbers import finite_numbers, real_numbers, require_held


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("3", "'3'"),
        ([["1", "2"]], "[['1', '2']]"),
        ([[1, "2"]], "[[1, '2']]"),
        ([[1, 2], [3]], "[[1, 2], [3]]"),
        ([1, 2j], "[1, 2j]"),
        ([1, None], "[1, None]"),
        (None, "None"),
        (10**400, "1" + "0" * 78 + "…"),
        (np.array([[1, 1j], [1, 1]]), "array([[1.+0.j, 0.+1.j], [1.+0.j, 1.+0.j]])"),
    ],
)
def test_what_is_no_real_number_is_refused_as_it_was_given(value, shown):
    with pytest.raises(OptionError) as caught:
        real_numbers(value, "x")
    assert str(caught.value) == (
        f"x must be real numbers, in rows of one length. Received: x={shown}"
    )


def test_numbers_keep_their_type_and_become_float64_on_demand():
    assert real_numbers(np.ones(2, np.float32), "x").dtype == np.float32
    assert real_numbers([1, 2], "x").dtype.kind == "i"
    assert finite_numbers([True, 2], "x").dtype == np.float64
    assert finite_numbers([Fraction(1, 4), 10**30], "x").tolist() == [0.25, 1e30]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (np.nan, "x=nan"),
        ([1, -np.inf], "x[1]=-inf"),
        ([[1, 2], [np.nan, np.inf]], "x[1, 0]=nan"),
    ],
)
def test_a_number_that_is_not_finite_is_refused_with_its_place(value, place):
    with pytest.raises(OptionError) as caught:
        finite_numbers(value, "x")
    assert str(caught.value) == f"x must be finite numbers. Received: {place}"


def test_a_result_beyond_float64_is_refused_with_its_place():
    require_held(np.array([[1.0, -1.7e308]]), "the sum")
    with pytest.raises(OptionError, match=r"the sum must stay within .* Received: \[0, 1\]=inf"):
        require_held(np.array([[1.0, np.inf]]), "the sum")
