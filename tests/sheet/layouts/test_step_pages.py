"""Which shelves of a step are printed together, and where a page cuts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.sheet.annotations import Area, Text
from cnncalc.sheet.layouts.step_pages import (
    CELL,
    COLUMNS,
    ROW,
    ROWS,
    Shelf,
    cuts,
    fewest,
    pages,
)
from cnncalc.sheet.paper import Paper
from cnncalc.sheet.plan import Sheet
from cnncalc.views.workbook.measures import Measures
from cnncalc.views.workbook.paging import paged

SPANS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 90)), max_size=12).map(
    lambda found: [(first, first + length) for first, length in found]
)


def shelf(row, height, width=10, *, first=True, slices=1):
    """A shelf whose slices stand below each other, below a bar."""
    high = (height - 1) // slices
    parts = tuple(Area(row + 1 + place * high, 1, high, width) for place in range(slices))
    return Shelf(Area(row, 1, height, width), parts, is_first=first)


def stacked(*sizes, width=10):
    """Shelves below each other, a row apart."""
    row, found = 4, []
    for height in sizes:
        found.append(shelf(row, height, width))
        row += height + 1
    return found


@pytest.mark.parametrize("paper", [Paper.A4, Paper.LETTER])
def test_a_full_page_is_printed_at_80_percent(paper):
    assert scale_of(COLUMNS, ROWS, paper) >= 0.8
    assert (COLUMNS, ROWS) == (28, 42)


@pytest.mark.parametrize("more", [(1, 0), (0, 1)])
def test_a_larger_page_is_not_on_both(more):
    columns, rows = COLUMNS + more[0], ROWS + more[1]
    assert min(scale_of(columns, rows, paper) for paper in (Paper.A4, Paper.LETTER)) < 0.8


def scale_of(columns, rows, paper):
    """Return the scale of a sheet that has a page of so many cells below its frozen rows."""
    area = Area(4, 1, rows, columns)
    texts = (Text(3, 1, "how to read it"),)
    sheet = Sheet("a", "a", "", 0, (), texts, frozen=(4, 0), cell=CELL, row=ROW, areas=(area,))
    return paged(Measures(sheet), paper).scale


def test_shelves_share_a_page_as_long_as_it_has_room():
    made = pages(stacked(20, 21, 10))
    assert made == (Area(4, 1, 20 + 1 + 21, 10), Area(47, 1, 10, 10))


def test_where_it_takes_no_more_pages_one_begins_with_a_section():
    first, second, third = stacked(15, 15, 26)
    later = replace(third, is_first=False)
    assert [area.row for area in pages([first, second, later])] == [4, 20]
    assert [area.row for area in pages([first, second, third])] == [4, 36]


def test_a_shelf_higher_than_a_page_is_cut_between_slices():
    high = shelf(0, 1 + 4 * 20, slices=4)
    assert pages([high]) == (Area(0, 1, 41, 10), Area(41, 1, 40, 10))


def test_a_slice_wider_than_a_page_is_cut_into_halves():
    assert pages([shelf(0, 11, width=40)]) == (Area(0, 1, 11, 20), Area(0, 21, 11, 20))


def test_a_part_without_cells_is_not_printed():
    long, short = Area(1, 1, 60, 4), Area(1, 20, 10, 20)
    made = pages([Shelf(Area(0, 1, 61, 39), (long, short), is_first=True)])
    assert made == (Area(0, 1, 31, 19), Area(0, 20, 31, 20), Area(31, 1, 30, 19))


def test_a_step_without_shelves_has_no_pages():
    assert pages([]) == ()


@given(
    st.lists(st.tuples(st.integers(2, 120), st.integers(1, 70), st.booleans()), max_size=12),
    st.integers(1, 4),
)
def test_all_is_printed_once_in_order_on_pages_that_have_room(sizes, slices):
    row, shelves = 0, []
    for height, width, first in sizes:
        shelves.append(shelf(row, height + slices, width, first=first, slices=slices))
        row += height + slices + 1
    made = pages(shelves)
    cells = [
        (row, column)
        for area in made
        for row in range(area.row, area.row + area.height)
        for column in range(area.column, area.column + area.width)
    ]
    assert len(cells) == len(set(cells))
    held = {
        (row, column)
        for each in shelves
        for part in each.slices
        for row in range(part.row, part.row + part.height)
        for column in range(part.column, part.column + part.width)
    }
    assert held <= set(cells)
    assert all(area.height <= ROWS and area.width <= COLUMNS for area in made)
    assert [area.row for area in made] == sorted(area.row for area in made)
    for area in made:
        assert any(
            (row, column) in held
            for row in range(area.row, area.row + area.height)
            for column in range(area.column, area.column + area.width)
        )


@given(st.integers(1, 300), SPANS, st.integers(1, 60))
def test_a_range_is_cut_into_parts_that_follow_each_other_and_fit(end, spans, most):
    parts = list(cuts((0, end), spans, most))
    assert [first for first, _ in parts] == [0, *(last for _, last in parts[:-1])]
    assert parts[-1][1] == end
    assert all(0 < last - first <= most for first, last in parts)


@pytest.mark.parametrize(
    ("spans", "most", "parts"),
    [
        ([(0, 4), (4, 8), (8, 12)], 9, [(0, 8), (8, 12)]),
        ([(0, 4), (5, 9), (10, 14)], 9, [(0, 9), (9, 14)]),
        ([(0, 12)], 5, [(0, 4), (4, 8), (8, 12)]),
        ([(2, 12)], 8, [(0, 6), (6, 12)]),
    ],
)
def test_cuts_go_between_spans_or_part_a_long_one_evenly(spans, most, parts):
    assert list(cuts((0, parts[-1][1]), spans, most)) == parts


def test_the_cheapest_parts_are_found_not_the_first_that_fit():
    def part(first, end):
        return None if end - first > 3 else ((abs(end - first - 2),), (first, end))

    assert fewest(4, part) == ((0, 2), (2, 4))
