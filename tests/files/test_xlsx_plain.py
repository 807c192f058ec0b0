"""Sheets of plain numbers are read at once: to the same block, or error, as cell by cell."""

from __future__ import annotations

from dataclasses import astuple, replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncalc.errors import InputError
from cnncalc.files import xlsx_guard
from cnncalc.files.sheet_blocks import read_block
from cnncalc.files.spreadsheet_places import cell_name
from cnncalc.files.xlsx_guard import LIMITS, check_workbook
from cnncalc.files.xlsx_plain import read_plain_sheet
from tests.files.conftest import FIRST_SHEET, MAIN

NUMBERS = st.one_of(
    st.integers(-300, 300).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["0", "1.", ".5", "+2", "-0", "1E5", "2.5e-3", "5e-324"]),
)
PLAIN = NUMBERS.flatmap(
    lambda number: st.sampled_from(
        [
            f"<c r=@><v>{number}</v></c>",
            f'<c r=@ t="n"><v>{number}</v></c>',
            f'<c r=@ s="0" t="n"><v>{number}</v></c>',
            f"<c r=@><f>1+1</f><v>{number}</v></c>",
            f'<c r=@><f t="shared" ref="A1:B9" si="0">A1&amp;B1</f><v>{number}</v></c>',
            f'<c r=@><f t="shared" si="0"/><v>{number}</v></c>',
        ]
    )
)
# What stands beside plain numbers in workbooks, what nobody writes, and what is no XML.
OTHER = st.sampled_from(
    [
        "",
        "<c r=@/>",
        '<c r=@ s="1"><v>45000</v></c>',  # a date
        '<c r=@ t="e"><v>#DIV/0!</v></c>',
        '<c r=@ t="b"><v>1</v></c>',
        '<c r=@ t="str"><f>A1</f><v></v></c>',
        '<c r=@ t="inlineStr"><is><t>1,5</t></is></c>',
        '<c r=@ t="s"><v>0</v></c>',
        '<c r=@ t="d"><v>2026-12-01</v></c>',
        "<c r=@><f>1+1</f></c>",
        "<c r=@><v> 7 </v></c>",
        "<c><v>7</v></c>",
        '<c r="A1"><v>7</v></c>',
        "<c r=@><v>1e999</v></c>",
        "<c r=@><v>1.2.3</v></c>",
        "<c r=@><v>nan</v></c>",
        "<c r=@><v>&#49;</v></c>",
        "<c r=@><!-- 1 --><v>1</v></c>",
        "<c r=@><f>&nothing;</f><v>1</v></c>",
        "<c r=@><f>\x01</f><v>1</v></c>",
        "<c r=@><v>1</v>",
        '<c r=@ r="B2"><v>1</v></c>',
        '<c r=@ xmlns="urn:other"><v>1</v></c>',
    ]
)
ROW_TAGS = st.sampled_from(
    [
        *["<row r=@>"] * 6,
        '<row r=@ spans="1:3" ht="15">',
        "<row>",
        '<row r=@ xmlns="urn:other">',
        '<row r=@ x:a="1">',
    ]
)
HEAD, TAIL = f'<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"
HEADS = st.sampled_from(
    [
        *[HEAD] * 5,
        f'<!DOCTYPE w><worksheet xmlns="{MAIN}"><sheetData>',
        f'<worksheet xmlns="{MAIN}"><!-- <sheetData>',
        '<worksheet xmlns="urn:other"><sheetData>',
        f'<worksheet xmlns="{MAIN}"><sheetData><!-- --></sheetData><sheetData>',
        f'<worksheet xmlns="{MAIN}"><cols><sheetData>',
    ]
)
TAILS = st.sampled_from(
    [
        *[TAIL] * 5,
        "</sheetData> --></worksheet>",
        '</sheetData><c r="Z99"><v>1</v></c></worksheet>',
        '</sheetData><row r="99"/></worksheet>',
        '</sheetData><sheetData><row r="99"><c r="A99"><v>1</v></c></row></sheetData></worksheet>',
        '</sheetData><mergeCells><mergeCell ref="A1:XFD999"/></mergeCells></worksheet>',
        "</sheetData>",
        "",
    ]
)
SKIPPED = st.sampled_from([0, 0, 0, 0, 1])
RANGES = st.sampled_from([None, None, "B2:B2", "A1:C3", "C4:D5"])
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>"
)
STRINGS = f'<sst xmlns="{MAIN}"><si><t>a label</t></si></sst>'


