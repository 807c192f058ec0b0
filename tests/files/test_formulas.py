import datetime
import io

import pytest
import xlsxwriter

from cnncalc.files.formulas import formula_places, read_cells, read_stored_values
from cnncalc.verification.cells import Place


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
