"""How large the parts of a figure are, and how its numbers are written."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnncalc.network import Array
from cnncalc.views.figure.fonts import width
from cnncalc.views.numbers import format_number

__all__ = [
    "CAPTION_SIZE",
    "CELL_HEIGHT",
    "CELL_SIZE",
    "GAP",
    "LEGEND_HEIGHT",
    "LEGEND_SIZE",
    "LEGEND_WIDTH",
    "LINE_HEIGHT",
    "MARGIN",
    "TITLE_SIZE",
    "NumberForm",
    "number_form",
]

TITLE_SIZE, CAPTION_SIZE, CELL_SIZE, LEGEND_SIZE = 13.0, 11.0, 12.0, 10.0
LINE_HEIGHT = 16.0
CELL_HEIGHT = 28.0
LEGEND_HEIGHT, LEGEND_WIDTH = 28.0, 96.0
GAP = 8.0
MARGIN = 24.0

# The decimals of numbers that aren't written out: so many digits are enough to tell them apart.
_FEW_DIGITS = 3
_ROOM_IN_CELL = 12.0


@dataclass(frozen=True)
class NumberForm:
    """How all numbers of a stage are written: as many decimals each, or digits where all are small.

    >>> NumberForm(2).text(-0.5), NumberForm(3, is_significant=True).text(0.0001234)
    ('−0.5', '0.000123')
    """

    decimals: int
    is_significant: bool = False

    def text(self, number: float) -> str:
        """Write a number with a real minus sign; an empty cell is empty."""
        if math.isnan(number):
            return ""
        written = format_number(number, self.decimals, significant=self.is_significant)
        return written.replace("-", "−")

    def room(self, numbers: Array) -> float:
        """Return how wide a cell must be for every one of some numbers."""
        widest = max((width(self.text(float(n)), CELL_SIZE) for n in np.ravel(numbers)), default=0)
        return max(CELL_HEIGHT, math.ceil(widest + _ROOM_IN_CELL))


def number_form(numbers: Array, most: int) -> NumberForm:
    """Return how a stage's numbers are written: exactly, if `most` decimals allow it.

    Others have as many decimals as their largest needs to have three digits.

    >>> number_form(np.array([1.5, 20]), 4), number_form(np.array([100 / 3, 2]), 4)
    (NumberForm(decimals=1, is_significant=False), NumberForm(decimals=1, is_significant=False))
    """
    finite = np.ravel(numbers)[np.isfinite(np.ravel(numbers))]
    for decimals in range(min(most, 2) + 1):
        if np.array_equal(np.round(finite, decimals), finite):
            return NumberForm(decimals)
    largest = float(np.abs(finite).max())
    before_point = math.floor(math.log10(largest)) + 1
    if before_point < 0:
        return NumberForm(min(most, _FEW_DIGITS), is_significant=True)
    return NumberForm(min(most, max(1, _FEW_DIGITS - before_point)))
