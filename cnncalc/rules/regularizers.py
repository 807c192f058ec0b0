"""Penalties on weights, and what they add to a gradient.

Definitions: https://keras.io/api/layers/regularizers/
"""

from __future__ import annotations

from cnncalc.layers import L1L2
from cnncalc.rules.formula import Expression, Name, Number
from cnncalc.rules.functions import absolute
from cnncalc.rules.slopes import derivative

__all__ = ["penalty", "penalty_slope", "penalty_slope_words"]

_WEIGHT = Name("weight")


def penalty(regularizer: L1L2) -> Expression:
    """Return the penalty on one number of a weight; 0 × "weight" where both factors are 0.

    >>> from cnncalc.layers import L2
    >>> from cnncalc.rules.spelling import words
    >>> words(penalty(L2(0.1)))
    '0.1 × weight²'
    """
    terms: list[Expression] = []
    if regularizer.l1:
        terms.append(regularizer.l1 * absolute(_WEIGHT))
    if regularizer.l2:
        terms.append(regularizer.l2 * _WEIGHT * _WEIGHT)
    first, *more = terms or [0 * _WEIGHT]
    for term in more:
        first = first + term
    return first


def penalty_slope(regularizer: L1L2) -> Expression:
    """Return what the penalty adds to the gradient by the "weight": by an absolute value 0 at 0."""
    slope = derivative(penalty(regularizer), _WEIGHT.name)
    return 0 * _WEIGHT if slope == Number(0) else slope


def penalty_slope_words(regularizer: L1L2) -> list[str]:
    """Return the terms of that in words, none where there is no penalty.

    >>> penalty_slope_words(L1L2(l1=0.1, l2=0.2))
    ['0.1 × sign of the weight', '0.4 × weight']
    """
    words = [f"{regularizer.l1:g} × sign of the weight"] * bool(regularizer.l1)
    return words + [f"{2 * regularizer.l2:g} × weight"] * bool(regularizer.l2)
