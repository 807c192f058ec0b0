from __future__ import annotations

import datetime
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.files.workbooks import Oddity, open_worksheets


def only_rows(path):
    with open_worksheets(path) as worksheets:
        (sheet,) = worksheets
        return dict(sheet.rows())


def test_cells_are_numbers_oddities_or_nothing(make_workbook):
    moment = datetime.datetime(2024, 1, 2, 3, 4)
    path = make_workbook(Sheet=[[1, None, 2.5], ["a", True, "#N/A", moment]])
    assert only_rows(path) == {
        1: [1.0, None, 2.5],
        2: [
            Oddity("the text 'a'", is_label=True),
            Oddity("the logical value TRUE", is_label=True),
            Oddity("the error #N/A", is_label=False),
            Oddity("the date or time 2024-01-02 03:04:00", is_label=True),
        ],
    }


def test_rows_without_content_are_left_out(make_raw_workbook):
    path = make_raw_workbook(
        '<sheetData><row r="2"/><row r="4"><c r="C4"/></row>'
        '<row r="9"><c r="B9"><v>1</v></c></row></sheetData>'
    )
    assert only_rows(path) == {9: [None, 1.0]}


def test_a_formula_counts_with_its_stored_value(make_raw_workbook):
    path = make_raw_workbook(
        '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c>'
        '<c r="C1" t="str"><f>""</f><v></v></c></row></sheetData>'
    )
    stored, missing, empty = only_rows(path)[1]
    assert stored == 2.0
    assert missing.what.startswith("a formula without a stored value (open and save the workbook")
    assert not missing.is_label
    assert empty is None


def test_formulas_without_values_are_found_on_the_right_sheet(make_workbook):
    path = make_workbook(First=[[1]], Second=[["=1+1"]])
    with open_worksheets(path) as worksheets:
        assert [sheet.name for sheet in worksheets] == ["First", "Second"]
        assert worksheets[0].rows() == {1: [1.0]}
        assert not worksheets[1].rows()[1][0].is_label


def test_what_a_sheet_says_of_its_size_does_not_count(make_raw_workbook):
    path = make_raw_workbook(
        '<dimension ref="A1:B1"/><sheetData><row r="3"><c r="C3"><v>7</v></c></row></sheetData>'
    )
    assert only_rows(path) == {3: [None, None, 7.0]}


def test_a_number_beyond_floats_is_an_oddity(make_raw_workbook):
    digits = "9" * 400
    path = make_raw_workbook(f"<sheetData><row><c><v>{digits}</v></c></row></sheetData>")
    assert only_rows(path)[1] == [Oddity("a number out of range", is_label=False)]


@pytest.mark.parametrize(
    "sheet",
    [
        "<sheetData><row><c t='s'><v>99</v></c></row></sheetData>",
        f"<sheetData><row><c><v>{'9' * 5000}</v></c></row></sheetData>",
        "<sheetData><row><c><v>two</v></c></row></sheetData>",
        "<sheetData><row><c s='x'><v>1</v></c></row></sheetData>",
        "<sheetData><row>",
    ],
)
def test_a_damaged_sheet_is_refused_in_one_line(make_raw_workbook, sheet):
    with pytest.raises(InputError, match=r"^'.*grid.xlsx' is a damaged workbook: .*$"):
        only_rows(make_raw_workbook(sheet))


def test_a_workbook_without_its_main_part_is_refused(make_raw_workbook):
    path = make_raw_workbook(**{"xl/workbook.xml": None})
    with pytest.raises(InputError, match=r"^'.*grid.xlsx' is a damaged workbook: .*$"):
        only_rows(path)


def refusal(path: Path) -> str:
    try:
        only_rows(path)
    except InputError as error:
        return str(error)
    return ""


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(position=st.floats(0, 0.999), byte=st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused_in_one_line(make_workbook, position, byte):
    path = make_workbook(Sheet=[[1, "a", "=1"], [2, 3.5, "#N/A"]])
    with zipfile.ZipFile(path) as archive:
        contents = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    # Packed, so that the byte is in a part's content and not in what zipfile itself checks.
    name = sorted(contents)[int(position * 1000) % len(contents)]
    contents[name][int(position * len(contents[name]))] = byte
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in contents.items():
            archive.writestr(part, bytes(content))
    assert "\n" not in refusal(path)


def test_openpyxl_warns_nobody(make_raw_workbook):
    path = make_raw_workbook(
        "<sheetData><row><c><v>1</v></c></row></sheetData>"
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst>'
    )
    with warnings.catch_warnings(record=True) as caught:
        assert only_rows(path) == {1: [1.0]}
    assert caught == []
