from dataclasses import replace

import pytest

from cnncalc.article import CASES
from cnncalc.cases import check, find
from cnncalc.errors import OptionError


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_number_of_the_article_agrees(case):
    report = check(case)
    assert report.agrees
    assert sum(each.total for each in report.comparisons) > 0


def test_the_article_is_compared_in_full():
    totals = {case.name: sum(each.total for each in check(case).comparisons) for case in CASES}
    assert totals == {
        "1": 68, "2": 51, "3": 85, "4": 102, "5": 48, "6x6": 16, "stride": 4, "same": 6,
        "volume": 3, "max": 20, "average": 4, "l2": 4, "outsize": 3,
    }  # fmt: skip


def test_a_wrong_number_is_counted_and_shown():
    case = find("1")
    [expected] = case.expected
    rows = [list(row) for row in expected.values]
    rows[3][2] += 0.2
    wrong = replace(case, expected=(replace(expected, values=tuple(map(tuple, rows))),))
    [comparison] = check(wrong).comparisons
    assert (comparison.agreeing, comparison.total) == (67, 68)
    assert comparison.first_difference == "9 instead of 9.2 at (3, 2)"
    assert not check(wrong).agrees


def test_a_result_of_another_size_agrees_nowhere():
    case = find("2")
    [expected] = case.expected
    wrong = replace(case, expected=(replace(expected, values=expected.values[:-1]),))
    [comparison] = check(wrong).comparisons
    assert (comparison.agreeing, comparison.total) == (0, 48)
    assert "size (17, 3) instead of (16, 3)" in comparison.first_difference


def test_an_unknown_case_lists_the_known_ones():
    with pytest.raises(OptionError, match=r"one of 1, 2, .*outsize\. Received: 6"):
        find("6")
