import io
import math
import os
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from cnncalc.errors import InputError, OptionError
from cnncalc.files.engines import libreoffice as recalculation
from cnncalc.files.engines import recalculate
from cnncalc.verification.comparison import Place

POISON = -999

# A formula, a wrong value to store beside it, and its value.
FORMULAS = [
    ("SUMPRODUCT('In put'!$A$1:$B$2,'In put'!B2:C3)", POISON, 1 * 5 + 2 * 6 + 4 * 8 + 5 * 9),
    ("MAX('In put'!A1:C3)", "a text", 9),
    ("SUM(weight)", "#N/A", 2),
    ("AVERAGE('In put'!A1:B2)", True, 3),
    ("SQRT(SUMSQ('In put'!A1:B1))", POISON, 5**0.5),
    ("IF(A1>0,A1,0)/2", POISON, 47),
    ("1/(1+EXP(-1))", POISON, 1 / (1 + 2.718281828459045**-1)),
    ("TANH(1)+LN(2)", POISON, 0.7615941559557649 + 0.6931471805599453),
    ("INDEX('In put'!A1:C3,2,MATCH(3,'In put'!A1:C1,0))", POISON, 6),
    ("0.1+0.2", POISON, 0.1 + 0.2),
    ("1/0", POISON, "#DIV/0!"),
    ("nosuch(1)", POISON, "#NAME?"),
    ('IF(1>0,"a b","")', POISON, "a b"),
    ("1>0", POISON, True),
]


def workbook(formulas=FORMULAS):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        numbers = book.add_worksheet("In put")
        for cell in range(9):
            numbers.write_number(cell // 3, cell % 3, cell + 1)
        book.define_name("weight", "='In put'!$B$1")
        results = book.add_worksheet("Out")
        for row, (formula, poison, _) in enumerate(formulas):
            results.write_formula(row, 0, f"={formula}", value=poison)
    return file.getvalue()


BOTH_ENGINES = ["formualizer", pytest.param("libreoffice", marks=pytest.mark.recalculation)]


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_every_formula_is_evaluated_and_no_stored_value_survives(engine):
    found = recalculate([workbook()], engine)[0].values
    for row, (formula, _, expected) in enumerate(FORMULAS):
        value = found[Place("Out", row, 0)]
        close = isinstance(value, float) and math.isclose(value, expected, rel_tol=1e-14)
        assert close or value == expected, formula


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_a_formula_that_gives_nothing_has_no_value(engine):
    found = recalculate([workbook([('IF(1>0,"","x")', POISON, None)])], engine)[0].values
    assert Place("Out", 0, 0) not in found


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_many_workbooks_are_answered_in_their_order(engine):
    books = [workbook([(f"{number}*2", POISON, None)]) for number in range(12)]
    found = [evaluation.values[Place("Out", 0, 0)] for evaluation in recalculate(books, engine)]
    assert found == [2.0 * number for number in range(12)]


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_formulas_far_apart_are_found(engine):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("it's")
        sheet.write_formula("A1", "=1+1")
        sheet.write_formula("XFD2", "=A1+1")
        sheet.write_formula("C9000", "='it''s'!XFD2+1")
    found = recalculate([file.getvalue()], engine)[0].values
    assert found == {
        Place("it's", 0, 0): 2.0,
        Place("it's", 1, 16383): 3.0,
        Place("it's", 8999, 2): 4.0,
    }


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("formualizer", "formualizer 0."),
        pytest.param("libreoffice", "LibreOffice ", marks=pytest.mark.recalculation),
    ],
)
def test_an_evaluation_names_its_engine_and_version(engine, name):
    found = recalculate([workbook()], engine)[0].engine
    assert found.startswith(name)
    assert found.removeprefix(name)[0].isdigit()


@pytest.mark.parametrize("engine", BOTH_ENGINES)
def test_what_is_no_workbook_is_an_input_error(engine):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(InputError, match=r"can't (read|evaluate) the workbook"):
        recalculate([file.getvalue()], engine)


def test_a_circle_of_formulas_is_an_error_value():
    found = recalculate([workbook([("A2", POISON, None), ("A1", POISON, None)])], "formualizer")
    assert set(found[0].values.values()) == {"#CIRC!"}


def test_what_formualizer_gives_up_on_is_an_input_error():
    with pytest.raises(InputError, match=r"formualizer can't evaluate the workbook: .*Undefined"):
        recalculate([workbook([("'[1]Other'!A1", POISON, None)])], "formualizer")


@pytest.fixture
def fake_soffice(tmp_path, monkeypatch):
    """Put a program in LibreOffice's place: lines of shell."""

    def make(*lines):
        program = tmp_path / "soffice"
        program.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        program.chmod(0o755)
        monkeypatch.setattr(recalculation, "find_soffice", lambda: program)

    return make


def test_success_without_a_result_is_a_failure(fake_soffice):
    fake_soffice("exit 0")
    with pytest.raises(InputError, match="LibreOffice can't read the workbook"):
        recalculate([workbook()], "libreoffice")


def test_libreoffice_is_ended_with_all_it_started_when_it_hangs(
    fake_soffice, tmp_path, monkeypatch
):
    monkeypatch.setattr(recalculation, "TIMEOUT", 1)
    fake_soffice(f"sleep 600 & echo $! > {tmp_path}/child", "wait")
    with pytest.raises(InputError, match="LibreOffice did not finish"):
        recalculate([workbook()], "libreoffice")
    child = int((tmp_path / "child").read_text())
    # It was told to end; a busy machine may take a moment to end it.
    tries = 0
    while is_running(child) and tries < 100:
        tries += 1
        time.sleep(0.1)
    assert not is_running(child)


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A process that has ended may wait for whoever collects its status.
    return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()


def test_auto_takes_libreoffice_where_it_is_found(fake_soffice):
    fake_soffice("exit 0")
    with pytest.raises(InputError, match="LibreOffice"):
        recalculate([workbook()])


def test_auto_falls_back_to_formualizer(monkeypatch):
    monkeypatch.setattr(recalculation, "find_soffice", lambda: None)
    assert recalculate([workbook()])[0].engine.startswith("formualizer")


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("auto", r"a spreadsheet engine must be installed: LibreOffice .*pip install"),
        ("libreoffice", r"--engine libreoffice must be installed: LibreOffice \(https://"),
        ("formualizer", r"--engine formualizer must be installed: .*cnncalc\[verify\]"),
    ],
)
def test_a_missing_engine_is_an_option_error_that_says_how_to_get_it(engine, message, monkeypatch):
    monkeypatch.setattr(recalculation, "find_soffice", lambda: None)
    monkeypatch.setattr(recalculation, "find_spec", lambda name: None)
    with pytest.raises(OptionError, match=message):
        recalculate([workbook()], engine)


def test_soffice_is_found_on_the_path(tmp_path, monkeypatch):
    (tmp_path / "soffice").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert recalculation.find_soffice() == tmp_path / "soffice"


def test_soffice_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(recalculation, "_USUAL_PLACES", (str(tmp_path / "soffice"),))
    assert recalculation.find_soffice() is None
