from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.files.workbooks import (
    UNCALCULATED,
    Oddity,
    formula_places,
    open_workbook,
    read_cells,
    read_stored_values,
)
from cnncalc.verification.comparison import Place

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def only_rows(path):
    with open_workbook(path) as book:
        (sheet,) = book.worksheets
        return dict(sheet.cells().rows)


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
        '<c r="C1" t="str"><f>""</f><v></v></c><c r="D1"><f>1+1</f><v/></c></row></sheetData>'
    )
    assert only_rows(path) == {1: [2.0, UNCALCULATED, None, UNCALCULATED]}


def test_formulas_without_values_are_found_on_the_right_sheet(make_workbook):
    path = make_workbook(First=[[1]], Second=[["=1+1"]])
    with open_workbook(path) as book:
        first, second = book.worksheets
        assert [first.name, second.name] == ["First", "Second"]
        assert first.cells().rows == {1: [1.0]}
        assert second.cells().rows == {1: [UNCALCULATED]}


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
    ("cell", "what"),
    [
        ("<c t='s'><v>99</v></c>", "the damaged value 'text 99, where there are 0'"),
        ("<c t='s'><v>-1</v></c>", "the damaged value 'text -1, where there are 0'"),
        ("<c><v>two</v></c>", "the damaged value 'two'"),
        ("<c><v>1_000</v></c>", "the damaged value '1_000'"),
        ("<c><v>nan</v></c>", "the damaged value 'nan'"),
        ("<c t='b'><v>7</v></c>", "the damaged value '7'"),
        ("<c t='zz'><v>7</v></c>", "the damaged value 'a value of type zz'"),
        ("<c><v>1e999</v></c>", "a number out of range"),
        (f"<c><v>{'9' * 5000}</v></c>", "a number out of range"),
    ],
)
def test_a_damaged_cell_is_an_oddity_and_no_label(make_raw_workbook, cell, what):
    path = make_raw_workbook(f"<sheetData><row>{cell}</row></sheetData>")
    assert only_rows(path) == {1: [Oddity(what, is_label=False)]}


@pytest.mark.parametrize("style", ["x", "-1", "99999"])
def test_a_style_that_does_not_exist_makes_no_date(make_raw_workbook, style):
    path = make_raw_workbook(f"<sheetData><row><c s='{style}'><v>1</v></c></row></sheetData>")
    assert only_rows(path) == {1: [1.0]}


def test_a_sheet_that_breaks_off_is_refused_with_its_part(make_raw_workbook):
    message = r"^'.*grid.xlsx' is damaged in its part 'xl/worksheets/sheet1.xml': [^\n]*$"
    with pytest.raises(InputError, match=message):
        only_rows(make_raw_workbook("<sheetData><row>"))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"xl/workbook.xml": None}, "is a damaged workbook: it has no part 'xl/workbook.xml'"),
        ({"_rels/.rels": None}, "is a damaged workbook: it does not say which of its parts is"),
        ({"_rels/.rels": "<a>"}, "is damaged in its part '_rels/.rels'"),
        (
            {"xl/worksheets/sheet1.xml": None},
            "is a damaged workbook: it has no part 'xl/worksheets/sheet1.xml'",
        ),
        ({"xl/_rels/workbook.xml.rels": None}, "is a damaged workbook: its sheet 'Sheet' has"),
        ({"xl/workbook.xml": "<workbook/>"}, "is no workbook, or a damaged one: it has no sheets"),
    ],
)
def test_a_workbook_that_lacks_a_part_is_refused_in_one_line(make_raw_workbook, parts, message):
    with pytest.raises(InputError, match=rf"^'.*grid.xlsx' {message}"):
        only_rows(make_raw_workbook(**parts))


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


def test_rich_inline_and_phonetic_texts_are_read_as_they_are_seen(make_raw_workbook):
    path = make_raw_workbook(
        '<sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>c</t></r><r><t>d</t></r>'
        "</is></c></row></sheetData>",
        **{
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><r><t>a</t></r><r><t>b</t></r>'
            "<rPh><t>x</t></rPh></si></sst>",
            "xl/_rels/workbook.xml.rels": relations("sharedStrings", "sharedStrings.xml"),
        },
    )
    assert [oddity.what for oddity in only_rows(path)[1]] == ["the text 'ab'", "the text 'cd'"]


def relations(kind: str, target: str) -> str:
    """Return what a workbook's part leads to: its first sheet, and one more."""
    office = f"{OFFICE}/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return (
        f'<Relationships xmlns="{package}">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/{kind}" Target="{target}"/></Relationships>'
    )


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ("[h]:mm", True),
        ("[$-409]d/m/yy", True),
        ('0.0" days"', False),
        ("[Red]0.00", False),
        ("#,##0\\d", False),
        ("General", False),
        ("0.00E+00", False),
    ],
)
def test_a_number_format_tells_dates_from_numbers(tmp_path, code, is_date):
    book = openpyxl.Workbook()
    book.active["A1"] = 2.0
    book.active["A1"].number_format = code
    book.save(tmp_path / "grid.xlsx")
    date = Oddity("the date or time 1900-01-01 00:00:00", is_label=True)
    assert only_rows(tmp_path / "grid.xlsx") == {1: [date if is_date else 2.0]}


