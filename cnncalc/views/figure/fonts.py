"""The faces that figures are set in: their files, and how wide a text is in one.

A text is as wide as its letters' advances together: that is so in every file that a figure becomes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

__all__ = [
    "CAP_HEIGHT",
    "FAMILY",
    "MISSING",
    "clean",
    "covered",
    "font_file",
    "lacking",
    "shortened",
    "width",
    "wrapped",
]

FAMILY = "Inter for cnncalc"
CAP_HEIGHT = 0.727
"""How high a capital letter is, and so a digit, in parts of the size."""

MISSING = "□"
"""What stands for a letter that the faces lack."""

# Controls, halves of letters, and what turns the direction of the text around it.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
_ELLIPSIS = "…"


def font_file(*, is_bold: bool) -> Path:
    """Return the file of a face."""
    return Path(__file__).parent / "fonts" / ("bold.ttf" if is_bold else "regular.ttf")


@lru_cache(maxsize=2)
def _advances(*, is_bold: bool) -> dict[str, float]:
    """Return how wide each letter is, in parts of the size."""
    with TTFont(font_file(is_bold=is_bold)) as font:
        unit = font["head"].unitsPerEm
        widths = font["hmtx"]
        return {chr(code): widths[name][0] / unit for code, name in font.getBestCmap().items()}


def clean(text: str) -> str:
    r"""Return a text on one line, without what can't be printed.

    >>> clean("a\tb\u202ec")
    'a bc'
    """
    return _UNPRINTABLE.sub("", " ".join(text.split()))


def covered(text: str) -> str:
    """Return a text of letters that the faces have, `MISSING` for each other one.

    >>> covered("3 × 猫")
    '3 × □'
    """
    known = _advances(is_bold=False)
    return "".join(letter if letter in known else MISSING for letter in text)


def lacking(texts: Iterable[str]) -> list[str]:
    """Return the letters that the faces lack, each once, in the order in which they come.

    >>> lacking(["3 × 猫", "猫 ∘"])
    ['猫', '∘']
    """
    known = _advances(is_bold=False)
    letters = dict.fromkeys(letter for text in texts for letter in clean(text))
    return [letter for letter in letters if letter not in known]


def width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how wide a text is.

    >>> width("11", 10) == width("88", 10)
    True
    """
    known = _advances(is_bold=is_bold)
    return size * sum(known.get(letter, known[MISSING]) for letter in text)


def shortened(text: str, room: float, size: float, *, is_bold: bool = False) -> str:
    """Return a text that is no wider than the room for it, cut where it is.

    >>> shortened("a long name", 30, 10)
    'a lo…'
    """
    # What was measured itself as the room may differ in its last digit.
    room += 1e-6
    if width(text, size, is_bold=is_bold) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        cut = text[:end].rstrip() + _ELLIPSIS
        if width(cut, size, is_bold=is_bold) <= room:
            return cut
    return _ELLIPSIS


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Return a text as lines that are no wider than the room for them, cut between words.

    >>> wrapped("one two three", 50, 10)
    ['one two', 'three']
    """
    lines: list[str] = []
    # A number and its % stay together.
    for word in re.findall(r"\S+(?: %)?", text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, room, size))
    return lines
