"""How errors are shared out among the numbers that were joined, against numerical gradients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.ops import maxima
from cnncalc.rules import Join, shares
from cnncalc.rules.joins import joined
from cnncalc.rules.shares import share, share_words

SHARED_OUT = [
    *(Join.SUM, Join.DIFFERENCE, Join.PRODUCT, Join.MAX, Join.MIN, Join.AVERAGE, Join.L2),
]
WORDS = {
    (Join.MAX, True): "1 where it is the window's first maximum, else 0",
    (Join.MAX, False): "1 where it is the first maximum, else 0",
    (Join.MIN, False): "1 where it is the first minimum, else 0",
    (Join.DIFFERENCE, False): "1 of the first number, −1 of the other",
    (Join.PRODUCT, False): "the other numbers",
    (Join.AVERAGE, True): "1 / the window's numbers",
    (Join.AVERAGE, False): "1 / the slice's numbers",
    (Join.L2, True): "itself / the window's result",
    (Join.SUM, False): "",
}
apart = st.lists(st.integers(-9, 9), min_size=1, max_size=6, unique=True)


@pytest.mark.parametrize("join", SHARED_OUT)
@given(numbers=apart, data=st.data())
def test_a_share_is_the_slope_by_one_number(join, numbers, data):
    numbers = [float(number) or 0.5 for number in numbers][: 3 if join is Join.PRODUCT else None]
    place = data.draw(st.integers(0, len(numbers) - 1))
    step = 1e-6
    around = [list(numbers), list(numbers)]
    around[0][place] -= step
    around[1][place] += step
    before, after = (joined(join, own) for own in around)
    found = share(join, numbers, place, joined(join, numbers))
    assert found == pytest.approx((after - before) / (2 * step), abs=1e-4)


def test_of_numbers_that_rounding_alone_sets_apart_the_first_is_the_maximum():
    numbers = [0.1, 0.3, 0.1 + 0.2]
    assert [share(Join.MAX, numbers, place, max(numbers)) for place in range(3)] == [0, 1, 0]
    assert (shares.NEAR, shares.SMALLEST) == (maxima.NEAR, maxima.SMALLEST)


def test_of_numbers_that_rounding_alone_sets_apart_the_first_is_the_minimum():
    numbers = [0.5, 0.1 + 0.2, 0.3]
    assert [share(Join.MIN, numbers, place, min(numbers)) for place in range(3)] == [0, 1, 0]


def test_a_factor_of_0_gets_the_product_of_the_others():
    assert [share(Join.PRODUCT, [0.0, 3.0, 2.0], place, 0.0) for place in range(3)] == [6, 0, 0]


def test_results_that_are_averaged_are_counted():
    said = share_words(Join.AVERAGE, by_window=False, of_results=True)
    assert said == "1 / the number of results"


def test_a_root_of_nothing_hands_nothing_on():
    assert share(Join.L2, [0.0, 0.0], 0, 0.0) == 0


def test_a_share_of_all_has_no_words():
    assert share_words(Join.SUM, by_window=False) == ""
    assert share_words(Join.AVERAGE, by_window=True) == "1 / the window's numbers"


@pytest.mark.parametrize(("join", "by_window"), WORDS)
def test_a_share_is_said_in_words(join, by_window):
    assert share_words(join, by_window=by_window) == WORDS[join, by_window]


@pytest.mark.parametrize("join", [Join.RESCALE, Join.NORMALIZE])
def test_what_other_numbers_take_part_in_is_refused(join):
    for refused in (
        lambda: share(join, [1.0], 0, 1.0),
        lambda: share_words(join, by_window=True),
    ):
        with pytest.raises(TypeError, match=f"in rules/shares.py. Received: {join}"):
            refused()
