"""`verify` of workbooks that another program has saved."""

from __future__ import annotations

import re
import subprocess

import openpyxl
import pytest

KERNEL = ("--kernel", "1 0 1; 0 1 0; 1 0 1")
CONVOLUTION = 'Conv2D(2, 3, activation="relu", name="true")'
NETWORK = f'{CONVOLUTION}; MaxPooling2D(2, name="it ü"); Flatten(); Dense(3, activation="softmax")'
CLASSES = ("--class-names", "=1+1,0,1", "--target", "1")
TRAINED = 'Conv2D(1, 3, activation="relu"); Flatten(); Dense(2, activation="softmax")'

# What is exported, by the name of its file.
EXPORTS = {
    "article": (),
    "own one": ("article:6x6", *KERNEL, "--padding", "same", "--pool", "max:2"),
    "softmax": ("article:6x6", *KERNEL, *KERNEL, "--activation", "softmax"),
    "network": ("article:6x6", "--network", NETWORK, *CLASSES),
    "part": ("article:6x6", "--network", NETWORK, "--layer", "true", "--at", "1,1,0"),
    "training": ("article:6x6", "--network", TRAINED, "--target", "1", "--training-steps", "2"),
}
COLOURED = {
    "article": r"12 sheets \(Case 1, Case 2, Case 3, Case 4, …\)",
    "own one": "the sheet Calculation",
    "softmax": "the sheet Calculation",
    "network": r"6 sheets \(Input, true, it ü, flatten, …\)",
    "part": r"2 sheets \(Input, true\)",
    "training": r"3 sheets \(Dashboard, Step 1, Step 2\)",
}
# Gnumeric knows one printed area a sheet, and writes titles under a name that no program reads.
IN_PARTS = {
    "article": [r"areas of 2 sheets \(Volume, About\)"],
    "training": [
        r"titles of 3 sheets \(Contents, Step 1, Step 2\)",
        r"areas of 3 sheets \(Contents, Step 1, Step 2\)",
    ],
}


@pytest.fixture
def export(run, tmp_path):
    """Export one of the workbooks; return its path."""

    def export_(name, *options):
        path = tmp_path / f"{name}.xlsx"
        result = run("export-xlsx", *EXPORTS[name], *options, "--output", path)
        assert result.exit_code == 0, result.output
        return path

    return export_


@pytest.fixture
def verify(run):
    return lambda path: run("verify", path, "--engine", "formualizer")


@pytest.fixture
def saved_by_openpyxl(export):
    """Save a workbook with openpyxl, after a change; return its path."""

    def save(name, change=lambda book: None):
        path = export(name)
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)
        return path

    return save


def after_numbers(result):
    """The lines about what is no number."""
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("Saved by ")]
    return lines[starts[0] :]


@pytest.mark.parametrize("name", EXPORTS)
def test_of_a_workbook_as_exported_nothing_is_said_but_its_numbers(export, verify, name):
    result = verify(export(name))
    assert result.exit_code == 0, result.output
    said = [line for line in result.stdout.splitlines() if not line.startswith("  Largest")]
    assert [line.split(": ")[0] for line in said] == [
        "Formulas, evaluated by formualizer 0.13.0",
        "Values stored beside them",
    ]


@pytest.mark.parametrize("name", EXPORTS)
def test_openpyxl_drops_the_stored_values_alone(saved_by_openpyxl, verify, name):
    assert after_numbers(verify(saved_by_openpyxl(name))) == [
        f"Saved by openpyxl {openpyxl.__version__}, which dropped:",
        "  the values stored beside the formulas",
    ]


def without_anything(book):
    """Take from a workbook all that openpyxl can take, but for its cells."""
    for sheet in book:
        sheet.conditional_formatting = type(sheet.conditional_formatting)()
        sheet.data_validations.dataValidation = []
        sheet._charts = []
        sheet.freeze_panes = None
        sheet.oddHeader = sheet.oddFooter = None
        sheet.page_setup.paperSize = None
        for row in sheet:
            for cell in row:
                cell.hyperlink = None
    book.defined_names.clear()


def test_all_that_is_gone_is_told(saved_by_openpyxl, verify):
    lines = after_numbers(verify(saved_by_openpyxl("training", without_anything)))
    steps = "Step 1, Step 2"
    sheets = f"5 sheets (Dashboard, Contents, {steps}, …)"
    assert lines[1:] == [
        "  the values stored beside the formulas",
        f"  the colour scales of 3 sheets (Dashboard, {steps})",
        "  the colour rules of the sheet Dashboard",
        "  the charts of the sheet Dashboard",
        "  the data validations of 2 sheets (Dashboard, Step 1)",
        f"  the links of 4 sheets (Dashboard, Contents, {steps})",
        f"  the frozen panes of 4 sheets (Dashboard, Contents, {steps})",
        f"  the headers and footers of {sheets}",
        f"  the paper size of {sheets}",
    ]


