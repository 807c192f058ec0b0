"""Workbooks as other programs write them: the sheet is said, what may be untrue is refused."""

import zipfile

import numpy as np
import openpyxl
import pytest
import xlsxwriter

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def relations(*relations):
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(relations, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def save_cells(path, cells, main=MAIN, office=OFFICE):
    """Write a workbook of one row of cells with nothing but what it needs."""
    sheet = f'<sheetData><row r="1">{cells}</row></sheetData>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{main}"><si><t>hi</t></si></sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}">{sheet}</worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(OFFICE, office))


MUST = "every cell of A1:B1 in sheet 'S' of 'book.xlsx' must hold a number. Received: "


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            '<c r="A1"><v>abc</v></c><c r="B1"><v>1e999</v></c>',
            f"{MUST}the damaged value 'abc' in A1",
        ),
        ('<c r="A1"><v>1</v></c><c r="B1"><v>1e999</v></c>', f"{MUST}a number out of range in B1"),
        (
            '<c r="A1" t="s"><v>999</v></c><c r="B1"><v>2</v></c>',
            f"{MUST}the damaged value 'text 999, where there are 1' in A1",
        ),
    ],
)
def test_a_damaged_cell_is_named(fails, tmp_path, cells, said):
    save_cells(tmp_path / "book.xlsx", cells)
    assert fails("show", "book.xlsx") == said
    assert fails("convolve", "-k", "@book.xlsx") == said


def test_a_strict_workbook_is_read(run, tmp_path):
    strict = "http://purl.oclc.org/ooxml"
    cells = '<c r="A1"><v>1</v></c><c r="B1"><v>2</v></c>'
    main, office = f"{strict}/spreadsheetml/main", f"{strict}/officeDocument/relationships"
    save_cells(tmp_path / "book.xlsx", cells, main, office)
    result = run("show", "book.xlsx", "--format", "csv")
    assert (result.stdout, result.stderr) == ("1,2\n", "book.xlsx: sheet 'S', A1:B1, 1×2\n")


def test_a_sheet_beside_a_chart_is_read(run, tmp_path):
    book = openpyxl.Workbook()
    book.active.append([1, 2])
    book.create_chartsheet("Chart")
    book.save(tmp_path / "book.xlsx")
    assert run("show", "book.xlsx", "--format", "csv").stdout == "1,2\n"


def test_a_hidden_sheet_is_read_only_by_name(run, tmp_path):
    book = openpyxl.Workbook()
    book.active.append([1, 2])
    book.active.sheet_state = "hidden"
    book.create_sheet("vis").append([9, 8])
    book.active = 1
    book.save(tmp_path / "book.xlsx")
    result = run("show", "book.xlsx", "--format", "csv")
    assert (result.stdout, result.stderr) == ("9,8\n", "book.xlsx: sheet 'vis', A1:B1, 1×2\n")
    result = run("show", "book.xlsx", "--sheet", "Sheet", "--format", "csv")
    assert result.stdout == "1,2\n"
    assert result.stderr == "book.xlsx: sheet 'Sheet', A1:B1, 1×2, a hidden sheet\n"


