import pytest

from cnncalc.errors import InputError
from cnncalc.layers import Combine, Conv2D, MaxPooling2D
from cnncalc.provenance import Provenance
from cnncalc.sheet.plan import Specification
from cnncalc.sheet.planning import make_plan, specify
from cnncalc.views.workbook.about import about_sheet, read_about
from tests.views.workbook.drawn import drawn_trace

CALCULATIONS = (
    Specification(
        "=1+1", (Conv2D(2, 3, name="a"), Combine(name="combine")), (9, 8, 3), "steps", "note"
    ),
    Specification("", (MaxPooling2D(2, name="pool"),), (4, 4, 1), "article"),
)


@pytest.mark.parametrize("seed", range(30))
def test_any_layers_come_back_as_they_were(seed):
    specification = specify(drawn_trace(seed).network)
    sheet = about_sheet(make_plan([specification]), Provenance())
    assert read_about(rows(sheet)) == (specification,)


def rows(sheet):
    """The sheet's cells as a reader gives them: None where there is nothing."""
    cells = {(text.row, text.column): text.text or None for text in sheet.texts}
    last = max(row for row, _ in cells)
    return [[cells.get((row, column)) for column in range(3)] for row in range(last + 1)]


def test_the_calculations_come_back_as_they_were():
    sheet = about_sheet(make_plan(CALCULATIONS), Provenance("cnncalc export-xlsx"))
    assert read_about(rows(sheet)) == CALCULATIONS


def test_it_says_what_made_it_and_what_to_try():
    sheet = about_sheet(make_plan(CALCULATIONS[1:]), Provenance("cnncalc export-xlsx article:6x6"))
    texts = [text.text for text in sheet.texts]
    assert "cnncalc export-xlsx article:6x6" in texts
    assert any("Change the pixel in Sheet!B2: every number after it" in text for text in texts)


def test_another_sheet_is_refused():
    with pytest.raises(InputError, match="must say 'Workbook format cnncalc 1'"):
        read_about([["A", 1], [None]])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("Layout", "spiral", "layout 'spiral'"),
        ("Layout", None, "layout ''"),
        ("Input shape", "9×x", "written like 17×4×1. Received: '9×x'"),
        ("Input shape", "9×0×1", "written like"),
        ("Input shape", None, "written like"),
        ("Layers", "Conv3D(2, 3)", "must be as cnncalc wrote them: .*Conv3D"),
        ("Layers", "Conv2D(0, 3)", "filters must be"),
    ],
)
def test_a_damaged_line_is_said(key, value, message):
    lines = rows(about_sheet(make_plan(CALCULATIONS), Provenance()))
    damaged = [[key, value] if line[0] == key else line for line in lines]
    with pytest.raises(InputError, match=message):
        read_about(damaged)


@pytest.mark.parametrize("key", ["Calculation", "Layout", "Input shape", "Layers"])
def test_a_missing_line_is_said(key):
    lines = rows(about_sheet(make_plan(CALCULATIONS[:1]), Provenance()))
    with pytest.raises(InputError, match=f"no line {key}"):
        read_about([line for line in lines if line[0] != key])


def test_no_calculation_at_all_is_said():
    with pytest.raises(InputError, match="tell of a calculation"):
        read_about([["Workbook format", "cnncalc 1"]])
