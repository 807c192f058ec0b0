from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.sheet.plan import Block, Formula, Quantity, Reference, Step, Tiled
from cnncalc.views.workbook import rendering
from cnncalc.views.workbook.rendering import formula_rows, new_workbook
from tests.views.workbook.drawn import drawn_trace, written

steps = st.builds(Step, st.integers(0, 3), st.integers(0, 3))

places = st.integers(0, 1000)

sizes = st.integers(1, 4)

sheets = st.sampled_from(["", "Image", "100% it's {0}"])

references = st.builds(Reference, sheets, places, places, sizes, sizes, steps, steps)

templates = st.sampled_from(
    [
        "{0}",
        "{0}*{1}",
        "IF({0}>0,{0},{1})%",
        "SUMPRODUCT({0},{1})+{1}",
        "SUMPRODUCT({0}*{{2,1;0,-1}}+{1}*{{1}})",
    ]
)


@given(templates, references, references, sizes, sizes)
def test_rows_hold_the_formula_of_each_cell(template, first, second, height, width):
    formula = Formula(template, (first, second))
    block = Block(3, 3, height, width, "formula", Quantity("input"), formula=formula)
    expected = [[formula.text(row, column) for column in range(width)] for row in range(height)]
    assert list(formula_rows(block)) == expected


def test_rows_hold_the_formulas_of_tiles():
    cell = Reference("", 0, 0, down=Step(1, 0), across=Step(0, 1))
    tiled = Tiled(((Formula("{0}", (cell,)), Formula("{0}+1", (cell,))),))
    block = Block(3, 3, 2, 3, "formula", Quantity("input"), formula=tiled)
    assert list(formula_rows(block)) == [["A1", "A1+1", "B1"], ["A2", "A2+1", "B2"]]


def test_cells_that_a_user_enters_have_no_formulas():
    assert list(formula_rows(Block(0, 0, 2, 2, "pixels", Quantity("input")))) == []


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("seed", range(6))
def test_the_bytes_are_those_of_the_stock_worksheet(monkeypatch, seed):
    trace = drawn_trace(seed)
    fast = written(trace)
    monkeypatch.setattr(rendering, "StreamingWorksheet", xlsxwriter.worksheet.Worksheet)
    assert written(trace) == fast


def test_the_release_whose_method_is_replaced_has_it():
    assert hasattr(xlsxwriter.worksheet.Worksheet, "_prepare_formula")


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_trace_gives_the_same_bytes(seed):
    assert written(drawn_trace(seed)) == written(drawn_trace(seed))


def test_no_date_but_the_fixed_one_is_in_the_file():
    core = members(written(drawn_trace(0)))["docProps/core.xml"].decode()
    assert core.count("2017-01-01T00:00:00Z") == 2


def test_temporary_files_are_removed_after_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail():
        with new_workbook(io.BytesIO(), "title") as workbook:
            workbook.add_worksheet().write_number(0, 0, 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []
