from __future__ import annotations

import datetime
import zipfile

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnncalc.errors import InputError, OptionError
from cnncalc.files.sheet_blocks import read_block
from cnncalc.files.spreadsheet_places import CellRange

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
        book.calc_on_load = False  # as a spreadsheet saves it, which has calculated it
    np.testing.assert_array_equal(read_block(path).values[:, :, 0], matrix)


def test_labels_at_the_edges_are_no_part_of_the_block(make_workbook):
    day = datetime.date(2024, 1, 1)
    path = make_workbook(
        Pixels=[["title"], ["", "a", "b", ""], ["r", 1, 2, True], [day, 3, 4, "note"], ["", "z"]]
    )
    block = read_block(path)
    np.testing.assert_array_equal(block.values, [[[1], [2]], [[3], [4]]])
    assert (block.sheet, block.cell_range, block.notes) == ("Pixels", "B3:C4", ())


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
        (None, "nothing in B2"),
        ("#DIV/0!", "the error #DIV/0! in B2"),
        (True, "the logical value TRUE in B2"),
        (datetime.datetime(2024, 1, 1), "the date or time 2024-01-01 00:00:00 in B2"),
        ("two\nlines", r"the text 'two\\nlines' in B2"),
    ],
)
@pytest.mark.parametrize("cell_range", [None, "A1:C2"])
def test_a_cell_inside_that_holds_no_number_is_named(make_workbook, cell, what, cell_range):
    path = make_workbook(Pixels=[[1, 2, 3], [4, cell, 6]])
    with pytest.raises(InputError, match=f"^{BLOCK}{what}$"):
        read_block(path, cell_range=cell_range)


AMONG = "sheet 'Pixels' of '.*grid.xlsx' holds numbers as text among its numbers: "


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["1", 2, 3], ["4", 5, 6]], "the text '1' in A1, the text '4' in A2"),
        ([[1, 2], [3, 4], ["5", "6"]], "the text '5' in A3, the text '6' in B3"),
        ([["1,5", "2,5"], [3, 4]], "the text '1,5' in A1, the text '2,5' in B1"),
        ([["0", "1"], [3, 4]], "the text '0' in A1, the text '1' in B1"),
        ([[1, "2", 3], [4, "5", 6]], "the text '2' in B1, the text '5' in B2"),
        ([[1, 2, 3], [4, "5", 6]], "the text '5' in B2"),
        ([[1, 2, " 3 "]], "the text ' 3 ' in C1"),
        ([["a", "b", None], [1, 2, "50 %"]], "the text '50 %' in C2"),
        ([[1, 2, "'3"]], "the text ''3' in C1"),
        ([["1.234,5"], [2]], "the text '1.234,5' in A1"),
        ([["−1/9"], [2]], "the text '−1/9' in A1"),
    ],
)
def test_numbers_stored_as_text_beside_a_block_are_named(make_workbook, rows, named):
    path = make_workbook(Pixels=rows)
    with pytest.raises(InputError, match=rf"^{AMONG}{named}\. Turn text into numbers .*--range"):
        read_block(path)


def test_a_number_stored_as_text_in_a_range_is_named(make_workbook):
    path = make_workbook(Pixels=[[1, 2, 3], [4, "12", 6]])
    message = rf"^{BLOCK}the text '12' in B2\. Turn text into numbers"
    with pytest.raises(InputError, match=message):
        read_block(path, cell_range="A1:C2")


def test_numbers_that_are_captions_are_passed_over_by_a_range(make_workbook):
    path = make_workbook(Pixels=[[None, "0", "1"], ["0", 1, 2], ["1", 3, 4]])
    block = read_block(path, cell_range="B2:C3")
    np.testing.assert_array_equal(block.values[:, :, 0], [[1, 2], [3, 4]])


@pytest.mark.parametrize("label", ["a", "r1", "Row 1", "", "-", "%", "1.2.2024", "nan", "1:"])
def test_words_beside_a_block_are_labels(make_workbook, label):
    path = make_workbook(Pixels=[[None, label, label], [label, 1, 2]])
    assert read_block(path).cell_range == "B2:C2"


def test_numbers_as_text_far_from_the_block_do_not_matter(make_workbook):
    path = make_workbook(Pixels=[["2024", None, "7"], [], [None, 1, 2]])
    assert read_block(path).cell_range == "B3:C3"


def test_of_several_blocks_with_numeric_captions_the_blocks_are_named(make_workbook):
    path = make_workbook(Pixels=[["0", 1, 2, None, "0", 3]])
    with pytest.raises(InputError, match="holds 2 blocks of numbers: B1:C1, F1"):
        read_block(path)


def test_a_sheet_with_numbers_as_text_alone_says_so(make_workbook):
    path = make_workbook(Pixels=[["1", "2"], ["3", "4"]])
    message = "grid.xlsx' holds no numbers in any sheet, but as text in 'Pixels'. Turn text into n"
    with pytest.raises(InputError, match=message):
        read_block(path)
    message = "holds no numbers, but numbers as text: the text '1' in A1, .* in B2. Turn text into"
    with pytest.raises(InputError, match=message):
        read_block(path, "Pixels")


