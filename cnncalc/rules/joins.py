"""How numbers are made one, and what comes of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cnncalc.wording import Word

__all__ = ["REDUCTIONS", "SIGNS", "Join", "Reduction", "joined", "reduction_by"]


class Join(Word):
    """How the numbers that an output sees are made one."""

    PRODUCTS = "products"  # each times its weight, added up
    SUM = "sum"
    DIFFERENCE = "difference"  # the first less the others
    PRODUCT = "product"
    MAX = "max"
    MIN = "min"
    AVERAGE = "average"
    L2 = "l2"  # the square root of the sum of squares
    SOFTMAX = "softmax"  # the share of the output's own among the exponentials of all
    RESCALE = "rescale"
    NORMALIZE = "normalize"
    EACH = "each"  # a function of one number
    SAME = "same"  # one number, as it is

    @property
    def picks_one(self) -> bool:
        """Whether the result is one of the numbers, the first of those that are alike."""
        return self in REDUCTIONS and REDUCTIONS[self].picks_one


@dataclass(frozen=True)
class Reduction:
    """How a join of numbers without weights is written.

    `template` is a spreadsheet's formula, {0} the cells; `words` say what it is of a slice, and
    `under_window` of what is under a window. With its numbers it begins with `head`, has each as a
    `term` with the `joint` between them, and ends with `tail`, which may name their {count}. Where
    it `picks_one`, the result is one of the numbers, and the way back to the pixels is that one's.
    """

    template: str
    words: str
    under_window: str
    head: str
    term: str
    joint: str
    tail: str
    picks_one: bool


_ROOT = "square root of the sum of squares"

REDUCTIONS = {
    Join.MAX: Reduction(
        *("MAX({0})", "largest number", "largest number"),
        *("max(", "{0}", ", ", ")"),
        picks_one=True,
    ),
    Join.MIN: Reduction(
        *("MIN({0})", "smallest number", "smallest number"),
        *("min(", "{0}", ", ", ")"),
        picks_one=True,
    ),
    Join.PRODUCT: Reduction(
        *("PRODUCT({0})", "product", "product of the numbers"),
        *("", "{0}", " × ", ""),
        picks_one=False,
    ),
    Join.AVERAGE: Reduction(
        *("AVERAGE({0})", "mean", "mean of the numbers"),
        *("(", "{0}", " + ", ") / {count}"),
        picks_one=False,
    ),
    Join.L2: Reduction(
        *("SQRT(SUMSQ({0}))", _ROOT, _ROOT),
        *("√(", "{0}²", " + ", ")"),
        picks_one=False,
    ),
}
"""The joins of one slice's numbers, and of what is under a window."""


SIGNS: Mapping[Join, str] = {Join.SUM: "+", Join.DIFFERENCE: "−", Join.PRODUCT: "×"}
"""What people write between the numbers of these joins."""


def reduction_by(join: Join) -> Reduction:
    """Return how a join of numbers without weights is written.

    Raises TypeError for one that needs other numbers, or a place.

    >>> reduction_by(Join.MAX).template
    'MAX({0})'
    """
    if join not in REDUCTIONS:
        raise TypeError(_unknown(join))
    return REDUCTIONS[join]


def joined(
    join: Join,
    numbers: Sequence[float],
    place: int = 0,
    *,
    add: Callable[[Iterable[float]], float] = math.fsum,
) -> float:
    """Return what numbers, one at least, are joined to.

    Arguments: the `join`; the `numbers`, times their weights where they have any, without padding
    that doesn't count; the `place` among them that the result is of, for softmax; how to `add`,
    which is exact unless it is by hand, one number after the other.
    Raises TypeError for a join by other numbers (RESCALE, NORMALIZE).

    >>> joined(Join.L2, [3.0, 4.0]), joined(Join.AVERAGE, [3.0, 4.0])
    (5.0, 3.5)
    """
    match join:
        case Join.PRODUCTS | Join.SUM | Join.EACH | Join.SAME:
            return add(numbers)
        case Join.DIFFERENCE:
            return add([numbers[0], *(-number for number in numbers[1:])])
        case Join.AVERAGE:
            return add(numbers) / len(numbers)
        case Join.L2:
            return math.sqrt(add(number * number for number in numbers))
        case Join.SOFTMAX:
            exponentials = [math.exp(number - max(numbers)) for number in numbers]
            return exponentials[place] / add(exponentials)
    if join not in _OF_NUMBERS_ALONE:
        raise TypeError(_unknown(join))
    return _OF_NUMBERS_ALONE[join](numbers)


# The joins that add nothing.
_OF_NUMBERS_ALONE: Mapping[Join, Callable[[Sequence[float]], float]] = {
    Join.MAX: max,
    Join.MIN: min,
    Join.PRODUCT: math.prod,
}


def _unknown(join: Join) -> str:
    return f"how numbers are joined must be said in rules/joins.py. Received: {join}"
