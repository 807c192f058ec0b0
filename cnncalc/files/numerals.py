"""Numbers as people write them in a file or on the command line."""

from __future__ import annotations

import math
import re

from cnncalc.files.paths import quoted

__all__ = ["parse_fraction", "parse_number", "spells_number"]

_THOUSANDS = re.compile(r"[+\-−]?\d{1,3}([.,'’\s]\d{3})+([.,]\d*)?")


def parse_number(text: str) -> float:
    """Return the finite number that a text spells with a decimal point.

    A minus sign may be the typographic one, as cnncalc's own output may carry it.
    Raises ValueError whose message says what the text is instead.

    >>> parse_number("−2.5")
    -2.5
    """
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        raise ValueError(_not_a_number(text)) from None
    if "_" in text:
        raise ValueError(_not_a_number(text))
    if not math.isfinite(number):
        message = f"{quoted(text.strip())} is not a finite number"
        raise ValueError(message)
    return number


def parse_fraction(text: str) -> float:
    """Return the number that a text spells, as `parse_number` does, or a fraction such as 1/9.

    Raises ValueError whose message says what the text is instead.

    >>> parse_fraction("1/16")
    0.0625
    """
    above, slash, below = text.partition("/")
    if not slash:
        return parse_number(text)
    try:
        number = parse_number(above) / parse_number(below)
    except ValueError:
        raise ValueError(_not_a_number(text)) from None
    except ZeroDivisionError:
        message = f"{quoted(text.strip())} divides by zero"
        raise ValueError(message) from None
    if not math.isfinite(number):
        message = f"{quoted(text.strip())} is not a finite number"
        raise ValueError(message)
    return number


def spells_number(text: str) -> bool:
    """Tell whether people take a text for a number, in whichever country's writing.

    >>> [spells_number(text) for text in (" 5", "1,5", "50 %", "1.234,5", "1/9", "r1", "nan")]
    [True, True, True, True, True, False, False]
    """
    # In a spreadsheet an apostrophe before a number makes it text.
    bare = text.strip().lstrip("'’").rstrip("%‰").strip()
    if _THOUSANDS.fullmatch(bare):
        return True
    try:
        parse_fraction(bare.replace(",", "."))
    except ValueError:
        return False
    return True


def _not_a_number(text: str) -> str:
    """Say what stands where a number should, with a hint for decimal commas."""
    if not text.strip():
        return "a number is missing"
    hint = ""
    if "," in text and _is_number(text.replace(",", ".", 1)):
        hint = " (write decimals with a point)"
    elif _THOUSANDS.fullmatch(text.strip()):
        hint = " (write thousands without a separator, and decimals with a point)"
    return f"{quoted(text.strip())} is not a number{hint}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
