"""A place in a workbook as it is written after @: FILE.xlsx!SHEET!A1:C3, quoted as Excel does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from cnncalc.errors import NotationError, OptionError
from cnncalc.files.cells import parse_range
from cnncalc.files.paths import quoted
from cnncalc.files.spreadsheets import WORKBOOK_ENDINGS

__all__ = ["WorkbookReference", "parse_reference", "split_reference"]

_FILE = re.compile(
    rf"(?P<file>.+?(?:{'|'.join(map(re.escape, WORKBOOK_ENDINGS))}))(?P<place>!.*)?",
    re.IGNORECASE | re.DOTALL,
)
_PLACE = re.compile(r"(?P<sheet>'(?:[^']|'')+'|[^!']+[^!]*)(?:!(?P<cell_range>[^!']+))?")
# A single cell needs its $ to be told from the name of a sheet.
_RANGE_ALONE = re.compile(r"(?P<cell_range>[^'!]*:[^'!]*|\$[A-Za-z]+\$[0-9]+)")


class WorkbookReference(NamedTuple):
    """A file, and as far as they are named its sheet and a range of that."""

    path: Path
    sheet: str | None = None
    cell_range: str | None = None


def split_reference(text: str) -> tuple[str, str]:
    """Return the file of what stands after @, as it is written, and the place in it with its !.

    >>> split_reference("data/k.xlsm!Two!A1:C3"), split_reference("k.csv")
    (('data/k.xlsm', '!Two!A1:C3'), ('k.csv', ''))
    """
    found = _FILE.fullmatch(text)
    return (text, "") if found is None else (found["file"], found["place"] or "")


def parse_reference(text: str) -> WorkbookReference | None:
    """Read what stands after @ where it names a workbook; None where it names another file.

    A sheet's name is quoted where it holds a ! or looks like a range, and its apostrophes are
    doubled then: 'My sheet'!$A$1:$C$3. Quotes around any other name do no harm.
    Raises NotationError for a place that is none.

    >>> parse_reference("k.xlsx!'It''s mine'!$A$1:$C$3")[1:]
    ("It's mine", 'A1:C3')
    >>> parse_reference("k.xlsx!A1:C3")[1:]
    (None, 'A1:C3')
    """
    found = _FILE.fullmatch(text)
    if found is None:
        return None
    path, place = Path(found["file"]), found["place"]
    if place is None:
        return WorkbookReference(path)
    place = place.removeprefix("!")
    named = _RANGE_ALONE.fullmatch(place) or _PLACE.fullmatch(place)
    try:
        if named is not None:
            return WorkbookReference(path, *_sheet_and_range(**named.groupdict()))
    except OptionError:  # what should be a range is none
        pass
    message = (
        "expected @FILE.xlsx!SHEET!RANGE, such as @weights.xlsx!'My sheet'!A1:C3. "
        f"Received: {quoted('@' + text)}"
    )
    raise NotationError(message)


def _sheet_and_range(
    sheet: str | None = None, cell_range: str | None = None
) -> tuple[str | None, str | None]:
    if sheet is not None and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, None if cell_range is None else parse_range(cell_range).name
