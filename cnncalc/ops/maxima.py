"""Where a maximum stands first, and the gradient that goes there.

Sums of the same numbers in another order differ in their last digits, and so two programs may find
another one of two equal numbers the larger. Where it matters that they agree, `near` lets numbers
count as the maximum that only rounding sets apart from it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnncalc.nearness import NEAR, SMALLEST
from cnncalc.ops.arrays import Array, Positions

__all__ = [
    "first_maximum",
    "least_maximum",
    "maximum_gradient",
    "near_maximum",
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
