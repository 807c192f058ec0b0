"""What counts as a kink, where a function bends or jumps: numbers that only rounding sets apart.

NumPy tells 3.3000000000000003 from 3.3, spreadsheets compare some 15 digits only. Where the two
must agree, numbers near a kink are put on it, as numbers near a maximum count as the maximum
(`maxima`): then each gets what Keras gives exactly at the kink. Its price: a number that is no
rounding's, but really so near, is taken for the kink, too. That is why L2 pooling's norm is left
alone: where sigmoids are saturated it is tiny, and its gradient as large as ever.
"""

from __future__ import annotations

import numpy as np

from cnncalc.nearness import kink_bounds
from cnncalc.ops.arrays import Array

__all__ = ["on_kink"]


def on_kink(numbers: Array, kink: float, *, only_above: bool = False) -> Array:
    """Return numbers with those put on a kink that are equal to it but for rounding.

    Arguments: the `numbers`; the `kink`; whether `only_above` it they are, since what lies below
    is treated as the kink anyway.

    >>> on_kink(np.array([3 * 1.1, 3.4, 3.2999]), 3.3).tolist()
    [3.3, 3.4, 3.2999]
    """
    low, high = kink_bounds(kink)
    near = (numbers >= (kink if only_above else low)) & (numbers <= high)
    result: Array = np.where(near, kink, numbers)
    return result
