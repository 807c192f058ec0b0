"""Large grids of plain numbers as text: NumPy's parser reads them many times as fast.

Of what it is given it says neither where something else stands nor what may be meant by it. So it
is given nothing but text whose every sign can stand in a number or between two, and where it makes
no full grid of that, or a decimal sign may be one of thousands, there is no result: the text is
then read cell by cell (`delimited`), which finds out what is wrong with it, if anything is.
"""

from __future__ import annotations

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
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator = separator_of(text.partition("\n")[0])
    has_commas = separator == _DECIMAL_COMMA and "," in text
    if not _is_plain(text, separator, has_commas=has_commas):
        return None
    if has_commas:
        text = text.replace(",", ".")
    blocks = [_read_block(block, separator) for block in text.removesuffix("\n").split("\n\n")]
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
    between = f"{separator}{SPACE}\n{',' if has_commas else ''}"
    return not text.encode("ascii").translate(None, _OF_NUMBERS + between.encode("ascii"))


def _read_block(block: str, separator: str) -> npt.NDArray[np.float64] | None:
    """Read a block (height, width); None where a line of it is empty, or no row of numbers."""
    lines = block.split("\n")
    # What has nothing but spaces in it is passed over by NumPy, with a warning if nothing is left.
    if not all(line and not line.isspace() for line in lines):
        return None
    delimiter = None if separator == SPACE else separator
    try:
        return np.loadtxt(lines, np.float64, comments=None, delimiter=delimiter, ndmin=2)
    except ValueError:
        return None
