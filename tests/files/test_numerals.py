from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.files.numerals import parse_fraction, parse_number, spells_number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_from_its_shortest_form(number):
    assert parse_number(repr(number)) == number


@pytest.mark.parametrize(
    ("text", "number"), [(" 7 ", 7), ("−2.5", -2.5), ("+.5", 0.5), ("1e3", 1000), ("3.", 3)]
)
def test_usual_spellings_are_numbers(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "'abc' is not a number"),
        ("", "a number is missing"),
        (" ", "a number is missing"),
        ("1_000", "'1_000' is not a number"),
        ("0x10", "'0x10' is not a number"),
        ("1,5", r"'1,5' is not a number \(write decimals with a point\)"),
        ("1,234.5", r"'1,234.5' is not a number \(write thousands without a separator, and .*\)"),
        ("1 234", r"'1 234' is not a number \(write thousands without a separator, and .*\)"),
        ("1'234", r"'1'234' is not a number \(write thousands without a separator, and .*\)"),
        ("nan", "'nan' is not a finite number"),
        ("-Infinity", "'-Infinity' is not a finite number"),
        ("1e999", "'1e999' is not a finite number"),
        ("two\nlines", r"'two\\nlines' is not a number"),
    ],
)
def test_what_is_no_number_is_said(text, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        parse_number(text)


def test_a_fraction_divides():
    assert parse_fraction("1/9") == 1 / 9
    assert parse_fraction("-3 / 4") == -0.75
    assert parse_fraction("0.5") == 0.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1/0", "'1/0' divides by zero"),
        ("1/", "'1/' is not a number"),
        ("1/2/3", "'1/2/3' is not a number"),
        ("1e300/1e-300", "'1e300/1e-300' is not a finite number"),
    ],
)
def test_a_fraction_that_is_no_number_is_said(text, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        parse_fraction(text)


@pytest.mark.parametrize(
    "text",
    ["5", " 5\u00a0", "'5", "-1,5", "1.5e3", "5%", "12,5 %", "1 234", "1'234.5", "1.234,5", "3/4"],
)
def test_a_text_that_people_take_for_a_number_spells_one(text):
    assert spells_number(text)


@pytest.mark.parametrize("text", ["", " ", "'", "%", "a", "5a", "r1", "1 2", "1:2", "1_0", "inf"])
def test_other_texts_spell_none(text):
    assert not spells_number(text)
