from __future__ import annotations

import struct
import zipfile
from dataclasses import fields, replace

import pytest

from cnncalc.errors import InputError
from cnncalc.files.xlsx_guard import EXPORTED_LIMITS, LIMITS, Limits, check_workbook
from cnncalc.verification.reading_limits import MOST_CELLS, MOST_SHEETS, MOST_UNPACKED_BYTES
from cnncalc.views.workbook.limits import MOST_FORMULAS

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def rows(*contents: str) -> str:
    return f"<sheetData>{''.join(contents)}</sheetData>"


# For each limit, a sheet that is just beyond it when the limit is 5 (bytes apart).
BEYOND = {
    "depth": "<a>" * 5 + "</a>" * 5,
    "elements": "<a/>" * 5,
    "rows": rows('<row r="6"/>'),
    "cells": rows('<row r="1"><c r="C1"/><c/></row><row r="2"><c/><c/><c/><c r="Z2"/></row>'),
    "skipped_cells": rows('<row r="1"><c r="C1"/></row><row r="2"><c/><c/><c r="G2"/></row>'),
    "merged_cells": '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="D1:E1"/></mergeCells>',
    "sheets": "<sheet/>" * 6,
}


@pytest.mark.parametrize("limit", BEYOND)
def test_a_workbook_beyond_a_limit_is_refused(make_raw_workbook, limit):
    path = make_raw_workbook(BEYOND[limit])
    # Every other limit is far away, and the workbook's other parts hold little.
    small = replace(LIMITS, **{limit: 5})
    with pytest.raises(InputError, match=r"its part '.*' goes beyond the limit of 5 "):
        check_workbook(path, small)


@pytest.mark.parametrize("limit", ["rows", "cells", "skipped_cells", "merged_cells"])
def test_a_workbook_at_a_limit_is_read(make_raw_workbook, limit):
    path = make_raw_workbook(BEYOND[limit])
    check_workbook(path, replace(LIMITS, **{limit: 6}))


def test_a_tag_beyond_its_limit_is_refused(make_raw_workbook):
    path = make_raw_workbook(f'<a b="{"x" * 300_000}"/>')
    with pytest.raises(InputError, match=r"goes beyond the limit of 100,000 bytes a tag"):
        check_workbook(path, replace(LIMITS, token_bytes=100_000))
    check_workbook(path)


def test_a_file_that_is_too_large_is_refused_unread(make_raw_workbook):
    path = make_raw_workbook()
    with path.open("ab") as file:
        file.truncate(LIMITS.file_bytes + 1)
    with pytest.raises(InputError, match=r"'.*' is too large: at most 64 MiB are read"):
        check_workbook(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(make_raw_workbook):
    path = make_raw_workbook(" " * 3_000_000)
    with pytest.raises(InputError, match="unpacks to more than 2 MiB"):
        check_workbook(path, replace(LIMITS, unpacked_bytes=2 * 2**20))


def test_a_workbook_of_too_many_parts_is_refused(make_raw_workbook):
    path = make_raw_workbook(**{f"xl/part{i}.xml": "<a/>" for i in range(20)})
    with pytest.raises(InputError, match="it holds more than 20 parts"):
        check_workbook(path, replace(LIMITS, parts=20))


def test_every_limit_has_a_test_here():
    tested = {*BEYOND, "token_bytes", "file_bytes", "unpacked_bytes", "parts"}
    assert {field.name for field in fields(Limits)} == tested


def test_what_is_written_without_asking_is_within_what_is_read():
    limits = EXPORTED_LIMITS
    assert limits.cells == MOST_CELLS > 2 * MOST_FORMULAS
    # A formula's cell has three elements, c, f and v, and a text's c, is and t; the rest is for
    # rows, links and colours.
    assert limits.elements > 3 * MOST_CELLS + MOST_CELLS / 2
    assert limits.unpacked_bytes == MOST_UNPACKED_BYTES
    # Every row has a cell, and every sheet a part, with one of its links and a drawing at most.
    assert limits.rows > MOST_CELLS
    assert limits.parts > 4 * MOST_SHEETS
    # A training has so many steps at most, and Dashboard, Contents and About.
    assert limits.sheets == MOST_SHEETS >= 1_000 + 3
    # Formulas compress to a sixth, numbers to a fourth at most.
    assert limits.file_bytes >= MOST_UNPACKED_BYTES / 4


def test_cells_left_out_between_others_are_free_where_cells_are_read_by_their_places(
    make_raw_workbook,
):
    # So far to the right, and so many, that their gaps alone are more than 2,000,000 cells.
    far = rows(*(f'<row r="{row}"><c r="XFD{row}"/></row>' for row in range(1, 125)))
    path = make_raw_workbook(far)
    with pytest.raises(InputError, match="limit of 2,000,000 cells left out between others"):
        check_workbook(path)
    check_workbook(path, EXPORTED_LIMITS)


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/evil.bin"])
def test_a_document_type_declaration_is_refused_in_any_part(make_raw_workbook, part):
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    path = make_raw_workbook(**{part: bomb})
    with pytest.raises(InputError, match=f"its part '{part}' has a document type declaration"):
        check_workbook(path)


def test_xml_is_walked_in_every_encoding_that_openpyxl_reads(make_raw_workbook):
    content = f'<worksheet xmlns="{MAIN}">{rows("<row r=" + chr(34) + "9999999" + chr(34) + "/>")}'
    for encoding in ("utf-16", "utf-8-sig", "latin-1"):
        declared = "latin-1" if encoding == "latin-1" else encoding.removesuffix("-sig")
        text = f'<?xml version="1.0" encoding="{declared}"?>{content}</worksheet>'
        path = make_raw_workbook(**{SHEET: text.encode(encoding)})
        with pytest.raises(InputError, match="has row '9999999' after row 0"):
            check_workbook(path)


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ('<row r="99999999999"/>', "has row '99999999999' after row 0"),
        ('<row r="1048577"/>', "has row '1048577' after row 0"),
        ('<row r="0"/>', "has row '0' after row 0"),
        ('<row r="-1"/>', "has row '-1' after row 0"),
        ('<row r="x"/>', "has row 'x' after row 0"),
        (f'<row r="{"9" * 5000}"/>', "has row '9999.*…' after row 0"),
        ('<row r="2"/><row r="2"/>', "has row '2' after row 2"),
        ('<row r="1048576"/><row/>', "has row 'None' after row 1048576"),
        ('<row r="1"><row r="2"/></row>', "has a row inside row 1"),
        ('<row r="1"><c r="XFE1"/></row>', "has cell 'XFE1' after column 0 of row 1"),
        ('<row r="1"><c r="B1"/><c r="A1"/></row>', "has cell 'A1' after column 2 of row 1"),
        ('<row r="1"><c r="A1"/><c r="A1"/></row>', "has cell 'A1' after column 1 of row 1"),
        ('<row r="1"><c r="A2"/></row>', "has cell 'A2' after column 0 of row 1"),
        ('<row r="1"><c r="AAAA1"/></row>', "has cell 'AAAA1'"),
        ('<row r="1"><other r="XFE1"/></row>', "has cell 'XFE1'"),
        ('<row r="1"><c r="XFD1"/><c/></row>', "has cell 'None' after column 16384 of row 1"),
    ],
)
def test_rows_and_cells_out_of_place_are_refused(make_raw_workbook, sheet, message):
    with pytest.raises(InputError, match=message):
        check_workbook(make_raw_workbook(rows(sheet)))


