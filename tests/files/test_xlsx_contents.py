import pytest
import xlsxwriter

from cnncalc.files.xlsx_contents import read_contents
from cnncalc.verification.contents import SheetContents

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"


@pytest.fixture
def full(tmp_path):
    """A workbook whose first sheet has one or more of everything, its second but a little."""
    path = tmp_path / "full.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, other = book.add_worksheet("All"), book.add_worksheet("its own")
        sheet.write(0, 0, 1)
        for cells in ("A1:B2", "C1:D2"):
            sheet.conditional_format(cells, {"type": "2_color_scale"})
        rule = {"type": "formula", "criteria": "=A1=1", "format": book.add_format({"bold": True})}
        sheet.conditional_format("A1:B2", rule)
        sheet.conditional_format("A1:B2", {"type": "data_bar"})
        sheet.data_validation("A1", {"validate": "custom", "value": "=A1>0"})
        sheet.write_url("A3", "internal:'its own'!A1")
        sheet.freeze_panes(1, 0)
        sheet.set_header("&Lhead")
        sheet.set_footer("&Lfoot")
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        sheet.print_area("A1:B2")
        for kind in ("line", "bar"):
            chart = book.add_chart({"type": kind})
            chart.add_series({"values": "=All!$A$1:$A$2"})
            sheet.insert_chart("E1", chart)
        other.very_hidden()
        book.define_name("image", "=All!$A$1:$B$2")
        book.define_name("'its own'!own", "='its own'!$A$1")
    return path


def test_everything_is_counted_sheet_by_sheet(full):
    found = read_contents(full.read_bytes(), "a")
    counts = {
        "colour scales": 2,
        "colour rules": 1,
        "charts": 2,
        "data validations": 1,
        "links": 1,
        "frozen panes": 1,
        "headers and footers": 2,
        "paper size": 1,
        "print titles": 1,
        "print areas": 1,
    }
    assert list(found.sheets) == [
        SheetContents("All", "visible", counts),
        SheetContents("its own", "veryHidden", {}),
    ]
    assert found.names["", "image"] == "All!$A$1:$B$2"
    assert found.names["its own", "own"] == "'its own'!$A$1"
    assert found.program == ""


@pytest.mark.parametrize(
    ("application", "version", "program"),
    [
        ("Microsoft Excel", "12.0000", ""),
        ("Microsoft Excel", "16.0300", "Microsoft Excel 16.0300"),
        ("LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40", "15.0", "LibreOffice 7.4.7.2"),
        ("Microsoft Excel Compatible / Openpyxl 3.1.5", "3.1", "openpyxl 3.1.5"),
        ("Microsoft Excel", "3.1", "openpyxl 3.1"),
        ("gnumeric", "1.1255", "Gnumeric 1.12.55"),
        ("gnumeric", "2", "gnumeric 2"),
        ("", "", "a program that does not give its name"),
        ("x" * 99, "1", "x" * 60),
    ],
)
def test_what_saved_a_workbook_is_named_as_people_know_it(
    make_raw_workbook, application, version, program
):
    properties = (
        f'<Properties xmlns="{PROPERTIES}"><Application>{application}</Application>'
        f"<AppVersion>{version}</AppVersion></Properties>"
    )
    path = make_raw_workbook(**{"docProps/app.xml": properties})
    assert read_contents(path.read_bytes(), "a").program == program


def test_a_workbook_without_properties_is_by_a_program_without_a_name(make_raw_workbook):
    path = make_raw_workbook(**{"docProps/app.xml": None})
    found = read_contents(path.read_bytes(), "a")
    assert found.program == "a program that does not give its name"


@pytest.mark.parametrize("area", ["#REF!", "ERROR(&quot;Sheet!$A$1,Sheet!$C$1&quot;)"])
def test_printed_areas_that_refer_to_nothing_are_none(make_raw_workbook, area):
    # So Gnumeric writes them: of every sheet, and of one with several areas.
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets><definedNames>'
        f'<definedName name="_xlnm.Print_Area" localSheetId="0">{area}</definedName>'
        '<definedName name="Print_Titles" localSheetId="0">Sheet!$1:$1</definedName>'
        "</definedNames></workbook>"
    )
    found = read_contents(make_raw_workbook(**{"xl/workbook.xml": book}).read_bytes(), "a")
    assert dict(found.sheets[0].counts) == {}
