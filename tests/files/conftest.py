"""Small files, made for a test."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FIRST_SHEET = "xl/worksheets/sheet1.xml"

MakeWorkbook = Callable[..., Path]


@pytest.fixture
def make_workbook(tmp_path) -> MakeWorkbook:
    """Save sheets, title=rows, as grid.xlsx; formulas get no stored value."""

    def make(**sheets: list[list[object]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "grid.xlsx")
        return tmp_path / "grid.xlsx"

    return make


@pytest.fixture
def make_raw_workbook(make_workbook) -> MakeWorkbook:
    """Save a workbook whose one sheet has the given XML within, and whose other parts may differ.

    A part of the value None is left out.
    """

    def make(sheet_data: str | None = None, **parts: str | bytes | None) -> Path:
        path = make_workbook(Sheet=[[1, 2], [3, 4]])
        with zipfile.ZipFile(path) as archive:
            contents = {name: archive.read(name) for name in archive.namelist()}
        if sheet_data is not None:
            contents[FIRST_SHEET] = f'<worksheet xmlns="{MAIN}">{sheet_data}</worksheet>'.encode()
        contents |= parts
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                if content is not None:
                    archive.writestr(name, content)
        return path

    return make
