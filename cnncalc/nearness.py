"""Which numbers count as equal where a function bends or jumps: those that rounding sets apart.

Sums of the same numbers in another order differ in their last digits, and spreadsheets compare
some 15 digits only.
"""

from __future__ import annotations

__all__ = ["NEAR", "SMALLEST", "kink_bounds"]

# Numbers that differ by less than this share of the larger one, or of SMALLEST where it is smaller,
# count as equal: no two programs need agree on more (see `verification.term_sizes`). A number near
# 0 doesn't tell how large the terms were that cancelled in it. Measured: what rounding leaves of
# terms up to 1 stays below 2e-13 in sums of 784, of pixels up to 255 below 7e-13 in sums of 25;
# in longer sums of unscaled pixels that cancel, rounding may still decide.
NEAR, SMALLEST = 1e-12, 1.0


def kink_bounds(kink: float) -> tuple[float, float]:
    """Return the least and the largest number that count as a kink.

    They have 15 digits: a formula that holds more loses them where a spreadsheet program saves it.

    >>> kink_bounds(0.0), kink_bounds(0.2)
    ((-1e-12, 1e-12), (0.199999999999, 0.200000000001))
    """
    margin = NEAR * max(SMALLEST, abs(kink))
    low, high = (float(f"{bound:.15g}") for bound in (kink - margin, kink + margin))
    return low, high
