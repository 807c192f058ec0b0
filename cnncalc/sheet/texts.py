"""Texts made fit for a workbook: no control characters, no forbidden sheet names; sizes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from cnncalc.layers import Layer, Shape
from cnncalc.layers.base import size_text

__all__ = ["clean_text", "page_header", "sheet_name", "sizes_said"]

MOST_CHARACTERS = 32_767
MOST_IN_SHEET_NAME = 31
MOST_IN_HEADER = 255

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


def page_header(left: str, right: str = "") -> str:
    """Return a printed page's header, within the 255 characters that Excel has room for.

    Arguments: the texts at its `left` and at its `right`; where both are long, the left one is cut.

    >>> page_header("salt & pepper", "seed 7")
    '&Lsalt && pepper&Rseed 7'
    """
    ending = f"&R{_header_text(right, MOST_IN_HEADER // 2)}" if right else ""
    return f"&L{_header_text(left, MOST_IN_HEADER - _length(ending) - len('&L'))}{ending}"


def _header_text(text: str, most: int) -> str:
    """Return a text in which & begins no code, cut to so many characters."""
    plain = clean_text(text).replace("\n", " ")
    room = most
    while _length(doubled := _shortened(plain, room).replace("&", "&&")) > most:
        room -= max(1, (_length(doubled) - most) // 2)
    return doubled


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def sheet_name(text: str, taken: Collection[str]) -> str:
    """Return a sheet name made of any text: allowed, short enough, and not among those taken.

    An apostrophe in it is a typographic one.

    >>> sheet_name("Case 1/2", ()), sheet_name("image", ["Image"])
    ('Case 1-2', 'image (2)')
    """
    # Gnumeric 1.12 takes the second of the two apostrophes that write one for the name's end.
    told = clean_text(text).strip("' ").replace("'", "’")
    plain = _FORBIDDEN_IN_SHEET_NAME.sub("-", told) or "Sheet"
    used = {name.casefold() for name in taken} | {"history"}
    number, name = 1, _shortened(plain, MOST_IN_SHEET_NAME)
    while name.casefold() in used:
        number += 1
        ending = f" ({number})"
        name = _shortened(plain, MOST_IN_SHEET_NAME - len(ending)) + ending
    return name


def sizes_said(layer: Layer, input_shape: Shape, taken: Sequence[Shape]) -> str:
    """Return how the shape of a layer's result comes about, and its parameters if it has any.

    Arguments: the `layer`; its `input_shape`; the shapes of the results that it has `taken`.

    >>> from cnncalc.layers import Add
    >>> sizes_said(Add(inputs=("a", "b")), (4, 4, 2), [(4, 4, 1), (4, 4, 1)])
    '4×4×1 and 4×4×1 → 4×4×1'
    """
    formula = layer.parameter_formula(input_shape)
    counted = f"; parameters: {formula}" if formula else ""
    *first, last = map(size_text, taken)
    before = " and ".join(filter(None, (", ".join(first), last)))
    return f"{before} → {size_text(layer.output_shape(input_shape))}{counted}"
