import io
import math
import os
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from cnncalc.errors import InputError, OptionError
from cnncalc.files.engines import ENGINES, libreoffice, programs, recalculate
from cnncalc.files.engines.recalculation import BY_NAME
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


EVERY_ENGINE = [
    "formualizer",
    "ironcalc",
    pytest.param("libreoffice", marks=pytest.mark.recalculation),
    pytest.param("gnumeric", marks=pytest.mark.engines),
]


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_every_formula_is_evaluated_and_no_stored_value_survives(engine):
    found = recalculate([workbook()], engine)[0].values
    for row, (formula, _, expected) in enumerate(FORMULAS):
        value = found[Place("Out", row, 0)]
        close = isinstance(value, float) and math.isclose(value, expected, rel_tol=1e-14)
        assert close or value == expected, formula


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_a_formula_that_gives_nothing_has_no_value(engine):
    found = recalculate([workbook([('IF(1>0,"","x")', POISON, None)])], engine)[0].values
    assert Place("Out", 0, 0) not in found


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_many_workbooks_are_answered_in_their_order(engine):
    books = [workbook([(f"{number}*2", POISON, None)]) for number in range(12)]
    found = [evaluation.values[Place("Out", 0, 0)] for evaluation in recalculate(books, engine)]
    assert found == [2.0 * number for number in range(12)]


def far_apart(name):
    """Formulas of a sheet far from each other."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet(name)
        quoted = name.replace("'", "''")
        sheet.write_formula("A1", "=1+1")
        sheet.write_formula("XFD2", "=A1+1")
        sheet.write_formula("C9000", f"='{quoted}'!XFD2+1")
    return file.getvalue()


@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_formulas_far_apart_are_found(engine):
    found = recalculate([far_apart("far away")], engine)[0].values
    assert found == {
        Place("far away", 0, 0): 2.0,
        Place("far away", 1, 16383): 3.0,
        Place("far away", 8999, 2): 4.0,
    }


# Gnumeric's reader of .xlsx doesn't know two apostrophes for one.
@pytest.mark.parametrize("engine", EVERY_ENGINE[:-1])
def test_a_sheet_may_have_an_apostrophe_in_its_name(engine):
    found = recalculate([far_apart("it's")], engine)[0].values
    assert found[Place("it's", 8999, 2)] == 4


@pytest.mark.engines
def test_what_gnumeric_can_not_parse_is_an_error_not_a_blank():
    found = recalculate([far_apart("it's")], "gnumeric")[0].values
    assert str(found[Place("it's", 8999, 2)]).startswith("#")


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("formualizer", "formualizer 0."),
        ("ironcalc", "IronCalc 0."),
        pytest.param("gnumeric", "Gnumeric 1.", marks=pytest.mark.engines),
        pytest.param("libreoffice", "LibreOffice ", marks=pytest.mark.recalculation),
    ],
)
def test_an_evaluation_names_its_engine_and_version(engine, name):
    found = recalculate([workbook()], engine)[0].engine
    assert found.startswith(name)
    assert found.removeprefix(name)[0].isdigit()


@pytest.mark.parametrize("engine", EVERY_ENGINE)
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
        monkeypatch.setattr(libreoffice, "find_soffice", lambda: program)

    return make


def test_success_without_a_result_is_a_failure(fake_soffice):
    fake_soffice("exit 0")
    with pytest.raises(InputError, match="LibreOffice can't read the workbook"):
        recalculate([workbook()], "libreoffice")


def test_libreoffice_is_ended_with_all_it_started_when_it_hangs(
    fake_soffice, tmp_path, monkeypatch
):
    monkeypatch.setattr(programs, "TIMEOUT", 1)
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


@pytest.fixture
def without(monkeypatch):
    """Let engines be as if they were not installed."""

    def make(*names):
        for name in names:
            missing = replace(BY_NAME[name], is_installed=lambda: False)
            monkeypatch.setitem(BY_NAME, name, missing)

    return make


def test_auto_falls_back_to_formualizer(without):
    without("libreoffice")
    assert recalculate([workbook()])[0].engine.startswith("formualizer")


def test_auto_falls_back_to_whichever_is_there(without):
    without("libreoffice", "formualizer", "gnumeric")
    assert recalculate([workbook()])[0].engine.startswith("IronCalc")


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("auto", r"a spreadsheet engine must be installed: LibreOffice .*pip install.*apt inst"),
        ("libreoffice", r"--engine libreoffice must be installed: LibreOffice \(https://"),
        ("formualizer", r"--engine formualizer must be installed: .*cnncalc\[verify\]"),
        ("gnumeric", r"--engine gnumeric must be installed: Gnumeric \(apt install gnumeric\)"),
        ("ironcalc", r"--engine ironcalc must be installed: IronCalc .*cnncalc\[verify\]"),
    ],
)
def test_a_missing_engine_is_an_option_error_that_says_how_to_get_it(engine, message, without):
    without(*BY_NAME)
    with pytest.raises(OptionError, match=message):
        recalculate([workbook()], engine)


def test_every_engine_that_may_be_asked_for_is_known():
    assert ("auto", *BY_NAME) == ENGINES


def test_ironcalc_is_ended_when_it_takes_too_long(monkeypatch):
    monkeypatch.setattr(programs, "TIMEOUT", 0)
    with pytest.raises(InputError, match="IronCalc did not finish within 0 minutes"):
        recalculate([workbook()], "ironcalc")


def test_a_module_where_one_works_is_not_taken_for_ironcalc(tmp_path, monkeypatch):
    (tmp_path / "ironcalc.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert recalculate([workbook()], "ironcalc")[0].values[Place("Out", 0, 0)] == 94


@pytest.mark.parametrize("engine", ["ironcalc", "formualizer"])
def test_an_engine_prints_nothing(engine, capfd):
    recalculate([workbook()], engine)
    assert capfd.readouterr() == ("", "")


def test_what_gnumeric_can_not_read_is_an_input_error(tmp_path, monkeypatch):
    (tmp_path / "ssconvert").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "ssconvert").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="Gnumeric can't read the workbook"):
        recalculate([workbook()], "gnumeric")


def test_soffice_is_found_on_the_path(tmp_path, monkeypatch):
    (tmp_path / "soffice").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert libreoffice.find_soffice() == tmp_path / "soffice"


def test_soffice_may_be_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libreoffice, "_USUAL_PLACES", (str(tmp_path / "soffice"),))
    assert libreoffice.find_soffice() is None