def test_dates_may_count_from_1904(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "grid.xlsx", {"date_1904": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        book.add_worksheet().write_datetime("A1", datetime.datetime(2024, 1, 2, 3, 4), day)
    date = Oddity("the date or time 2024-01-02 03:04:00", is_label=True)
    assert only_rows(tmp_path / "grid.xlsx") == {1: [date]}


def made_strict(path: Path) -> Path:
    """Rewrite a workbook as a program writes it that was asked for strict ISO 29500."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name).decode() for name in archive.namelist()}
    strict = "http://purl.oclc.org/ooxml"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            made_strict = content.replace(MAIN, f"{strict}/spreadsheetml/main")
            archive.writestr(name, made_strict.replace(f"{OFFICE}/", f"{strict}/officeDocument/"))
    return path


def test_a_strict_workbook_is_read(make_workbook):
    moment = datetime.datetime(2024, 1, 2)
    path = make_workbook(Sheet=[[1, "a"], [True, moment], ["=1", 2.5]])
    usual = only_rows(path)
    assert only_rows(made_strict(path)) == usual


def test_a_strict_workbook_is_guarded_and_its_dates_are_told_as_written(make_raw_workbook):
    path = made_strict(
        make_raw_workbook(
            '<sheetData><row><c t="d"><v>2024-01-02T03:04:05</v></c><c><f>3</f><v>3</v></c></row>'
            "</sheetData>"
        )
    )
    date = Oddity("the date or time 2024-01-02 03:04:05", is_label=True)
    assert only_rows(path) == {1: [date, 3.0]}
    wide = made_strict(make_raw_workbook('<sheetData><row><c r="XFE1"/></row></sheetData>'))
    with pytest.raises(InputError, match="has cell 'XFE1'"):
        only_rows(wide)


def test_a_binary_workbook_is_named(make_raw_workbook):
    office = f"{OFFICE}/relationships/officeDocument"
    rels = f'<Relationships><Relationship Id="a" Type="{office}" Target="xl/workbook.bin"/>'
    path = make_raw_workbook(**{"_rels/.rels": f"{rels}</Relationships>"})
    with pytest.raises(InputError, match=r"is a binary workbook \(.xlsb\). Save it as .xlsx"):
        only_rows(path)


@pytest.fixture(scope="module")
def content():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        first = book.add_worksheet("In put")
        first.write_number("B2", 7)
        first.write_string("C2", "=1+1")
        first.write_boolean("D2", True)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        first.write_datetime("E2", datetime.date(2020, 1, 2), day)
        second = book.add_worksheet("Out")
        second.write_formula("A1", "='In put'!B2*2", value=14)
        second.write_formula("C1", "=1/0", value="#DIV/0!")
        second.write_formula("D1", '=""', value="")
        second.write_formula("E1", '="a"', value="a")
        second.write_array_formula("A3:A4", "{=A1:A2*2}", value=28)
    return file.getvalue()


def test_constants_formulas_and_stored_values_are_told_apart(content):
    cells = read_cells(content)
    assert cells.constants == {
        Place("In put", 1, 1): 7.0,
        Place("In put", 1, 2): "=1+1",
        Place("In put", 1, 3): True,
        Place("In put", 1, 4): "2020-01-02 00:00:00",
        Place("Out", 3, 0): 0.0,
    }
    assert cells.formulas == {
        Place("Out", 0, 0): "'In put'!B2*2",
        Place("Out", 0, 2): "1/0",
        Place("Out", 0, 3): '""',
        Place("Out", 0, 4): '"a"',
        Place("Out", 2, 0): "A1:A2*2",
    }
    assert cells.stored == {
        Place("Out", 0, 0): 14.0,
        Place("Out", 0, 2): "#DIV/0!",
        Place("Out", 0, 4): "a",
        Place("Out", 2, 0): 28.0,
    }


def test_stored_values_include_the_constants(content):
    values = read_stored_values(content)
    assert values[Place("In put", 1, 1)] == 7.0
    assert values[Place("Out", 0, 0)] == 14.0


def test_formula_places_come_row_by_row(content):
    assert list(formula_places(content)) == list(read_cells(content).formulas)


def test_a_shared_formula_is_written_out_for_each_cell(make_raw_workbook):
    path = make_raw_workbook(
        '<sheetData><row r="1"><c r="B1"><f t="shared" ref="B1:B2" si="0">A1*$C$1</f><v>2</v></c>'
        '</row><row r="2"><c r="B2"><f t="shared" si="0"/><v>4</v></c></row></sheetData>'
    )
    formulas = read_cells(path.read_bytes()).formulas
    assert list(formulas.values()) == ["A1*$C$1", "A2*$C$1"]
