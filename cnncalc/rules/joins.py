"""How numbers are made one: what comes of them, and which share of its gradient each gets back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cnncalc.wording import Word

__all__ = ["REDUCTIONS", "Join", "Reduction", "joined", "reduction_by", "share", "share_words"]

# Numbers that differ by less than this share of the maximum, or of SMALLEST where it is smaller,
# count as equal to it, so that rounding doesn't decide which one learns.
NEAR, SMALLEST = 1e-12, 1.0


class Join(Word):
    """How the numbers that an output sees are made one."""

    PRODUCTS = "products"  # each times its weight, added up
    SUM = "sum"
    MAX = "max"
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
        return self is Join.MAX


@dataclass(frozen=True)
class Reduction:
    """How a join of numbers without weights is written.

    `template` is a spreadsheet's formula, {0} the cells; `words` say what it is of a slice, and
    `under_window` of what is under a window. With its numbers it begins with `head`, has each as a
    `term` with the `joint` between them, and ends with `tail`, which may name their {count}.
    """

    template: str
    words: str
    under_window: str
    head: str
    term: str
    joint: str
    tail: str


_ROOT = "square root of the sum of squares"

REDUCTIONS = {
    Join.MAX: Reduction(
        *("MAX({0})", "largest number", "largest number"),
        *("max(", "{0}", ", ", ")"),
    ),
    Join.AVERAGE: Reduction(
        *("AVERAGE({0})", "mean", "mean of the numbers"),
        *("(", "{0}", " + ", ") / {count}"),
    ),
    Join.L2: Reduction(
        *("SQRT(SUMSQ({0}))", _ROOT, _ROOT),
        *("√(", "{0}²", " + ", ")"),
    ),
}
"""The joins of one slice's numbers, and of what is under a window."""


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
        case Join.MAX:
            return max(numbers)
        case Join.AVERAGE:
            return add(numbers) / len(numbers)
        case Join.L2:
            return math.sqrt(add(number * number for number in numbers))
        case Join.SOFTMAX:
            exponentials = [math.exp(number - max(numbers)) for number in numbers]
            return exponentials[place] / add(exponentials)
    raise TypeError(_unknown(join))


def share(join: Join, numbers: Sequence[float], place: int, result: float) -> float:
    """Return which share of the gradient by a result goes to one of the numbers joined.

    Arguments: the `join`; the `numbers`, without padding that doesn't count; the `place` of the one
    in question; their `result`.
    Raises TypeError for a join that shares nothing out in this way.

    >>> [share(Join.MAX, [1.0, 0.3, 0.1 + 0.2], place, 1.0) for place in range(3)]
    [1.0, 0.0, 0.0]
    """
    match join:
        case Join.SUM | Join.SAME:
            return 1.0
        case Join.MAX:
            largest = max(numbers)
            least = largest - NEAR * max(SMALLEST, abs(largest))
            first = next(index for index, number in enumerate(numbers) if number >= least)
            return float(place == first)
        case Join.AVERAGE:
            return 1 / len(numbers)
        case Join.L2:
            return numbers[place] / result if result else 0.0
    raise TypeError(_unknown(join))


_SHARES = {
    (Join.MAX, True): "1 where it is the window's first maximum, else 0",
    (Join.MAX, False): "1 where it is the first maximum, else 0",
    (Join.AVERAGE, True): "1 / the window's numbers",
    (Join.AVERAGE, False): "1 / the slice's numbers",
    (Join.L2, True): "itself / the window's result",
    (Join.SUM, False): "",
}


def share_words(join: Join, *, by_window: bool) -> str:
    """Return what a share is in words, empty where it is all.

    Arguments: the `join`; whether windows share something out each, or one result all.
    Raises TypeError for a join that shares nothing out in this way.

    >>> share_words(Join.L2, by_window=True)
    "itself / the window's result"
    """
    if (join, by_window) not in _SHARES:
        raise TypeError(_unknown(join))
    return _SHARES[join, by_window]


def _unknown(join: Join) -> str:
    return f"how numbers are joined must be said in rules/joins.py. Received: {join}"
