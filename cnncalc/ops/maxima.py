"""Where a maximum stands first, and the gradient that goes there.

Sums of the same numbers in another order differ in their last digits, and so two programs may find
another one of two equal numbers the larger. Where it matters that they agree, `near` lets numbers
count as the maximum that only rounding sets apart from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnncalc.nearness import NEAR, SMALLEST
from cnncalc.ops.arrays import Array, Positions

__all__ = [
    "first_maximum",
    "least_maximum",
    "maximum_gradient",
    "near_maximum",
    "running_maximum",
    "share_out",
]


def least_maximum(maxima: Array) -> Array:
    """Return from which number on one counts as a maximum, but for rounding.

    >>> np.array([0.1 + 0.2, 0.3]) >= least_maximum(np.array(0.1 + 0.2))
    array([ True,  True])
    """
    least: Array = maxima - NEAR * np.maximum(SMALLEST, np.abs(maxima))
    return least


def near_maximum(numbers: Array, maxima: Array) -> NDArray[np.bool_]:
    """Return which numbers are their maximum, or equal to it but for rounding.

    >>> near_maximum(np.array([0.3, 0.1 + 0.2, 0.1]), np.array(0.1 + 0.2))
    array([ True,  True, False])
    """
    near: NDArray[np.bool_] = numbers >= least_maximum(maxima)
    return near


def first_maximum(numbers: Array, axis: int, *, near: bool = False) -> Positions:
    """Return where along an axis the maximum stands first.

    Arguments: the `numbers`; the `axis`, which the result keeps as 1; whether what is `near`, equal
    but for rounding, counts as the maximum.

    >>> numbers = np.array([0.3, 0.1 + 0.2, 0.1])
    >>> int(first_maximum(numbers, 0).item()), int(first_maximum(numbers, 0, near=True).item())
    (1, 0)
    """
    chosen = near_maximum(numbers, numbers.max(axis, keepdims=True)) if near else numbers
    found: Positions = np.argmax(chosen, axis, keepdims=True)
    return found


def maximum_gradient(gradient: Array, numbers: Array, axis: int, *, near: bool = False) -> Array:
    """Return a loss's gradient by numbers whose maximum was taken: it goes to the first one.

    Arguments: the `gradient` by the maximum, of the numbers' shape with 1 for the axis; the rest as
    for `first_maximum`.

    >>> maximum_gradient(np.array([5.0]), np.array([1.0, 2.0, 2.0]), 0)
    array([0., 5., 0.])
    """
    result = np.zeros(numbers.shape, gradient.dtype)
    np.put_along_axis(result, first_maximum(numbers, axis, near=near), gradient, axis)
    return result


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
    first, *later = candidates
    best = first
    for candidate, better in zip(later, wins, strict=True):
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
    first, *later = shares
    rest = gradient
    # The last winner takes its part first: what remains belongs to those before. The parts are
    # products with 0 or 1, not choices: a processor guesses a choice for each number, and wrongly
    # so half the time, which costs 40 times the product.
    for share, better in zip(reversed(later), wins[::-1], strict=True):
        np.multiply(rest, better, out=share)
        rest = np.subtract(rest, share, out=first)
    if rest is gradient:
        first[...] = gradient
