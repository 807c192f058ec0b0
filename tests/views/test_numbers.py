from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.views.numbers import format_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (429.0, "429"),
        (1000.0, "1000"),
        (87.2, "87.2"),
        (1 / 3, "0.3333"),
        (2 / 3, "0.6667"),
        (-2.5, "-2.5"),
        (0.0, "0"),
        (-0.0, "0"),
        (-1e-13, "0"),
        (1e-9, "1e-9"),
        (-1.23456e-7, "-1.2346e-7"),
        (5e-5, "0.0001"),
        (1e12, "1000000000000"),
        (123456789012.25, "123456789012.25"),
        (1e16, "1e16"),
        (1.23456e20, "1.2346e20"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_takes_its_shortest_form(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(("decimals", "text"), [(0, "0"), (1, "0.3"), (2, "0.33"), (6, "0.333333")])
def test_decimals_limit_the_places(decimals, text):
    assert format_number(1 / 3, decimals) == text


def test_what_few_decimals_hide_is_zero_and_not_a_power_of_ten():
    assert format_number(0.04, 1) == "0"
    assert format_number(0.00003, 2) == "0"
    assert format_number(-0.04, 1) == "0"


def test_what_arithmetic_leaves_over_is_zero():
    assert format_number(0.1 + 0.2 - 0.3) == "0"


@given(st.floats(-1e14, 1e14), st.integers(0, 10))
def test_a_text_reads_back_as_the_rounded_number(value, decimals):
    text = format_number(value, decimals)
    assert abs(Decimal(text) - Decimal(value)) <= Decimal("0.5").scaleb(-decimals)
    assert not text.startswith("-0") or float(text) != 0
    if "e" not in text:
        assert len(text.partition(".")[2]) <= decimals
        assert not text.endswith(".")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.000123456, "-0.0001235"),
        (1.5e-7, "1.5e-7"),
        (-1.23456e-14, "-1.235e-14"),
        (0.99999, "1"),
        (0.5, "0.5"),
        (12.34567, "12.3457"),
    ],
)
def test_significant_digits_show_what_decimals_would_hide(value, text):
    assert format_number(value, significant=True) == text


@given(st.floats(-1, 1, exclude_min=True, exclude_max=True))
def test_significant_digits_are_so_many(value):
    text = format_number(value, 3, significant=True)
    assert float(text) == pytest.approx(value, rel=0.00501)
    digits = text.split("e")[0].lstrip("-0.").replace(".", "")
    assert len(digits) <= 3


def test_no_decimals_leave_one_significant_digit():
    assert format_number(0.0123, 0, significant=True) == "0.01"
