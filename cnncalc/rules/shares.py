"""Which share of the error of numbers made one each of them gets back: in numbers, words and cells.

The error is the gradient by what the numbers were joined to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cnncalc.nearness import NEAR, SMALLEST
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import (
    Conditional,
    Expression,
    Name,
    Number,
    choose,
    equal,
    names_of,
    put,
)
from cnncalc.rules.joins import Join
from cnncalc.rules.spelling import words

__all__ = ["SHARES", "Share", "share", "share_rule", "share_words"]

_ERROR, _RESULT, _COUNT = Name("error"), Name("result"), Name("count")


@dataclass(frozen=True)
class Share:
    """What one of the numbers joined gets of the error, and where, in words, it gets anything.

    `part` is an expression of the "error", of the "count" of the numbers, of what they `result` in,
    of the product of all "others", and of the "place" of the one and that of the "first" maximum or
    minimum; where it is `times_number`, that times the number itself is its share. The words
    `where` name the {whole} that was joined; `said` is what the share is in words, where these are
    other than those of the part.
    """

    part: Expression
    times_number: bool = False
    where: str = ""
    said: str = ""


_TO_THE_FIRST = choose(equal(Name("first"), Name("place")), _ERROR, 0)

SHARES: Mapping[Join, Share] = MappingProxyType(
    {
        Join.SUM: Share(_ERROR),
        Join.SAME: Share(_ERROR),
        Join.DIFFERENCE: Share(
            choose(equal(Name("place"), 0), _ERROR, -1 * _ERROR),
            said="1 of the first number, −1 of the other",
        ),
        Join.PRODUCT: Share(_ERROR * Name("others"), said="the other numbers"),
        Join.MAX: Share(_TO_THE_FIRST, where="it is the {whole}first maximum"),
        Join.MIN: Share(_TO_THE_FIRST, where="it is the {whole}first minimum"),
        Join.AVERAGE: Share(_ERROR / _COUNT),
        Join.L2: Share(choose(equal(_RESULT, 0), 0, _ERROR / _RESULT), times_number=True),
    }
)
"""The joins that share their error out among the numbers joined."""


def share_rule(join: Join) -> Share:
    """Return how a join shares its error out.

    Raises TypeError for one that shares nothing out in this way.

    >>> from cnncalc.rules.spelling import template
    >>> template(share_rule(Join.L2).part)
    'IF({result}=0,0,{error}/{result})'
    """
    if join not in SHARES:
        message = f"how an error is shared out must be said in rules/shares.py. Received: {join}"
        raise TypeError(message)
    return SHARES[join]


def share(join: Join, numbers: Sequence[float], place: int, result: float) -> float:
    """Return which share of the gradient by a result goes to one of the numbers joined.

    Arguments: the `join`; the `numbers`, without padding that doesn't count; the `place` of the one
    in question; their `result`.
    Raises TypeError for a join that shares nothing out in this way.

    >>> [share(Join.MAX, [1.0, 0.3, 0.1 + 0.2], place, 1.0) for place in range(3)]
    [1.0, 0.0, 0.0]
    >>> [share(Join.PRODUCT, [2.0, 3.0, 5.0], place, 30.0) for place in range(3)]
    [15.0, 10.0, 6.0]
    """
    rule = share_rule(join)
    values = {
        "error": numbers[place] if rule.times_number else 1.0,
        "count": float(len(numbers)),
        "result": result,
        "place": float(place),
        # The others are multiplied, not the result divided: the number may be 0.
        "others": math.prod([*numbers[:place], *numbers[place + 1 :]]),
    }
    if "first" in names_of(rule.part):
        compared = numbers if join is Join.MAX else [-number for number in numbers]
        values["first"] = float(_first_maximum(compared))
    return float(evaluate(rule.part, values))


def _first_maximum(numbers: Sequence[float]) -> int:
    largest = max(numbers)
    # Rounding doesn't decide which one learns.
    least = largest - NEAR * max(SMALLEST, abs(largest))
    return next(index for index, number in enumerate(numbers) if number >= least)


def share_words(join: Join, *, by_window: bool, of_results: bool = False) -> str:
    """Return what a share is in words, empty where it is all.

    Arguments: the `join`; whether windows share something out each, or one result all; whether the
    numbers are of several layers' results, one each, as a merge joins them.
    Raises TypeError for a join that shares nothing out in this way.

    >>> share_words(Join.L2, by_window=True)
    "itself / the window's result"
    """
    rule, whole = share_rule(join), "window" if by_window else "slice"
    if rule.part == _ERROR or rule.said:
        return rule.said
    of_whole = {"result": f"the {whole}'s result", "count": f"the {whole}'s numbers"}
    if of_results:
        of_whole["count"] = "the number of results"
    names = {"error": "itself"} | of_whole
    part = rule.part if rule.times_number else put(rule.part, {"error": Number(1)})
    match part:
        case Conditional(then=then, otherwise=otherwise) if rule.where:
            where = rule.where.format(whole="window's " if by_window else "")
            return f"{words(then, names)} where {where}, else {words(otherwise, names)}"
        case Conditional(otherwise=otherwise):
            return words(otherwise, names)  # of the result 0, which is none of a number's
    return words(part, names)
