import io
import zipfile

import pytest

from cnncalc.errors import InputError
from cnncalc.files.stored_values import without_stored_values

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def archive(**parts):
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return result.getvalue()


def stripped(data, name="xl/worksheets/sheet1.xml"):
    result = without_stored_values(archive(**{name: data}))
    return zipfile.ZipFile(io.BytesIO(result)).read(name)


def sheet(cells, prefix=""):
    declared = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{prefix}worksheet {declared}="{MAIN}">'
        f"<{prefix}sheetData>{cells}</{prefix}sheetData></{prefix}worksheet>"
    ).encode()


@pytest.mark.parametrize(
    ("with_value", "without"),
    [
        ('<c r="A1"><f>1+1</f><v>-999</v></c>', '<c r="A1"><f>1+1</f></c>'),
        ('<c r="A1" t="str"><f>B1</f><v>a&gt;b</v></c>', '<c r="A1" t="str"><f>B1</f></c>'),
        ('<c r="A1"><f t="shared" si="0"/><v>1</v></c>', '<c r="A1"><f t="shared" si="0"/></c>'),
        ("<c><f>B1</f><v/></c>", "<c><f>B1</f></c>"),
        ("<c><f>B1</f><v ></v ></c>", "<c><f>B1</f></c>"),
        ("<c><v>-999</v><f>B1</f></c>", "<c><f>B1</f></c>"),
        ("<c><f>B1</f><v><![CDATA[</v>]]></v></c>", "<c><f>B1</f></c>"),
        ("<c><f>B1</f><v>1</v></c><c><f>C1</f><v>2</v></c>", "<c><f>B1</f></c><c><f>C1</f></c>"),
        ("<c><f>Maß!A1</f><v>1</v></c>", "<c><f>Maß!A1</f></c>"),
    ],
)
def test_a_formula_loses_its_value_and_nothing_else(with_value, without):
    assert stripped(sheet(with_value)) == sheet(without)


@pytest.mark.parametrize(
    "cells",
    ["<c><v>3</v></c>", '<c t="s"><v>0</v></c>', "<c><f>B1</f></c><c><v>3</v></c>", "<c/>"],
)
def test_a_constant_keeps_its_value(cells):
    assert stripped(sheet(cells)) == sheet(cells)


def test_a_sheet_is_known_by_what_it_holds_not_by_its_name():
    found = stripped(sheet("<x:c><x:f>1</x:f><x:v>-999</x:v></x:c>", "x:"), "xl/elsewhere.bin")
    assert found == sheet("<x:c><x:f>1</x:f></x:c>", "x:")


def test_a_sheet_is_found_behind_a_long_comment():
    comment = b"<!--" + b" " * 10_000 + b"-->"
    data = sheet("<c><f>1</f><v>1</v></c>").replace(b"<worksheet", comment + b"<worksheet")
    assert b"<v>" not in stripped(data)


def test_other_parts_stay_as_they_are():
    parts = {
        "xl/styles.xml": b"<styleSheet><c><f/><v>1</v></c></styleSheet>",
        "a.png": b"\x89P",
        "b.xml": b"<a",
    }
    result = zipfile.ZipFile(io.BytesIO(without_stored_values(archive(**parts))))
    assert {name: result.read(name) for name in result.namelist()} == parts


@pytest.mark.parametrize(
    "data",
    [
        sheet("<c><f>1</f><v>1</v></d>"),
        sheet("<c><f>1</f><v>1</v>")[:-20],
        sheet("<c><f>1</f><v>1</v></c>").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    ],
)
def test_a_damaged_sheet_is_named(data):
    with pytest.raises(InputError, match="damaged in its part 'xl/worksheets/sheet1"):
        stripped(data)
