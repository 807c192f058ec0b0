"""Texts made fit for a workbook: no control characters, no forbidden sheet names."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["clean_text", "header_text", "sheet_name"]

MOST_CHARACTERS = 32_767
MOST_IN_SHEET_NAME = 31
MOST_IN_HEADER = 120

# Whatever XML 1.0 has no place for, and halves of surrogate pairs; line ends and tabs may stay.
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\r\n\t]")


def clean_text(text: str) -> str:
    r"""Return a text that any spreadsheet can hold: unusable characters become �.

    >>> clean_text("a\x00b")
    'a�b'
    """
    # Excel counts in UTF-16, where some characters are two.
    return _shortened(_UNUSABLE.sub("\ufffd", text), MOST_CHARACTERS)


def _shortened(text: str, most: int) -> str:
    raw = text.encode("utf-16-le")
    return text if len(raw) <= 2 * most else raw[: 2 * most - 2].decode("utf-16-le", "ignore") + "…"


def header_text(text: str) -> str:
    """Return a text for a printed header or footer, where & would begin a code.

    >>> header_text("salt & pepper")
    'salt && pepper'
    """
    short = _shortened(clean_text(text).replace("\n", " "), MOST_IN_HEADER)
    return short.replace("&", "&&")


def sheet_name(text: str, taken: Collection[str]) -> str:
    """Return a sheet name made of any text: allowed, short enough, and not among those taken.

    >>> sheet_name("Case 1/2", ()), sheet_name("image", ["Image"])
    ('Case 1-2', 'image (2)')
    """
    plain = _FORBIDDEN_IN_SHEET_NAME.sub("-", clean_text(text)).strip("' ") or "Sheet"
    used = {name.casefold() for name in taken} | {"history"}
    number, name = 1, _shortened(plain, MOST_IN_SHEET_NAME)
    while name.casefold() in used:
        number += 1
        ending = f" ({number})"
        name = _shortened(plain, MOST_IN_SHEET_NAME - len(ending)) + ending
    return name
