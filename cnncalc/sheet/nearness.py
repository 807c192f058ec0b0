"""Comparisons as formulas write them, so that rounding decides none (ops/kinks.py, ops/maxima.py).

Spreadsheet programs compare some 15 digits, others all of them.
"""

from __future__ import annotations

from cnncalc.nearness import NEAR, SMALLEST, kink_bounds
from cnncalc.rules.spelling import decimal, literal

__all__ = ["ABOVE_0", "LEAST", "NEAREST", "above", "below", "from_on"]

# The template of the number from which on one counts as the maximum, which reference {1} is.
LEAST = f"{{1}}-{decimal(NEAR)}*MAX({decimal(SMALLEST)},ABS({{1}}))"
# How near to a maximum, in words.
NEAREST = f"within {literal(NEAR)} of it"


def above(kink: float) -> str:
    """Return the comparison that is true of what is above a kink, not by rounding alone.

    >>> above(0), above(3.3)
    ('>0.000000000001', '>3.3000000000033')
    """
    return f">{decimal(kink_bounds(kink)[1])}"


def below(kink: float) -> str:
    """Return the comparison that is true of what is below a kink, not by rounding alone.

    >>> below(0)
    '<-0.000000000001'
    """
    return f"<{decimal(kink_bounds(kink)[0])}"


def from_on(kink: float) -> str:
    """Return the comparison that is true of a kink, but for rounding, and of what is above it.

    >>> from_on(6)
    '>=5.999999999994'
    """
    return f">={decimal(kink_bounds(kink)[0])}"


ABOVE_0 = above(0)
