"""Plain numbers are read at once: with the same result, or the same error, as cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.files import grids
from cnncalc.files.numerals import parse_fraction
from cnncalc.files.plain_text import read_plain_grid

PLAIN = st.one_of(
    st.integers(-300, 300).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["1.", ".5", "+2", "-0", "007", "1E5", "2.5e-3", "1e400", "-1e400", "5e-324"]),
)
# What people and programs write beside plain numbers, or in their place.
OTHER = st.sampled_from(
    [
        *("", " ", "x", "nan", "inf", "-inf", "1_0", "0x1", "1 2", '"3"', '"4,5"', "'5", "−6"),
        *("1/4", "٣", "1,5", "1.234", "1,234", "1.234,5", "1e", "--1", "1e5.0", " 7 ", "8\t"),
        *("#N/A", "2026-12-01"),
    ]
)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def texts(draw):
    """A grid, plain more often than not, and what may stand before, in and after it."""
    cells = draw(st.sampled_from([PLAIN, PLAIN, st.one_of(PLAIN, OTHER)]))
    separator = draw(st.sampled_from([",", ";", "\t", " ", "|"]))
    if separator == ";" and draw(st.booleans()):
        cells = cells.map(lambda cell: cell.replace(".", ","))
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6))
    lines = [separator.join(row) for row in rows]
    odd = ["", " ", separator * 2, f"1{separator}", f"{separator}1", "sep=;"]
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(odd)))
    end = draw(LINE_ENDS)
    return draw(st.sampled_from(["", "\ufeff"])) + end.join(lines) + end * draw(st.integers(0, 2))


def read(text, number):
    """What comes of a text: its numbers, to the bit, and the notes; or what is wrong with it."""
    notes = []
    try:
        values = grids.parse_grid(text, "a text", number, notes.append)
    except InputError as error:
        return str(error)
    return values.shape, values.tobytes(), values.dtype, values.flags.writeable, notes


@settings(max_examples=300, deadline=None)
@given(text=texts(), number=st.sampled_from([grids.parse_number, parse_fraction]))
@example(text="1,2\n \n3,4\n", number=grids.parse_number)
@example(text="1;2.500\n3;4.500\n", number=grids.parse_number)
@example(text="1;2,500\n3;4.5\n", number=grids.parse_number)
@example(text="1\n2\n", number=grids.parse_number)
@example(text="\n1,2\n", number=grids.parse_number)
def test_a_text_gives_what_it_gives_cell_by_cell(text, number):
    at_once = read(text, number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grids, "read_plain_grid", lambda text: None)
        assert at_once == read(text, number)


@pytest.mark.parametrize(
    "text",
    [
        "1,2.5\n3,4\n",
        "1;2,5\r\n3;4\r\n",
        "1\t-2e5\n",
        "1  2\n3 4",
        "1,2\n\n3,4\n",
        "5",
        "1, 2\r3, 4\r",
    ],
)
def test_plain_numbers_are_read_at_once(text):
    values = read_plain_grid(text)
    assert values is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grids, "read_plain_grid", lambda text: None)
        np.testing.assert_array_equal(values, grids.parse_grid(text, "a text"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "1,2\n3\n",
        "1,2\n\n3,4\n5,6\n",
        '"1",2\n',
        "1;2.500\n",
        "1,x\n",
        "1,1e999\n",
        "1,2,\n",
    ],
)
def test_anything_else_is_left_to_be_read_cell_by_cell(text):
    assert read_plain_grid(text) is None
