"""Which files are spreadsheets: those that are read, and those that are only recognized."""

from __future__ import annotations

from pathlib import Path

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted

__all__ = ["WORKBOOK_ENDINGS", "refuse_other_spreadsheets"]

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xltx", ".xltm")
"""A workbook, one with macros, and the templates of both: they are read alike."""

_OTHERS = {
    ".xls": "an old Excel workbook",
    ".xlt": "an old Excel template",
    ".xlsb": "a binary Excel workbook",
    ".ods": "an OpenDocument spreadsheet",
    ".fods": "an OpenDocument spreadsheet",
    ".ots": "an OpenDocument template",
    ".numbers": "a Numbers spreadsheet",
    ".gsheet": "a link to a Google Sheet",
    ".gnumeric": "a Gnumeric spreadsheet",
}


def refuse_other_spreadsheets(path: Path) -> None:
    """Raise InputError, with the way out, for a spreadsheet of a kind that isn't read."""
    what = _OTHERS.get(path.suffix.lower())
    if what is not None:
        message = (
            f"{quoted(path)} is {what}, which isn't read. Open it in a spreadsheet program and "
            "save or export it as .xlsx"
        )
        raise InputError(message)
