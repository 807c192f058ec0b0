from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.errors import OptionError
from cnncalc.files.spreadsheet_places import (
    LAST_COLUMN,
    LAST_ROW,
    CellRange,
    cell_name,
    parse_range,
)

rows = st.integers(1, LAST_ROW)
columns = st.integers(1, LAST_COLUMN)


@given(rows, columns, rows, columns)
def test_a_range_reads_back_from_its_name_whichever_corner_is_first(row, column, bottom, right):
    text = f"{cell_name(row, column)}:{cell_name(bottom, right)}"
    expected = CellRange(min(row, bottom), min(column, right), max(row, bottom), max(column, right))
    assert parse_range(text) == parse_range(expected.name) == expected


@pytest.mark.parametrize("text", ["b2:e18", "$B$2:$E$18", " B2:E18 "])
def test_spellings_of_a_range(text):
    found = parse_range(text)
    assert (found.name, found.height, found.width) == ("B2:E18", 17, 4)


def test_a_single_cell_is_a_range():
    assert parse_range("C3").name == "C3"


@pytest.mark.parametrize(
    "text",
    [
        *("", "B", "2", "B:E", "2:5", "B2:", ":E18", "B2:E18:F9", "B2-E18", "Sheet1!B2:E18", "É1"),
        *("B0:E18", "XFE1", "A1048577", "B2:E9999999999"),
    ],
)
def test_a_text_that_is_no_range_is_refused(text):
    with pytest.raises(OptionError, match=r"two corners, such as B2:E18. Received: '"):
        parse_range(text)