def test_a_row_number_with_a_zero_fraction_is_read(make_raw_workbook):
    check_workbook(make_raw_workbook(rows('<row r="1.0"><c r="A1"><v>1</v></c></row>')))


def test_the_calculation_chain_may_name_cells_in_any_order(make_raw_workbook):
    chain = f'<calcChain xmlns="{MAIN}"><c r="B2" i="1"/><c r="A1"/></calcChain>'
    check_workbook(make_raw_workbook(**{"xl/calcChain.xml": chain}))


def test_pictures_and_old_drawings_that_are_no_xml_pass(make_raw_workbook):
    check_workbook(
        make_raw_workbook(
            **{"xl/media/image1.png": b"\x89PNG\r\n\x1a\n", "xl/vmlDrawing1.vml": "<xml><br></xml>"}
        )
    )


def test_an_encoding_that_no_reader_knows_is_refused(make_raw_workbook):
    path = make_raw_workbook(**{SHEET: b'<?xml version="1.0" encoding="UTF-99"?><worksheet/>'})
    with pytest.raises(InputError, match=f"is damaged in its part '{SHEET}'"):
        check_workbook(path)


def test_what_is_returned_is_what_was_checked(make_raw_workbook):
    path = make_raw_workbook()
    assert check_workbook(path).content == path.read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"1,2\n3,4\n", "is not an .xlsx workbook, or is damaged"),
        (b"PK\x03\x04 and no more", "is not an .xlsx workbook, or is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old .xls workbook. Save it as .xlsx in"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "has a password. Expected a workbook without one",
        ),
        (b"", "is an empty file"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path, content, message):
    (tmp_path / "grid.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=f"'.*grid.xlsx' {message}"):
        check_workbook(tmp_path / "grid.xlsx")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["content.xml"], "it is some other kind of archive"),
        (["mimetype", "content.xml"], "it is an OpenDocument file. Open it in a"),
        (["Index/Document.iwa"], "it is a Numbers spreadsheet. Export it as Excel"),
    ],
)
def test_another_kind_of_archive_is_refused(tmp_path, names, message):
    with zipfile.ZipFile(tmp_path / "grid.xlsx", "w") as archive:
        for name in names:
            archive.writestr(name, "<a/>")
    with pytest.raises(InputError, match=message):
        check_workbook(tmp_path / "grid.xlsx")


def test_two_parts_of_one_name_are_refused(make_raw_workbook):
    path = make_raw_workbook()
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, "<a/>")
    with pytest.raises(InputError, match="two of its parts have the same name"):
        check_workbook(path)


def test_an_unusual_compression_is_refused(make_raw_workbook):
    path = make_raw_workbook()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/more.xml", "<a/>")
    with pytest.raises(InputError, match="packed in a way that workbooks never are"):
        check_workbook(path)


def test_a_part_with_a_password_is_refused(make_raw_workbook):
    path = make_raw_workbook()
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="has a password"):
        check_workbook(path)


def test_a_part_whose_content_does_not_fit_its_checksum_is_refused(make_raw_workbook):
    path = make_raw_workbook()
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 16
    content[at : at + 4] = struct.pack("<I", 12345)
    path.write_bytes(content)
    with pytest.raises(InputError, match="is damaged in its part '"):
        check_workbook(path)


def test_deep_xml_is_refused_however_small_its_file(make_raw_workbook):
    path = make_raw_workbook("<a>" * 100_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(InputError, match="the limit of 100 elements inside each other"):
        check_workbook(path)
