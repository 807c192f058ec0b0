"""The text of one number, the same in every view."""

from __future__ import annotations

import math

__all__ = ["format_number"]

# From here on a float64 is no longer exact to the unit: its digits would pretend to be.
_HUGE = 1e15
# What four decimals can't show is a power of ten rather than a 0 ...
_TINY = 5e-5
# ... unless it is what float64 arithmetic leaves over where 0 was meant, such as 0.1 + 0.2 − 0.3.
_ROUNDING_NOISE = 1e-12


def format_number(value: float, decimals: int = 4) -> str:
    """Write a number in its shortest form.

    Arguments: the `value`; how many `decimals` it has at most.
    Returns the text, with "-" as its sign and never "-0"; a power of ten where it is huge or tiny.

    >>> [format_number(value) for value in (429.0, 87.2, 1 / 3, -0.0, 1e-9, 1e12, 2e20)]
    ['429', '87.2', '0.3333', '0', '1e-9', '1000000000000', '2e20']
    """
    if not math.isfinite(value):
        return f"{value:f}"
    size = abs(value)
    fixed = f"{value:.{decimals}f}"
    if size >= _HUGE or (_ROUNDING_NOISE <= size < _TINY and float(fixed) == 0):
        return _power_of_ten(value, decimals)
    text = _without_trailing_zeros(fixed)
    return "0" if text == "-0" else text


def _power_of_ten(value: float, decimals: int) -> str:
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{_without_trailing_zeros(mantissa)}e{int(exponent)}"


def _without_trailing_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
