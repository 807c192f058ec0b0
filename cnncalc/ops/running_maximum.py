"""The maximum of several candidates, and the way back: a gradient to the first maximum.

A later candidate wins where it is strictly greater than all before it, so that a tie goes to the
first. On the way back the last winner takes its part first: what remains belongs to those before.
The parts are products with 0 or 1, not choices: a processor guesses a choice for each number, and
wrongly so half the time, which costs 40 times the product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.ops.arrays import Array

__all__ = ["running_maximum", "share_out"]


def running_maximum(candidates: Sequence[Array] | Array, maximum: Array, wins: Array) -> None:
    """Take the largest of the candidates at each place.

    Arguments: the `candidates`, all of one shape, in their order; `maximum`, of that shape, which
    is overwritten; `wins`, (candidates − 1, *shape) of bool, overwritten: where each candidate but
    the first is greater than all before it.

    >>> maximum, wins = np.empty(3), np.empty((1, 3), np.bool_)
    >>> running_maximum([np.array([1.0, 5, 2]), np.array([4.0, 5, 1])], maximum, wins)
    >>> maximum, wins
    (array([4., 5., 2.]), array([[ True, False, False]]))
    """
    first, *others = candidates
    best = first
    for candidate, better in zip(others, wins, strict=True):
        np.greater(candidate, best, out=better)
        best = np.maximum(best, candidate, out=maximum)
    if best is first:
        maximum[...] = first


def share_out(gradient: Array, wins: Array, shares: Sequence[Array] | Array) -> None:
    """Give each place's gradient to the candidate that was its first maximum.

    Arguments: the `gradient` by the maximum; the `wins` of `running_maximum`; the `shares`, one a
    candidate, which are overwritten.

    >>> shares = np.empty((2, 3))
    >>> share_out(np.array([7.0, 8, 9]), np.array([[True, False, False]]), shares)
    >>> shares
    array([[0., 8., 9.],
           [7., 0., 0.]])
    """
    first, *others = shares
    rest = gradient
    for share, better in zip(reversed(others), wins[::-1], strict=True):
        np.multiply(rest, better, out=share)
        rest = np.subtract(rest, share, out=first)
    if rest is gradient:
        first[...] = gradient