def test_formulas_that_were_never_calculated_are_not_read_as_zeros(fails, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        sheet = book.add_worksheet("grid")
        for row, column in np.ndindex(3, 3):
            sheet.write_formula(row, column, f"={row}*{column}")
    said = fails("show", "book.xlsx")
    assert said.startswith(
        "sheet 'grid' of 'book.xlsx' holds 9 formulas that were never calculated: A1, B1, C1, A2, "
        "B2, C2, … (9 in all). Open the workbook in a spreadsheet program, have everything "
        "calculated "
    )
    assert fails("convolve", "-k", "@book.xlsx") == said


def test_zeros_in_a_workbook_of_cnncalc_are_numbers(run):
    run("convolve", "article:6x6", "-k", "-1", "--activation", "relu", "-o", "mine.xlsx")
    sheet = openpyxl.load_workbook("mine.xlsx")["Calculation"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    outputs = [cell.coordinate for cell in cells if "MAX(" in cell.value]
    place = f"{outputs[0]}:{outputs[-1]}"
    result = run("show", "mine.xlsx", "--sheet", "calculation", "--range", place, "--format", "csv")
    assert result.stdout == "0,0,0,0,0,0\n" * 6


def test_a_report_of_a_training_is_a_workbook_of_cnncalc(run, tmp_path):
    np.savez(tmp_path / "d.npz", x_train=np.eye(8).reshape(4, 4, 4), y_train=[0, 1, 0, 1])
    dense = "Flatten(); Dense(2, activation='softmax')"
    report = ("--validation-split", "0.5", "--report", "report.xlsx")
    result = run("train", "d.npz", "--network", dense, "--epochs", "1", *report)
    assert result.exit_code == 0, result.stderr
    with zipfile.ZipFile("report.xlsx") as archive:
        assert b"Made by cnncalc" in archive.read("docProps/core.xml")


def save_two_sheets(path):
    with xlsxwriter.Workbook(path) as book:
        for name in ("My sheet", "Bob's"):
            sheet = book.add_worksheet(name)
            for row in range(3):
                sheet.write_row(row, 0, [3 * row + 1, 3 * row + 2, 3 * row + 3])
            sheet.write_column("F1", [1, 10] if name == "My sheet" else [2, 20])


@pytest.mark.parametrize(
    ("options", "place", "values", "where"),
    [
        ((), "", "1,2,3", None),
        ((), "!F1:F2", "41,52,63", "sheet 'My sheet', F1:F2, 2×1, the active one of 2 sheets with"),
        ((), "!'My sheet'!$F$1:$F$2", "41,52,63", "sheet 'My sheet', F1:F2, 2×1"),
        ((), "!Bob's!F1:F2", "82,104,126", "sheet 'Bob's', F1:F2, 2×1"),
        ((), "!'Bob''s'!$F$1", "2,4,6", "sheet 'Bob's', F1, 1×1"),
        (("--sheet", "bob's"), "!F1:F2", "82,104,126", "sheet 'Bob's', F1:F2, 2×1"),
        (("--sheet", "bob's"), "!My sheet!F1:F2", "41,52,63", "sheet 'My sheet', F1:F2, 2×1"),
    ],
)
def test_a_kernel_is_read_from_a_place_in_a_workbook_which_is_said(
    run, tmp_path, options, place, values, where
):
    save_two_sheets(tmp_path / "book.xlsx")
    asked = ("book.xlsx", *options, "--range", "A1:C3", "--format", "csv")
    result = run("convolve", *asked, "-k", f"@book.xlsx{place}")
    if where is None:
        assert (
            "2 blocks of numbers: A1:C3, F1:F2. Choose one with --range A1:B2, or" in result.stderr
        )
        return
    assert result.stdout.splitlines()[0] == values
    assert f"kernel from book.xlsx: {where}" in result.stderr
    assert "book.xlsx: sheet '" in result.stderr.splitlines()[-1]


def test_where_exported_kernels_are_read_from_is_said_once(run):
    kernels = ("-k", "1 0 1; 0 1 0; 1 0 1", "-k", "edge")
    run("export-xlsx", "article:6x6", *kernels, "-o", "mine.xlsx")
    result = run("convolve", "mine.xlsx", "-k", "@mine.xlsx", "--format", "csv")
    assert result.stderr == (
        "kernel from mine.xlsx: the exported weights on sheet 'Calculation', 2 of 3×3\n"
        "mine.xlsx: the exported image on sheet 'Calculation', 6×6×1\n"
    )


@pytest.mark.parametrize("ending", ["xlsm", "XLTX"])
def test_workbooks_of_the_family_are_read_as_input_and_as_kernel(run, tmp_path, ending):
    save_two_sheets(tmp_path / f"book.{ending}")
    place = ("--sheet", "My sheet", "--range", "A1:C3", "-k", f"@book.{ending}!F1:F2")
    result = run("convolve", f"book.{ending}", *place, "--format", "csv")
    assert result.stdout == "41,52,63\n74,85,96\n"


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_other_spreadsheets_are_named_with_the_way_out(fails, tmp_path, ending):
    (tmp_path / f"book.{ending}").write_bytes(b"\xd0\xcf\x11\xe0")
    for arguments in (("show", f"book.{ending}"), ("convolve", "-k", f"@book.{ending}")):
        assert fails(*arguments).endswith(
            "which isn't read. Open it in a spreadsheet program and save or export it as .xlsx"
        )
