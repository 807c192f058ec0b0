"""Formulas of where a maximum stands first; what is near to it counts as it (ops/maxima.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnncalc.rules.joins import Join
from cnncalc.rules.shares import share_rule
from cnncalc.rules.spelling import template
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import Finder, Index
from cnncalc.sheet.formulas import LEAST, NEAREST
from cnncalc.sheet.plan import Formula, Reference
from cnncalc.sheet.quantities import GradientStep, helper
from cnncalc.sheet.volumes import Source, Volume, each_number

__all__ = [
    "COUNTED",
    "countdown",
    "first_gets",
    "near_count",
    "nearest_first",
    "tie_volume",
]

# How a place is told, in words.
COUNTED = f"Counted from 1, row by row: that of the first cell that is the maximum, or {NEAREST}."

# 1 is shown as nothing, more than that in red.
_SEVERAL = '[Red][>1]0"×";""'

_TIES = (
    "How many cells share the maximum, if several.",
    f"Of such a tie only the first one learns. A cell {NEAREST} counts as the maximum, so that "
    "rounding doesn't decide which one learns.",
)


def nearest_first(window: Reference, largest: Reference) -> Formula:
    """Return the formula of where a window's maximum stands first, counted from 1 row by row.

    Each cell that is the maximum, but for rounding, counts as many as are left from it on, and the
    largest count tells the first. Cells without a number don't count.

    >>> nearest_first(Reference("", 2, 3, 1, 2), Reference("", 0, 0)).text(0, 0)
    '3-SUMPRODUCT(MAX(($D$3:$E$3<>"")*($D$3:$E$3>=$A$1-0.000000000001*MAX(1,ABS($A$1)))*{2,1}))'
    """
    height, width = window.height, window.width
    left = countdown(height, width)
    counted = f'{height * width + 1}-SUMPRODUCT(MAX(({{0}}<>"")*({{0}}>={LEAST})*{left}))'
    return formulas.apply(counted, window, largest)


def countdown(height: int, width: int) -> str:
    """Return the template of a table of numbers that fall to 1, row by row.

    >>> countdown(2, 3).format()
    '{6,5,4;3,2,1}'
    """
    numbers = [str(number) for number in range(height * width, 0, -1)]
    rows = [",".join(numbers[row * width :][:width]) for row in range(height)]
    return f"{{{{{';'.join(rows)}}}}}"


_GETS = template(share_rule(Join.MAX).part, {"first": "{0}", "place": "{place}", "error": "{1}"})


def first_gets(place: int) -> str:
    """Return the template of what a cell gets of an error: all where the first maximum is there.

    Reference {0} is the first maximum's place, {1} the error.

    >>> first_gets(5)
    'IF({0}=5,{1},0)'
    """
    return _GETS.replace("{place}", str(place))


def near_count(window: Reference, largest: Reference) -> Formula:
    """Return the formula of how many numbers of a window are equal to its maximum but for rounding.

    Cells without a number don't count.

    >>> near_count(Reference("", 2, 3, 2, 2), Reference("", 0, 0)).text(0, 0)
    'SUMPRODUCT(($D$3:$E$4<>"")*($D$3:$E$4>=$A$1-0.000000000001*MAX(1,ABS($A$1))))'
    """
    return formulas.apply(f'SUMPRODUCT(({{0}}<>"")*({{0}}>={LEAST}))', window, largest)


def tie_volume(layer: str, gradient: Source, equal: Callable[[Index, Finder], Formula]) -> Volume:
    """Return the volume of how many cells of each window are `equal` to its maximum."""
    ties = helper(layer, GradientStep.EQUAL_MAXIMA)
    volume = each_number("Ties", ties, gradient, equal, *_TIES)
    return replace(volume, number_format=_SEVERAL)
