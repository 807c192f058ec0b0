"""Formulas of where a maximum stands first; what is near to it counts as it (ops/maxima.py).

Each number that is searched is a cell of its own in a formula: not every program takes a range for
its cells one by one, outside of the few functions that are made for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnncalc.network import Array
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
    "CELLS_A_FORMULA",
    "EQUAL",
    "FIRST",
    "PARTS",
    "SEARCHES",
    "Search",
    "first_gets",
    "least_volume",
    "shares",
]

# A cell takes up to 80 characters of a formula, which holds 8,192 and has 255 arguments at most.
CELLS_A_FORMULA = 100
PARTS = f"A formula searches {CELLS_A_FORMULA} cells at most."


def shares(count: int) -> tuple[range, ...]:
    """Return how the cells that are searched are shared out among formulas: one range a formula.

    >>> shares(256)
    (range(0, 100), range(100, 200), range(200, 256))
    """
    starts = range(0, count, CELLS_A_FORMULA)
    return tuple(range(start, min(start + CELLS_A_FORMULA, count)) for start in starts)


@dataclass(frozen=True)
class Search:
    """What is asked of cells and their maximum.

    Arguments: the `title`, rule and notes of the answers; the `step` that they are, and that of
    their `parts`, where one formula can't hold all cells; the function that joins what is said of
    each cell, and what is said of each part.
    """

    title: str
    sentences: tuple[str, ...]
    step: GradientStep
    parts: GradientStep
    function: Literal["MIN", "SUM"]
    number_format: str = "General"

    def formula(
        self, cells: Sequence[Reference], least: Reference, share: range, count: int, has_gaps: bool
    ) -> Formula:
        """Return the formula of the answer for a share of some cells.

        Arguments: the `cells` of the share; the `least` number that counts as the maximum; the
        places of the `share` among all cells; the `count` of all; whether some of them may be
        empty, which then count for nothing.

        >>> cells, least = [Reference("", 2, 3), Reference("", 2, 4)], Reference("", 0, 0)
        >>> FIRST.formula(cells, least, range(2), 2, has_gaps=False).text(0, 0)
        'MIN(IF($D$3>=$A$1,1,3),IF($E$3>=$A$1,2,3))'
        >>> EQUAL.formula(cells[:1], least, range(1), 1, has_gaps=True).text(0, 0)
        'SUM(IF(ISNUMBER($D$3),IF($D$3>=$A$1,1,0),0))'
        """
        terms = []
        for number, place in enumerate(share):
            found, missing = self._said(place, count)
            term = f"IF({{{number}}}>={{{len(share)}}},{found},{missing})"
            terms.append(f"IF(ISNUMBER({{{number}}}),{term},{missing})" if has_gaps else term)
        return formulas.apply(f"{self.function}({','.join(terms)})", *cells, least)

    def joined(self, parts: Sequence[Reference]) -> Formula:
        """Return the formula that joins the answers for all parts."""
        places = ",".join(f"{{{place}}}" for place in range(len(parts)))
        return formulas.apply(f"{self.function}({places})", *parts)

    def numbers(self, near: NDArray[np.bool_]) -> tuple[Array, Array]:
        """Return the answers, and those for each part, which stand in a last axis.

        Argument: which of the cells, in the last axis, are near the maximum.
        """
        count = near.shape[-1]
        said = np.array([self._said(place, count) for place in range(count)], float)
        each = np.where(near, said[:, 0], said[:, 1])
        join = np.min if self.function == "MIN" else np.sum
        parts = [join(each[..., share.start : share.stop], axis=-1) for share in shares(count)]
        return join(each, axis=-1), np.stack(parts, axis=-1)

    def _said(self, place: int, count: int) -> tuple[int, int]:
        """Return what is said of the cell in a place if it is the maximum, and if it isn't."""
        return (place + 1, count + 1) if self.function == "MIN" else (1, 0)

    def volume(
        self, layer: str, source: Source, formula: Callable[[Index, Finder], Formula]
    ) -> Volume:
        """Return the volume of the answers, one for each number of a `source`."""
        quantity = helper(layer, self.step)
        found = each_number(self.title, quantity, source, formula, *self.sentences)
        return replace(found, number_format=self.number_format)

    def parts_volume(
        self, layer: str, source: Source, formula: Callable[[Index, Finder], Formula]
    ) -> Volume:
        """Return the volume of the answers for parts of the cells, as yet with the source's items.

        The place of a part comes first in the index that the `formula` is given.
        """
        quantity, notes = helper(layer, self.parts), (*self.sentences, PARTS)
        return each_number(f"{self.title}, parts", quantity, source, formula, *notes)


FIRST = Search(
    "First maximum",
    (
        "The place of the first cell that counts as the maximum.",
        "Counted from 1, row by row; where none does, one more than there are cells.",
    ),
    GradientStep.FIRST_MAXIMUM,
    GradientStep.PARTIAL_FIRST_MAXIMUM,
    "MIN",
)

# 1 is shown as nothing, more than that in red.
EQUAL = Search(
    "Ties",
    (
        "How many cells count as the maximum, if several.",
        "Of such a tie only the first one learns.",
    ),
    GradientStep.EQUAL_MAXIMA,
    GradientStep.PARTIAL_EQUAL_MAXIMA,
    "SUM",
    '[Red][>1]0"×";""',
)

SEARCHES = (FIRST, EQUAL)


_LEAST = (
    "From this number on, a cell counts as the maximum.",
    f"That is {NEAREST}, so that rounding doesn't decide which cell learns.",
)


def least_volume(
    layer: str, source: Source, largest: Callable[[Index, Finder], Reference]
) -> Volume:
    """Return the volume of the least number that counts as each of the `largest`."""
    least = LEAST.replace("{1}", "{0}")

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(least, largest(index, find))

    return each_number(
        "Least maximum", helper(layer, GradientStep.LEAST_MAXIMUM), source, formula, *_LEAST
    )


_GETS = template(share_rule(Join.MAX).part, {"first": "{0}", "place": "{place}", "error": "{1}"})


def first_gets(place: int) -> str:
    """Return the template of what a cell gets of an error: all where the first maximum is there.

    Reference {0} is the first maximum's place, {1} the error.

    >>> first_gets(5)
    'IF({0}=5,{1},0)'
    """
    return _GETS.replace("{place}", str(place))