def test_an_active_sheet_with_numbers_as_text_is_not_passed_over_unsaid(make_workbook):
    block = read_block(make_workbook(Pixels=[["1", "2"]], Other=[[1]]))
    assert block.notes == ("as the active sheet 'Pixels' holds numbers as text alone",)


def test_errors_beside_a_block_are_no_labels(make_workbook):
    path = make_workbook(Pixels=[[1, 2, "#N/A"], [3, 4, "#REF!"]])
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
    with pytest.raises(InputError, match=r"8 blocks .* K1, … \(8 in all\)\. Choose"):
        read_block(path)


def save(path, titles, *, active, hidden=(), chart=None):
    """Save sheets, a title=the number in its A1; one may be a chart."""
    with xlsxwriter.Workbook(path) as book:
        for title, number in titles.items():
            sheet = book.add_chartsheet(title) if title == chart else book.add_worksheet(title)
            if title == chart:
                chart_of_one = book.add_chart({"type": "line"})
                chart_of_one.add_series({"values": "=One!$A$1"})
                sheet.set_chart(chart_of_one)
            else:
                sheet.write(0, 0, number)
            if title == active:
                sheet.activate()
                sheet.set_first_sheet()
            elif title in hidden:
                sheet.hide()
    return path


@pytest.mark.parametrize(
    ("active", "sheet", "notes"),
    [
        ("One", "One", ("the active one of 3 sheets with numbers",)),
        ("Two", "Two", ("the active one of 3 sheets with numbers",)),
        (
            "Notes",
            "Two",
            ("as the active sheet 'Notes' holds no numbers", "one of 3 sheets with numbers"),
        ),
        (
            "Chart",
            "Three",
            ("as the active sheet 'Chart' has no cells", "one of 3 sheets with numbers"),
        ),
        (
            "Last",
            "One",
            ("as the active sheet 'Last' holds no numbers", "one of 3 sheets with numbers"),
        ),
    ],
)
def test_the_active_sheet_is_read_or_the_next_visible_one_that_holds_numbers(
    tmp_path, active, sheet, notes
):
    titles = {"One": 1, "Notes": "text", "Hidden": 7, "Two": 2, "Chart": 0, "Three": 3, "Last": ""}
    path = save(tmp_path / "a.xlsx", titles, active=active, hidden=["Hidden"], chart="Chart")
    block = read_block(path)
    assert (block.sheet, block.notes) == (sheet, notes)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_by_its_name_alone_and_that_is_said(tmp_path, state):
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.active.title = "Secret"
    book.create_sheet("Seen")["A1"] = 2
    book["Secret"].sheet_state = state
    book.save(tmp_path / "grid.xlsx")
    block = read_block(tmp_path / "grid.xlsx")
    assert (block.sheet, block.notes) == ("Seen", ())
    block = read_block(tmp_path / "grid.xlsx", "secret")
    assert block.description == "sheet 'Secret', A1, 1×1, a hidden sheet"
    book["Seen"]["A1"] = None
    book.save(tmp_path / "grid.xlsx")
    message = "holds no numbers in any visible sheet. Hidden ones that do: 'Secret'$"
    with pytest.raises(InputError, match=message):
        read_block(tmp_path / "grid.xlsx")


def test_a_chart_on_a_sheet_of_its_own_is_no_sheet_of_cells(tmp_path):
    path = save(tmp_path / "a.xlsx", {"One": 1, "Chart": 0}, active="One", chart="Chart")
    assert read_block(path).sheet == "One"
    with pytest.raises(InputError, match=r"'Chart' of .* must be a sheet of cells. Received: a c"):
        read_block(path, "Chart")


