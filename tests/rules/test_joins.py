"""How numbers are joined, against NumPy's arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.rules import Join
from cnncalc.rules.joins import REDUCTIONS, joined

NUMPY = {
    Join.PRODUCTS: np.sum,
    Join.SUM: np.sum,
    Join.DIFFERENCE: lambda numbers: numbers[0] - np.sum(numbers[1:]),
    Join.PRODUCT: np.prod,
    Join.MAX: np.max,
    Join.MIN: np.min,
    Join.AVERAGE: np.mean,
    Join.L2: np.linalg.norm,
}
apart = st.lists(st.integers(-9, 9), min_size=1, max_size=6, unique=True)


@pytest.mark.parametrize("join", NUMPY)
@given(numbers=apart)
def test_joined_numbers_are_those_of_numpy(join, numbers):
    numbers = [float(number) for number in numbers]
    assert joined(join, numbers) == pytest.approx(NUMPY[join](numbers))


@given(numbers=apart)
def test_softmax_gives_shares_of_one(numbers):
    shares = [joined(Join.SOFTMAX, numbers, place) for place in range(len(numbers))]
    assert sum(shares) == pytest.approx(1)
    assert np.argmax(shares) == np.argmax(numbers)


@pytest.mark.parametrize("join", [Join.EACH, Join.SAME])
def test_one_number_stays_as_it_is(join):
    assert joined(join, [0.1]) == 0.1


@pytest.mark.parametrize("join", [Join.RESCALE, Join.NORMALIZE])
def test_what_other_numbers_take_part_in_is_refused(join):
    with pytest.raises(TypeError, match=f"in rules/joins.py. Received: {join}"):
        joined(join, [1.0])


def test_the_result_of_a_join_that_picks_one_is_one_of_its_numbers():
    numbers = [3.0, 7.5, 1.25]
    for join in Join:
        if join in REDUCTIONS:
            assert join.picks_one == (joined(join, numbers) in numbers), join
        else:
            assert not join.picks_one
