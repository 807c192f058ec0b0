"""Checks of what is given to layers: counts, flags and numbers."""

from __future__ import annotations

import math
import sys

from cnncalc.errors import OptionError

__all__ = ["check_count", "check_flag", "check_number"]


def check_count(value: object, name: str) -> None:
    """Raise OptionError for anything but a whole number of at least 1."""
    if type(value) is not int or value < 1:
        message = f"{name} must be a whole number, at least 1. Received: {name}={value!r}"
        raise OptionError(message)


def check_flag(value: object, name: str) -> None:
    """Raise OptionError for anything but True or False."""
    if not isinstance(value, bool):
        message = f"{name} must be True or False. Received: {name}={value!r}"
        raise OptionError(message)


def check_number(
    value: object, name: str, least: float = -math.inf, most: float = math.inf
) -> None:
    """Raise OptionError for anything but a finite number from `least` to `most`."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    # The comparison takes whole numbers of any size, and neither NaN nor infinity passes it.
    if not abs(number) <= sys.float_info.max or not least <= number <= most:
        limits = f", at least {least:g}" if math.isfinite(least) else ""
        limits += f" and at most {most:g}" if math.isfinite(most) else ""
        message = f"{name} must be a number{limits}. Received: {name}={value!r}"
        raise OptionError(message)
