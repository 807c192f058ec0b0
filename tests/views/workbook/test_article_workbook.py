import io

import numpy as np
import pytest

from cnncalc.article import CASES
from cnncalc.provenance import Provenance
from cnncalc.sheet.article_calculations import article_calculations
from cnncalc.sheet.planning import make_plan
from cnncalc.views.workbook.article_workbook import write_article_workbook
from cnncalc.views.workbook.export import WorkbookOptions
from tests.views.workbook.reading import formulas_of, mismatches, values_of

CALCULATIONS = article_calculations()
PLAN = make_plan([specification for specification, _ in CALCULATIONS])


@pytest.fixture(scope="module")
def content():
    stream = io.BytesIO()
    write_article_workbook(stream, WorkbookOptions(provenance=Provenance("cnncalc export-xlsx")))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("sheet", "cell", "formula"),
    [
        ("Case 1", "I2", "=B2*$G$5"),
        ("Case 2", "J2", "=SUMPRODUCT(B2:C2,$G$5:$H$5)"),
        ("Case 3", "M2", "=SUMPRODUCT(D2:E2,$I$5:$J$5)"),
        ("Case 4", "J2", "=SUMPRODUCT(B2:C2,$G$5:$H$5)"),
        ("Case 4", "N2", "=SUMPRODUCT(B2:C2,$G$8:$H$8)"),
        ("Case 4", "R2", "=J2+N2"),
        ("Case 5", "J3", "=SUMPRODUCT(B3:C4,$G$5:$H$6)"),
        ("6×6 image", "M2", "=SUMPRODUCT(B2:D4,$I$5:$K$7)"),
        ("Stride 2", "M3", "=SUMPRODUCT(D4:F6,$H$5:$J$7)"),
        ("Same padding", "O2", "=SUMPRODUCT(C2:E4,$K$5:$M$7)"),
        ("Max pooling", "S3", "=MAX(O4:P5)"),
        ("Average pooling", "R2", "=AVERAGE(M2:N3)"),
        ("L2 pooling", "R2", "=SQRT(SUMSQ(M2:N3))"),
        ("Output size", "C11", "=INT($C$10)+1"),
    ],
)
def test_formulas_stand_at_the_articles_addresses(content, sheet, cell, formula):
    assert formulas_of(content)[sheet][cell].value == formula


def test_every_formula_carries_its_value(content):
    values = [each for _, each in CALCULATIONS]
    assert mismatches(formulas_of(content), PLAN, values, formulas=True) == []
    assert mismatches(values_of(content), PLAN, values, formulas=False) == []


# The volume is cut to a corner here, and of the output's size the formula alone is shown.
@pytest.mark.parametrize(
    "number", [n for n, case in enumerate(CASES) if case.name not in ("volume", "outsize")]
)
def test_the_values_are_the_articles(content, number):
    sheet, book = PLAN.sheets[number], values_of(content)
    for expected in (each for each in CASES[number].expected if each.values):
        block = next(
            block
            for block in sheet.blocks
            if block.quantity[1:3] == (expected.layer, expected.stage)
            and block.index == (expected.channel,)
        )
        shown = [[cell.value for cell in row] for row in book[sheet.name][block.range]]
        assert np.round(shown, expected.decimals).tolist() == np.array(expected.values).tolist()


def test_the_contents_lead_to_every_sheet(content):
    book = formulas_of(content)
    links = [cell.hyperlink.location for row in book["Contents"] for cell in row if cell.hyperlink]
    quoted = [
        f"'{name}'!A1" if " " in name or "×" in name else f"{name}!A1" for name in book.sheetnames
    ]
    assert sorted(links) == sorted(set(quoted) - {"Contents!A1"})
    assert book.sheetnames[0] == "Contents"
    assert book.sheetnames[-1] == "About"


def test_each_sheet_names_its_image_weight_and_output(content):
    book = formulas_of(content)
    names = {name: area.attr_text for name, area in book["Case 3"].defined_names.items()}
    assert names == {
        "image": "'Case 3'!$D$2:$G$18",
        "weight": "'Case 3'!$I$5:$J$5",
        "output": "'Case 3'!$L$2:$P$18",
    }
    assert {"W", "F", "P", "S", "K", "output"} == set(book["Output size"].defined_names)


def test_pixels_and_outputs_are_coloured_filters_on_one_scale(content):
    sheet = formulas_of(content)["Case 4"]
    scales = [str(each.sqref) for each in sheet.conditional_formatting]
    assert scales == ["B2:E18", "J2:P18", "R2:T18"]


def test_a_sheet_is_ready_to_print(content):
    sheet = formulas_of(content)["Case 1"]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.freeze_panes == "A2"
    assert sheet.oddHeader.left.text == "Case 1: One weight"


def test_entered_cells_look_different_from_formulas(content):
    sheet = formulas_of(content)["Case 1"]
    colors = {cell: sheet[cell].font.color.rgb for cell in ("B2", "G5")}
    assert colors["B2"] == colors["G5"] != getattr(sheet["I2"].font.color, "rgb", None)


def test_the_same_command_gives_the_same_bytes(content):
    again = io.BytesIO()
    write_article_workbook(again, WorkbookOptions(provenance=Provenance("cnncalc export-xlsx")))
    assert again.getvalue() == content
