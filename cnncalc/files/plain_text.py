"""Large grids of plain numbers as text: NumPy's parser reads them many times as fast.

Of what it is given it says neither where something else stands nor what may be meant by it. So it
is given nothing but text whose every sign can stand in a number or between two, and where it makes
no full grid of that, or a decimal sign may be one of thousands, there is no result: the text is
then read cell by cell (`delimited`), which finds out what is wrong with it, if anything is.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np
import numpy.typing as npt

from cnncalc.files.delimited import SPACE, separator_of

__all__ = ["read_plain_grid"]

_OF_NUMBERS = b"0123456789+-.eE"
_DECIMAL_COMMA = ";"  # the separator beside which decimals have one


def read_plain_grid(text: str) -> npt.NDArray[np.float64] | None:
    r"""Read a grid of plain numbers; blocks separated by an empty line are channels.

    Returns (height, width, channels), or None where a text has to be read cell by cell.

    >>> read_plain_grid("1;2,5\n3;4\n")[:, :, 0]
    array([[1. , 2.5],
           [3. , 4. ]])
    >>> read_plain_grid("1;2.500\n") is None
    True
    """
    lines = text.splitlines()
    separator = separator_of(next(filter(None, lines), ""))
    has_commas = separator == _DECIMAL_COMMA and "," in text
    if not _is_plain(text, separator, has_commas=has_commas):
        return None
    if has_commas:
        lines = text.replace(",", ".").splitlines()
    blocks = [
        _read_block(list(block), separator)
        for is_filled, block in groupby(lines, bool)
        if is_filled
    ]
    channels = [block for block in blocks if block is not None]
    if len({channel.shape for channel in channels}) != 1 or len(channels) < len(blocks):
        return None
    values = np.stack(channels, axis=-1) if len(channels) > 1 else channels[0][:, :, np.newaxis]
    # A number beyond float64 has become an infinity.
    return values if np.isfinite(values).all() else None


def _is_plain(text: str, separator: str, *, has_commas: bool) -> bool:
    """Tell whether a text holds no sign but those of numbers, of one kind of decimals, between."""
    if not text.isascii() or (separator == _DECIMAL_COMMA and "." in text):
        return False
    between = f"{separator}{SPACE}\r\n{',' if has_commas else ''}"
    return not text.encode("ascii").translate(None, _OF_NUMBERS + between.encode("ascii"))


def _read_block(lines: list[str], separator: str) -> npt.NDArray[np.float64] | None:
    """Read a block (height, width); None where a line of it is blank, or no row of numbers."""
    # What has nothing but spaces in it would be passed over, with a warning if nothing is left.
    if any(line.isspace() for line in lines):
        return None
    delimiter = None if separator == SPACE else separator
    try:
        # Told how many rows there are, it sets aside the room for them at once.
        return np.loadtxt(
            lines, np.float64, comments=None, delimiter=delimiter, ndmin=2, max_rows=len(lines)
        )
    except ValueError:
        return None
