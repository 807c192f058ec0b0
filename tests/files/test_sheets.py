from __future__ import annotations

import datetime

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnncalc.errors import InputError, OptionError
from cnncalc.files.cells import CellRange
from cnncalc.files.sheets import read_block

# Spreadsheets keep 15 digits of a number.
finite = st.floats(-1e300, 1e300).map(lambda number: float(f"{number:.15g}"))
matrices = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=finite)


@settings(max_examples=40, deadline=None)
@given(matrix=matrices, top=st.integers(1, 9), left=st.integers(1, 30))
def test_a_block_reads_back_wherever_openpyxl_wrote_it(tmp_path_factory, matrix, top, left):
    path = tmp_path_factory.mktemp("sheets") / "grid.xlsx"
    book = openpyxl.Workbook()
    for (row, column), number in np.ndenumerate(matrix):
        book.active.cell(top + row, left + column, float(number))
    book.save(path)
    block = read_block(path)
    np.testing.assert_array_equal(block.values[:, :, 0], matrix)
    height, width = matrix.shape
    assert block.cell_range == CellRange(top, left, top + height - 1, left + width - 1).name


@settings(max_examples=20, deadline=None)
@given(matrix=matrices)
def test_a_block_reads_back_from_formulas_of_xlsxwriter(tmp_path_factory, matrix):
    path = tmp_path_factory.mktemp("sheets") / "grid.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for (row, column), number in np.ndenumerate(matrix):
            sheet.write_formula(row, column, "=1", value=float(number))
    np.testing.assert_array_equal(read_block(path).values[:, :, 0], matrix)


def test_labels_at_the_edges_are_no_part_of_the_block(make_workbook):
    day = datetime.date(2024, 1, 1)
    path = make_workbook(
        Pixels=[["title"], ["", "a", "b", ""], ["r", 1, 2, True], [day, 3, 4, "note"], ["", "z"]]
    )
    block = read_block(path)
    np.testing.assert_array_equal(block.values, [[[1], [2]], [[3], [4]]])
    assert (block.sheet, block.cell_range, block.others) == ("Pixels", "B3:C4", ())


def test_a_range_reads_what_it_names_and_nothing_else(make_workbook):
    path = make_workbook(Pixels=[[1, 2, None, 9], [3, 4, "x", 8]])
    block = read_block(path, cell_range="$d$2:D1")
    np.testing.assert_array_equal(block.values, [[[9]], [[8]]])
    assert block.cell_range == "D1:D2"


BLOCK = "every cell of A1:C2 in sheet 'Pixels' of '.*grid.xlsx' must hold a number. Received: "


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("x", "the text 'x' in B2"),
        ("12", "the text '12' in B2"),
        (None, "nothing in B2"),
        ("#DIV/0!", "the error #DIV/0! in B2"),
        (True, "the logical value TRUE in B2"),
        (datetime.datetime(2024, 1, 1), "the date or time 2024-01-01 00:00:00 in B2"),
        ("=A1", r"a formula without a stored value \(open and save .*\) in B2"),
        ("two\nlines", r"the text 'two\\nlines' in B2"),
    ],
)
@pytest.mark.parametrize("cell_range", [None, "A1:C2"])
def test_a_cell_inside_that_holds_no_number_is_named(make_workbook, cell, what, cell_range):
    path = make_workbook(Pixels=[[1, 2, 3], [4, cell, 6]])
    with pytest.raises(InputError, match=f"^{BLOCK}{what}$"):
        read_block(path, cell_range=cell_range)


@pytest.mark.parametrize("cells", [("#N/A", "#REF!"), ("=A1", "=A2")])
def test_errors_and_formulas_without_values_beside_a_block_are_no_labels(make_workbook, cells):
    path = make_workbook(Pixels=[[1, 2, cells[0]], [3, 4, cells[1]]])
    with pytest.raises(InputError, match=f"^{BLOCK}.* in C1$"):
        read_block(path)


def test_an_error_value_far_from_the_block_does_not_matter(make_workbook):
    path = make_workbook(Pixels=[[1, 2], [3, 4], [], [None, None, None, "#N/A", "=A1"]])
    assert read_block(path).cell_range == "A1:B2"


def test_two_blocks_are_both_named(make_workbook):
    path = make_workbook(Pixels=[[1, 2, None, 5], [3, 4, "x", 6]])
    message = r"sheet 'Pixels' of '.*' holds 2 blocks of numbers: A1:B2, D1:D2. Choose one with"
    with pytest.raises(InputError, match=message):
        read_block(path)


def test_blocks_that_touch_at_a_corner_are_two(make_workbook):
    path = make_workbook(Pixels=[[1, 2], [3, 4], [None, None, 5]])
    with pytest.raises(InputError, match=r"holds 2 blocks of numbers: A1:B2, C3"):
        read_block(path)


def test_many_blocks_are_counted_and_the_first_named(make_workbook):
    path = make_workbook(Pixels=[[1, None] * 8])
    with pytest.raises(InputError, match=r"8 blocks of numbers: A1, C1, E1, G1, I1, K1 and 2 more"):
        read_block(path)


def test_the_first_sheet_with_numbers_is_read_and_the_others_named(make_workbook):
    path = make_workbook(Notes=[["text"]], One=[[1]], Two=[[2]], More=[["text"]])
    block = read_block(path)
    assert (block.sheet, block.others) == ("One", ("Two",))


def test_a_sheet_is_found_whatever_its_capitals(make_workbook):
    path = make_workbook(One=[[1]], Two=[[2]])
    block = read_block(path, sheet="two")
    assert (block.sheet, block.others, block.values[0, 0, 0]) == ("Two", (), 2)


def test_a_missing_sheet_is_said_with_those_that_are_there(make_workbook):
    path = make_workbook(Pixels=[[1]], Weights=[[2]])
    message = r"has no sheet 'pixel'. Did you mean 'Pixels'\? It has 'Pixels', 'Weights'$"
    with pytest.raises(InputError, match=message):
        read_block(path, sheet="pixel")


@pytest.mark.parametrize(
    ("rows", "sheet", "message"),
    [
        ([["a"]], None, "'.*grid.xlsx' holds no numbers in any sheet"),
        ([], None, "'.*grid.xlsx' holds no numbers in any sheet"),
        ([["a"]], "Pixels", "sheet 'Pixels' of '.*grid.xlsx' holds no numbers$"),
        ([["#N/A", "", "=1"]], None, "'Pixels' of '.*' holds no numbers: A1 holds the error #N/A"),
        ([["#N/A"]], None, "every cell of A1 in .* Received: the error #N/A in A1"),
    ],
)
def test_a_workbook_without_numbers_is_refused(make_workbook, rows, sheet, message):
    with pytest.raises(InputError, match=message):
        read_block(make_workbook(Pixels=rows), sheet)


def test_a_bad_range_is_refused_before_the_file_is_read(tmp_path):
    with pytest.raises(OptionError, match="Received: 'B:E'"):
        read_block(tmp_path / "missing.xlsx", cell_range="B:E")


def test_the_largest_range_is_refused_at_its_first_empty_cell(make_workbook):
    path = make_workbook(Pixels=[[1, 2]])
    with pytest.raises(InputError, match=r"every cell of A1:XFD1048576 .* nothing in C1"):
        read_block(path, cell_range="A1:XFD1048576")
