import re
import zipfile

import openpyxl
import pytest

from cnncalc.files.engines.libreoffice import convert

KERNEL = ("--kernel", "1 0 1; 0 1 0; 1 0 1", "--kernel", "0 0 0; 0 1 0; 0 0 0")
OPTIONS = (*KERNEL, "--bias", "1,-2", "--padding", "same", "--activation", "relu")


EMPTY_PIXEL = (
    "nothing (was a row or column inserted, or the cell emptied? type 0 for an empty pixel)"
)


@pytest.fixture
def workbook(run, tmp_path):
    """A workbook that `export-xlsx` wrote."""
    path = tmp_path / "made.xlsx"
    result = run("export-xlsx", "article:6x6", *OPTIONS, "--pool", "max:2", "-o", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def verify(run, workbook):
    """Verify the workbook with the fast engine."""
    return lambda *arguments: run("verify", workbook, "--engine", "formualizer", *arguments)


def change(path, **cells):
    """Type over cells of the sheet Calculation, as one does with openpyxl: it stores no values."""
    book = openpyxl.load_workbook(path)
    for address, content in cells.items():
        book["Calculation"][address] = content
    book.save(path)


def rewrite(path, part, pattern, replacement):
    """Replace a pattern in one part of a workbook."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts[part], count = re.subn(pattern, replacement, parts[part])
    assert count
    with zipfile.ZipFile(path, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)


def cells_of(path, word):
    """The addresses of the cells whose formula holds a word."""
    sheet = openpyxl.load_workbook(path)["Calculation"]
    cells = (cell for row in sheet.iter_rows() for cell in row)
    return [cell.coordinate for cell in cells if word in str(cell.value)]


def test_a_workbook_as_exported_agrees(verify):
    result = verify()
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Formulas, evaluated by formualizer 0.13.0: all 234 agree with the calculation.",
        "Values stored beside them: all 234 agree with the calculation.",
    ]


def test_pixels_weights_and_biases_may_be_changed(verify, workbook):
    change(workbook, C7=1000.25, K7=-3)
    result = verify()
    assert result.exit_code == 0
    assert "all 234 agree" in result.stdout
    assert "234 formulas have no stored value" in result.stdout


def test_a_pixel_may_be_a_formula_of_ones_own(verify, workbook):
    change(workbook, C7="=D7*2+1")
    result = verify()
    assert result.exit_code == 0, result.output
    assert "all 234 agree" in result.stdout


def test_a_number_typed_over_a_formula_is_named_with_all_that_follows_from_it(verify, workbook):
    cell = cells_of(workbook, "SUMPRODUCT")[0]
    change(workbook, **{cell: 99999})
    result = verify()
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Formulas, evaluated by formualizer 0.13.0: 3 of 233 differ")
    assert lines[1].startswith("  First difference: Calculation!")
    assert "One cell was typed over, which is easily done:" in lines
    assert f"  Calculation!{cell} holds 99999 in place of =SUMPRODUCT(" in result.stdout
    assert result.stderr == "Error: the workbook differs from its calculation\n"


def test_another_formula_is_named(verify, workbook):
    cell = cells_of(workbook, "MAX(0,")[0]
    change(workbook, **{cell: "=1/0"})
    result = verify()
    assert result.exit_code == 1
    assert f"First difference: Calculation!{cell}, =1/0, gives #DIV/0!, expected" in result.stdout
    assert f"Calculation!{cell} holds =1/0 in place of =MAX(0," in result.stdout


def test_a_padding_typed_over_is_named(verify, workbook):
    # The corner of the ring of zeros stands up and left of the first pixel.
    image = openpyxl.load_workbook(workbook).defined_names["image"].attr_text
    assert image == "Calculation!$C$7:$H$12"
    change(workbook, B6=5)
    result = verify()
    assert result.exit_code == 1
    assert "Calculation!B6 holds 5 in place of 0." in result.stdout


def test_stored_values_that_are_wrong_are_reported_apart(verify, workbook):
    rewrite(workbook, "xl/worksheets/sheet1.xml", rb"</f><v>[^<]*", b"</f><v>-999")
    result = verify()
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].endswith("all 234 agree with the calculation.")
    assert lines[1] == "Values stored beside them: 234 of 234 differ from the calculation."


@pytest.mark.recalculation
def test_libreoffice_is_taken_where_it_is_found(run, workbook):
    result = run("verify", workbook)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Formulas, evaluated by LibreOffice ")


@pytest.mark.recalculation
def test_a_workbook_that_libreoffice_saved_is_verified_and_has_no_changes(run, workbook, tmp_path):
    change(workbook, C7=1000.25, K7=-3)
    saved = tmp_path / "saved" / "made.xlsx"
    convert([workbook], tmp_path)
    (tmp_path / "converted").rename(saved.parent)
    result = run("verify", saved)
    assert result.exit_code == 0, result.output
    assert "Values stored beside them: all 234 agree" in result.stdout


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("a text", "'a text'"),
        (None, EMPTY_PIXEL),
        (True, "'True'"),
        ("=1/0", "'#DIV/0!'"),
    ],
)
def test_a_pixel_that_is_no_number_is_named(fails, workbook, cell, said):
    change(workbook, C7=cell)
    assert fails("verify", workbook, "--engine", "formualizer") == (
        f"C7 of sheet 'Calculation' must hold a number, as all pixels do. Received: {said}"
    )


def test_a_row_that_was_inserted_is_guessed(fails, run, tmp_path):
    run("export-xlsx", "article:6x6", "--kernel", "edge", "-o", "plain.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plain.xlsx")
    book["Calculation"].insert_rows(6)
    book.save(tmp_path / "plain.xlsx")
    assert fails("verify", "plain.xlsx", "--engine", "formualizer") == (
        f"B6 of sheet 'Calculation' must hold a number, as all pixels do. Received: {EMPTY_PIXEL}"
    )


def test_a_weight_that_was_emptied_is_no_empty_pixel(fails, workbook):
    change(workbook, K7=None)
    assert fails("verify", workbook, "--engine", "formualizer") == (
        "K7 of sheet 'Calculation' must hold a number, as all weights do. Received: nothing "
        "(was a row or column inserted, or the cell emptied?)"
    )


def test_a_sheet_that_was_renamed_is_missed(fails, workbook):
    book = openpyxl.load_workbook(workbook)
    book["Calculation"].title = "Mine"
    book.save(workbook)
    assert fails("verify", workbook, "--engine", "formualizer") == (
        "the workbook must have its sheet 'Calculation', by this name. Received: 'About', 'Mine'"
    )


def test_a_workbook_of_somebody_elses_is_refused(fails, tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.save(tmp_path / "other.xlsx")
    assert fails("verify", "other.xlsx") == (
        "only a workbook that cnncalc exported can be verified: it has a sheet About. "
        "Received: a workbook without one"
    )


def about_lines(path):
    """The rows of what `verify` reads on the sheet About, by their first cell."""
    sheet = openpyxl.load_workbook(path)["About"]
    return {row[0].value: row[1].coordinate for row in sheet.iter_rows(max_col=2)}


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        ("Workbook format", "cnncalc 99", "the sheet About must say"),
        ("Layout", "diagonal", "Received: layout 'diagonal'"),
        ("Input shape", "6×six×1", "an input shape must be written like"),
        ("Input shape", "6000×6000×1", "must hold the 36,000,"),
        ("Input shape", "7×6×1", "must hold a number, as all weights do. Received: 'bias'"),
        ("Layers", "Conv2D(", "the layers on the sheet About must be as cnncalc wrote them"),
        ("Layers", "Conv2D(2, 10000, padding=10000)", "must hold the 20"),
        ("Layers", "Conv2D(2, 3, padding=1000000)", "an input with its padding must have at most"),
        ("Layers", "Conv2D(2, 9)", "the window must fit into the input"),
        ("Layers", "Conv2D(1000000000, 1)", "must hold the"),
        ("Layers", "ZeroPadding2D(1000000); Flatten()", "at most 2,000,000 cells can be verified"),
        ("Layers", "Flatten(); Dense(1)", "must hold a number, as all weights do"),
        ("Layers", "lambda: 1", "the layers on the sheet About must be as cnncalc wrote them"),
    ],
)
def test_an_about_sheet_that_was_changed_is_told(fails, workbook, line, text, said):
    book = openpyxl.load_workbook(workbook)
    book["About"][about_lines(workbook)[line]] = text
    book.save(workbook)
    assert said in fails("verify", workbook, "--engine", "formualizer")


def test_what_is_no_workbook_is_refused(fails, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"not a workbook")
    assert "is not an .xlsx workbook" in fails("verify", "a.xlsx")
    assert fails("verify", "missing.xlsx") == "there is no file 'missing.xlsx'"


def test_a_missing_engine_is_told_with_where_to_get_one(fails, workbook, monkeypatch):
    monkeypatch.setattr(recalculation, "find_soffice", lambda: None)
    monkeypatch.setattr(recalculation, "find_spec", lambda name: None)
    assert "pip install 'cnncalc[verify]'" in fails("verify", workbook)
    assert "libreoffice.org" in fails("verify", workbook, "--engine", "libreoffice")


def test_an_unknown_engine_is_refused(fails, workbook):
    assert "'excel' is not one of" in fails("verify", workbook, "--engine", "excel")
