"""Arithmetic that may leave what floating point holds, its result to be looked at afterwards."""

from __future__ import annotations

import numpy as np

__all__ = ["overflow_allowed"]


def overflow_allowed() -> np.errstate:
    """Return a context in which NumPy doesn't warn of infinity and NaN: who enters it checks them.

    >>> with overflow_allowed():
    ...     print(np.float32(3e38) * np.float32(10))
    inf
    """
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")
