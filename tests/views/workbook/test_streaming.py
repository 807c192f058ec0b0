import io
import zipfile

import pytest
import xlsxwriter

from cnncalc.views.workbook import streaming
from cnncalc.views.workbook.streaming import new_workbook
from tests.views.workbook.drawn import drawn_trace, written


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("seed", range(6))
def test_the_bytes_are_those_of_the_stock_worksheet(monkeypatch, seed):
    trace = drawn_trace(seed)
    fast = written(trace)
    monkeypatch.setattr(streaming, "StreamingWorksheet", xlsxwriter.worksheet.Worksheet)
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