@st.composite
def sheets(draw):
    """The XML of a sheet: a full rectangle of plain numbers more often than not."""
    odd = draw(st.sampled_from(["nothing", "nothing", "cells", "rows", "places", "ends"]))
    cells = st.one_of(*[PLAIN] * 7, OTHER) if odd == "cells" else PLAIN
    tags = ROW_TAGS if odd == "rows" else st.just("<row r=@>")
    skipped = SKIPPED if odd == "places" else st.just(0)
    head, tail = (draw(HEADS), draw(TAILS)) if odd == "ends" else (HEAD, TAIL)
    left, width = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    row, parts = draw(st.integers(1, 4)), [head]
    for _ in range(draw(st.integers(1, 4))):
        row += draw(skipped)
        parts.append(draw(tags).replace("@", f'"{row}"'))
        first = left + draw(skipped)
        last = first + width + draw(skipped)
        places = [f'"{cell_name(row, column)}"' for column in range(first, last)]
        parts += [*(draw(cells).replace("@", place) for place in places), "</row>"]
        row += 1
    return "".join([*parts, tail])


def read(path, cell_range=None, sheet=None):
    """What comes of a workbook: its block, to the bit; or what is wrong with it."""
    try:
        block = read_block(path, sheet, cell_range)
    except InputError as error:
        return str(error)
    values, *place = astuple(block)
    return values.shape, values.tobytes(), values.dtype, values.flags.writeable, *place


def read_cell_by_cell(*asked):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_guard, "read_plain_sheet", lambda stream, longest: None)
        return read(*asked)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sheet=sheets(),
    cell_range=RANGES,
    settings=st.sampled_from(["", '<calcPr fullCalcOnLoad="1"/>', '<calcPr calcCompleted="0"/>']),
)
def test_a_sheet_gives_what_it_gives_cell_by_cell(make_raw_workbook, sheet, cell_range, settings):
    path = make_raw_workbook(
        **{
            FIRST_SHEET: sheet,
            "xl/styles.xml": STYLES,
            "xl/sharedStrings.xml": STRINGS,
            "xl/workbook.xml": _book(settings),
        }
    )
    assert read(path, cell_range) == read_cell_by_cell(path, cell_range)


def _book(settings):
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{relations}"><sheets>'
        f'<sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets>{settings}</workbook>'
    )


def test_a_sheet_of_plain_numbers_is_walked_by_its_outline_alone(make_raw_workbook):
    rows = "".join(
        f'<row r="{row}"><c r="B{row}" s="0"><f>1</f><v>2</v></c><c r="C{row}"><v>.5</v></c></row>'
        for row in range(3, 6)
    )
    path = make_raw_workbook(f"<sheetData>{rows}</sheetData>")
    plain = check_workbook(path).plain_sheets[FIRST_SHEET]
    assert plain.range.name == "B3:C5"
    assert plain.values.tolist() == [[2, 0.5]] * 3
    assert plain.formulas.tolist() == [[True, False]] * 3
    assert plain.styles == {"0"}
    empty = "".join(f'<row r="{row}"></row>' for row in range(3, 6))
    outline = f'<worksheet xmlns="{MAIN}"><sheetData>{empty}</sheetData></worksheet>'
    assert plain.outline == outline.encode()


@pytest.mark.parametrize(
    ("limit", "cells"), [("cells", 4), ("elements", 14), ("skipped_cells", 2), ("depth", 5)]
)
def test_plain_cells_count_towards_each_limit(make_raw_workbook, limit, cells):
    rows = "".join(
        f'<row r="{row}"><c r="B{row}"><f>1</f><v>2</v></c><c r="C{row}"><v>3</v></c></row>'
        for row in (1, 2)
    )
    others = {"[Content_Types].xml": "", "xl/_rels/workbook.xml.rels": "", "_rels/.rels": ""}
    others |= {"xl/styles.xml": None, "xl/theme/theme1.xml": None, "docProps/app.xml": None}
    others |= {"docProps/core.xml": None, "xl/workbook.xml": None, "xl/sharedStrings.xml": None}
    path = make_raw_workbook(f"<sheetData>{rows}</sheetData>", **others)
    assert check_workbook(path, replace(LIMITS, **{limit: cells})).plain_sheets
    with pytest.raises(InputError, match=f"goes beyond the limit of {cells - 1} "):
        check_workbook(path, replace(LIMITS, **{limit: cells - 1}))


@pytest.mark.parametrize("longest", [200, 10**6])
def test_a_row_that_is_too_long_to_be_held_is_left_to_the_walk(longest):
    cells = "".join(f'<c r="{cell_name(1, column)}"><v>1</v></c>' for column in range(1, 20))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'
    assert (read_plain_sheet(BytesIO(sheet.encode()), longest) is None) == (longest == 200)


def test_of_several_sheets_each_is_read_as_cell_by_cell(make_workbook):
    path = make_workbook(
        One=[["a", 1], ["b", 2]], Two=[[1, 2.5], [3, 4]], Three=[[5]], Four=[["6"]]
    )
    assert len(check_workbook(path).plain_sheets) == 2
    for sheet in (None, "One", "Two", "Three", "Four"):
        assert read(path, None, sheet) == read_cell_by_cell(path, None, sheet)