def test_a_chart_sheet_without_a_chart_hurts_nobody(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.create_chartsheet("Chart")
    book.save(tmp_path / "grid.xlsx")
    assert read_block(tmp_path / "grid.xlsx").sheet == "Sheet"


def replaced(path, part, *replacements):
    """Replace texts of one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name).decode() for name in archive.namelist()}
    for old, new in replacements:
        assert old in contents[part]
        contents[part] = contents[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("active", "notes"),
    [
        ("0", ("as the active sheet 'One' is hidden",)),
        ("7", ()),
        ("x", ("as the active sheet 'One' is hidden",)),
    ],
)
def test_an_active_sheet_that_is_hidden_or_does_not_exist_is_not_read(tmp_path, active, notes):
    path = save(tmp_path / "a.xlsx", {"One": 1, "Two": 2}, active="Two", hidden=["One"])
    replaced(path, "xl/workbook.xml", ('activeTab="1"', f'activeTab="{active}"'))
    assert (read_block(path).sheet, read_block(path).notes) == ("Two", notes)


def test_a_sheet_is_found_whatever_its_capitals(make_workbook):
    path = make_workbook(One=[[1]], Two=[[2]])
    block = read_block(path, sheet="two")
    assert (block.sheet, block.notes, block.values[0, 0, 0]) == ("Two", (), 2)


@pytest.mark.parametrize("ending", [".xlsm", ".xltx", ".xltm"])
def test_workbooks_with_macros_and_templates_are_read_alike(make_workbook, ending):
    path = make_workbook(One=[[1, 2]])
    np.testing.assert_array_equal(
        read_block(path.rename(path.with_suffix(ending))).values.T, [[[1], [2]]]
    )


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
        ([["#N/A", "", "#REF!"]], None, "'Pixels' of '.*' holds no numbers: A1 holds the error"),
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


NEVER = "sheet 'Sheet1' of '.*grid.xlsx' holds {} never calculated: {}. Open the workbook in a "


def write_formulas(path, *values, mode="auto", on_load=True, **properties):
    """Write 1, 2, … as numbers in row 1, and formulas with these stored values in row 2."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        book.set_properties(properties)
        book.set_calc_mode(mode)
        book.calc_on_load = on_load
        for column, value in enumerate(values):
            sheet.write_number(0, column, column + 1)
            sheet.write_formula(1, column, "=2*A1", value=value)
    return path


def test_zeros_that_a_writer_stored_beside_formulas_are_no_numbers(tmp_path):
    path = write_formulas(tmp_path / "grid.xlsx", *[0] * 9)
    named = r"A2, B2, C2, D2, E2, F2, … \(9 in all\)"
    with pytest.raises(InputError, match=f"^{NEVER.format('9 formulas that were', named)}"):
        read_block(path)
    with pytest.raises(InputError, match=NEVER.format("a formula that was", "B2")):
        read_block(path, cell_range="B1:B2")
    assert read_block(path, cell_range="A1:I1").notes == ()


def test_zeros_of_a_workbook_that_was_calculated_are_numbers(tmp_path):
    path = write_formulas(tmp_path / "grid.xlsx", 0, 0, on_load=False)
    block = read_block(path)
    np.testing.assert_array_equal(block.values[:, :, 0], [[1, 2], [0, 0]])
    assert block.notes == ()


def test_zeros_that_cnncalc_itself_stored_are_numbers(tmp_path):
    path = write_formulas(tmp_path / "grid.xlsx", 0, 5, comments="Made by cnncalc")
    assert read_block(path).values[1, 0, 0] == 0


def test_values_that_a_workbook_asks_to_calculate_anew_are_read_and_that_is_said(tmp_path):
    block = read_block(write_formulas(tmp_path / "grid.xlsx", 2, 4))
    np.testing.assert_array_equal(block.values[:, :, 0], [[1, 2], [2, 4]])
    assert block.description.endswith(
        "A1:B2, 2×2, 2 of them as stored beside formulas, which the file asks to calculate anew"
    )


def test_a_zero_among_other_stored_values_is_not_trusted_either(tmp_path):
    path = write_formulas(tmp_path / "grid.xlsx", 2, 0, 6)
    with pytest.raises(InputError, match=NEVER.format("a formula that was", "B2")):
        read_block(path)


@pytest.mark.parametrize("mode", ["manual", "auto_except_tables"])
def test_zeros_are_no_numbers_whatever_the_mode_of_calculation_that_is_asked_for(tmp_path, mode):
    path = write_formulas(tmp_path / "grid.xlsx", 0, mode=mode, on_load=mode != "manual")
    with pytest.raises(InputError, match=NEVER.format("a formula that was", "A2")):
        read_block(path)


@pytest.mark.parametrize(
    ("value", "part", "replacement"),
    [
        pytest.param(
            *(0, "docProps/app.xml", ("Microsoft Excel", "Apache POI")),
            id="a zero of a program that does not calculate",
        ),
        pytest.param(
            *(3, "xl/workbook.xml", ("<calcPr ", '<calcPr calcMode="manual" calcCompleted="0" ')),
            id="saved before it was calculated",
        ),
    ],
)
def test_values_that_nobody_calculated_are_no_numbers(tmp_path, value, part, replacement):
    path = write_formulas(tmp_path / "grid.xlsx", value, on_load=False)
    replaced(path, part, replacement)
    with pytest.raises(InputError, match=NEVER.format("a formula that was", "A2")):
        read_block(path)


def test_formulas_without_values_are_named(make_workbook):
    path = make_workbook(Pixels=[[1, 2, "=A1"], [3, "=B1", "=C1"]])
    named = "holds 3 formulas that were never calculated: C1, B2, C2"
    with pytest.raises(InputError, match=named):
        read_block(path)
    with pytest.raises(InputError, match="holds 2 formulas that were never calculated: C1, C2"):
        read_block(path, cell_range="C1:C9")


def test_formulas_alone_are_named_though_there_is_no_number(make_workbook):
    path = make_workbook(Pixels=[["=1", None, "=2"], ["=3", None, "#N/A"]])
    with pytest.raises(InputError, match="holds 3 formulas that were never calculated: A1, C1, A2"):
        read_block(path)