def test_names_that_are_gone_are_told(saved_by_openpyxl, verify):
    path = saved_by_openpyxl("network", lambda book: book.defined_names.clear())
    assert "  2 names: image, output" in after_numbers(verify(path))


def change_sheets(book):
    book.remove(book["Contents"])
    book["flatten"].sheet_state = "veryHidden"
    book.move_sheet("Prediction", -3)


def test_sheets_that_are_gone_hidden_or_moved_are_told(saved_by_openpyxl, verify):
    assert after_numbers(verify(saved_by_openpyxl("network", change_sheets)))[2:] == [
        "  the sheet Contents",
        "Hidden since the export: the sheet flatten.",
        "The sheets stand in another order than they were exported in.",
    ]


def test_what_calculates_the_same_is_told_from_what_gives_the_same_number(
    saved_by_openpyxl, verify
):
    def change(book):
        sheet = book["Calculation"]
        cells = [cell for row in sheet for cell in row if "MAX(" in str(cell.value)]
        cells[0].value = cells[0].value.replace("MAX(", "max( ")
        cells[1].value += "+0"

    result = verify(saved_by_openpyxl("own one", change))
    assert result.exit_code == 1
    assert "1 formula is written in another form, which calculates the same." in result.stdout
    assert re.search(r"holds (=MAX\(\w+:\w+\))\+0 in place of \1: so far the same", result.stdout)


def test_a_class_may_be_named_by_a_number(saved_by_openpyxl, verify):
    def change(book):
        assert book["Prediction"]["C14"].value == "0"
        book["Prediction"]["C14"] = 7

    result = verify(saved_by_openpyxl("network", change))
    assert result.exit_code == 0
    assert "all 156 agree" in result.stdout


def test_a_workbook_whose_about_sheet_is_gone_is_told_by_its_sheets(saved_by_openpyxl, fails):
    path = saved_by_openpyxl("own one", lambda book: book.remove(book["About"]))
    assert fails("verify", path).endswith("Received: one whose sheets are 'Calculation'")


def test_the_report_of_a_training_is_told_as_such(run, fails):
    network = 'Flatten(); Dense(10, "softmax")'
    result = run("train", "--network", network, "--epochs", "1", "--report", "report.xlsx")
    assert result.exit_code == 0, result.output
    assert fails("verify", "report.xlsx").endswith(
        "Received: the report of a training, which holds what was measured, and no calculation"
    )


def libreoffice(paths, folder):
    """Have LibreOffice save workbooks into a folder, in one call."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", folder, *paths],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return [folder / path.name for path in paths]


def gnumeric(paths, folder):
    """Have Gnumeric save workbooks into a folder."""
    for path in paths:
        command = ["ssconvert", path, folder / path.name]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return [folder / path.name for path in paths]


PROGRAMS = {"LibreOffice": libreoffice, "Gnumeric": gnumeric}
WORKSHEET = "a workbook with formulas is needed. Received: a worksheet to be filled in"
UNCOVERED = {"LibreOffice": "it no longer hides well its", "Gnumeric": "it shows its"}


def dropped_by_gnumeric(name):
    """What Gnumeric drops of a workbook, a pattern for each line."""
    printed = (f"  the print {what}" for what in IN_PARTS.get(name, ()))
    return [f"  the colour scales of {COLOURED[name]}", *printed]


@pytest.mark.recalculation
@pytest.mark.parametrize("program", PROGRAMS)
def test_workbooks_that_another_program_saved_are_verified(
    export, verify, fails, tmp_path, program
):
    folder = tmp_path / "saved"
    folder.mkdir()
    paths = [export(name) for name in EXPORTS]
    worksheet = export("softmax", "--worksheet", "--force")
    paths[2] = worksheet.rename(tmp_path / "worksheet.xlsx")
    saved = PROGRAMS[program](paths, folder)
    for name, path in zip(EXPORTS, saved, strict=True):
        if name == "softmax":
            said = fails("verify", path)
            assert said.startswith(WORKSHEET)
            assert f"{program} " in said
            assert said.endswith(f"{UNCOVERED[program]} solution, 'Solution Calculation'")
            continue
        lines = after_numbers(verify(path))
        assert re.fullmatch(rf"Saved by {program} [\d.]+, which dropped( nothing\.|:)", lines[0])
        dropped = dropped_by_gnumeric(name) if program == "Gnumeric" else []
        # LibreOffice without windows drops frozen panes.
        kept = [line for line in lines[1:] if "frozen panes" not in line]
        assert len(kept) == len(dropped)
        assert all(map(re.fullmatch, dropped, kept)), (name, kept)
