"""The text of one number, the same in every view."""

from __future__ import annotations

import math

__all__ = ["format_number"]

# From here on a float64 is no longer exact to the unit: its digits would pretend to be.
_HUGE = 2.0**53
# What so many decimals would round to 0 is a power of ten instead (who asks for fewer wants the 0),
# unless it is what float64 arithmetic leaves over where 0 was meant, such as 0.1 + 0.2 − 0.3.
_MANY_DECIMALS = 4
_ROUNDING_NOISE = 1e-12


def format_number(value: float, decimals: int = 4, *, significant: bool = False) -> str:
    """Write a number in its shortest form.

    Arguments: the `value`; how many `decimals` it has at most; whether a number below 1 has so many
    `significant` digits instead, as gradients need, which are small.
    Returns the text, with "-" as its sign and never "-0"; a power of ten where it is huge or tiny.

    >>> [format_number(value) for value in (429.0, 87.2, 1 / 3, -0.0, 1e-9, 1e12, 2e20)]
    ['429', '87.2', '0.3333', '0', '1e-9', '1000000000000', '2e20']
    >>> format_number(0.00012345678, significant=True)
    '0.0001235'
    """
    if not math.isfinite(value):
        return f"{value:f}"
    size = abs(value)
    if significant and 0 < size < 1:
        return _significant(value, max(1, decimals))
    fixed = f"{value:.{decimals}f}"
    hidden = decimals >= _MANY_DECIMALS and size >= _ROUNDING_NOISE and float(fixed) == 0
    if size >= _HUGE or hidden:
        return _power_of_ten(value, decimals)
    text = _without_trailing_zeros(fixed)
    return "0" if text == "-0" else text


def _power_of_ten(value: float, decimals: int) -> str:
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{_without_trailing_zeros(mantissa)}e{int(exponent)}"


def _significant(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return _power_of_ten(value, digits - 1) if "e" in text else _without_trailing_zeros(text)


def _without_trailing_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
