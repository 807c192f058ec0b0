"""Numbers as a page holds them: exactly, in four bytes each where these say all."""

from __future__ import annotations

import zlib
from base64 import b64encode
from decimal import ROUND_HALF_UP, Context
from typing import Literal

import numpy as np

from cnncalc.network import Array

__all__ = ["Code", "NumberPart", "NumberWriter", "as_text"]

Code = Literal["f4", "w4", "f8"]
NumberPart = tuple[Code, int]
"""How so many numbers in a row are coded.

"f4" is float32; "w4" float32 that is then rounded to 16 digits, as a workbook stores it; "f8"
float64. A weight is one of the first two where it was drawn or trained in float32.
"""

# As JavaScript's toPrecision rounds: of two that are as near, to the larger. (Python takes the even
# one, and numbers of few digits do lie between two.)
_AS_WRITTEN = Context(prec=16, rounding=ROUND_HALF_UP)
# One of so many may be put in afterwards.
_MOST_EXACT = 100


class NumberWriter:
    """Collects numbers in the order in which a page reads them.

    `parts` say how they are coded; `exact` are (place, number) of the few that must be put in
    afterwards, because the code of their part would give another.
    """

    def __init__(self) -> None:
        self.parts: list[NumberPart] = []
        self.exact: list[tuple[int, float]] = []
        self._count = 0
        self._pieces: list[bytes] = []

    def add(self, numbers: Array) -> None:
        """Add (height, width) numbers, row by row; NaN is an empty cell.

        >>> writer = NumberWriter()
        >>> for numbers in (np.ones((2, 2)), np.array([[0.5, 2]]), np.array([[0.1]])):
        ...     writer.add(numbers)
        >>> writer.parts
        [('f4', 6), ('f8', 1)]
        """
        values = np.ascontiguousarray(numbers, dtype=np.float64).ravel()
        code, other = _code(values)
        self.exact += [(self._count + place, values[place].item()) for place in other]
        self._count += values.size
        self._pieces.append(_short(values) if code != "f8" else values.astype("<f8").tobytes())
        if self.parts and self.parts[-1][0] == code:
            self.parts[-1] = (code, self.parts[-1][1] + values.size)
        else:
            self.parts.append((code, values.size))

    def text(self) -> str:
        """Return all numbers as text: base64 of what zlib makes of their bytes."""
        return as_text(b"".join(self._pieces))


def as_text(content: bytes) -> str:
    """Return bytes, deflated, as text in base64.

    >>> len(as_text(bytes(1000))) < 40
    True
    """
    return b64encode(zlib.compress(content, 9)).decode()


def _short(values: Array) -> bytes:
    with np.errstate(over="ignore"):
        return values.astype("<f4").tobytes()


def _code(values: Array) -> tuple[Code, list[int]]:
    """Return the smallest code that gives these numbers, and the places of a few it doesn't."""
    short = np.frombuffer(_short(values), "<f4").astype(np.float64)
    if np.array_equal(short, values, equal_nan=True):
        return "f4", []
    # Sixteen digits are nearer than that, and float64 in general is not.
    if not np.isfinite(short).all() or (np.abs(short - values) > 1e-15 * np.abs(values)).any():
        return "f8", []
    written = [float(_AS_WRITTEN.create_decimal_from_float(number)) for number in short.tolist()]
    other = np.flatnonzero(np.array(written) != values).tolist()
    return ("w4", other) if len(other) * _MOST_EXACT <= values.size else ("f8", [])
