"""Pixel grids as text (.csv, .tsv, standard input) and as NumPy's .npy files."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from cnncalc.errors import InputError
from cnncalc.files.delimited import CellNumbers, encoding_of, is_blank, records
from cnncalc.files.numerals import parse_number
from cnncalc.files.paths import check_readable, quoted
from cnncalc.files.pixels import MOST_VALUES, Values, pixel_values
from cnncalc.files.plain_text import read_plain_grid
from cnncalc.ops.arrays import Array

__all__ = ["parse_grid", "read_npy", "read_standard_input", "read_text_grid"]

MOST_BYTES = 2**28
"""The largest text that is read: 256 MiB."""


@dataclass(frozen=True)
class _Row:
    """One line of a grid: where it stands, from 1, and its numbers."""

    line: int
    numbers: npt.NDArray[np.float64]


def _ignore(note: str) -> None:
    del note


def read_text_grid(
    path: Path,
    number: Callable[[str], float] = parse_number,
    on_note: Callable[[str], None] = _ignore,
) -> Values:
    """Read a .csv or .tsv file.

    Arguments: `path`; `number`, which turns one cell's text into a number; `on_note`, which hears
    how numbers were read that may be meant otherwise.
    Returns (height, width, channels): blocks separated by an empty line are channels.
    Raises InputError where the file can't be read or is no rectangular grid of numbers.
    """
    if check_readable(path) > MOST_BYTES:
        _refuse_size(quoted(path))
    return parse_grid(_decoded(path.read_bytes(), quoted(path)), quoted(path), number, on_note)


def read_standard_input(on_note: Callable[[str], None] = _ignore) -> Values:
    """Read standard input as a .csv file.

    Arguments: `on_note`, as of `read_text_grid`.
    Returns (height, width, channels). Raises InputError as `read_text_grid` does.
    """
    if sys.stdin is None:
        message = "standard input is closed: there is nothing to read"
        raise InputError(message)
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        _refuse_size("standard input")
    text = _decoded(content, "standard input")
    return parse_grid(text, "standard input", on_note=on_note)


def _refuse_size(source: str) -> NoReturn:
    message = f"{source} is too large: at most {MOST_BYTES // 2**20} MiB of text are read"
    raise InputError(message)


def _decoded(content: bytes, source: str) -> str:
    """Decode UTF-8, with or without its mark, or the UTF-16 that Excel and PowerShell write."""
    try:
        return content.decode(encoding_of(content))
    except UnicodeDecodeError as error:
        message = (
            f"{source} is not a text file in UTF-8 (as Excel saves 'CSV UTF-8'): byte "
            f"{error.start} can't be read"
        )
        raise InputError(message) from error


def parse_grid(
    text: str,
    source: str,
    number: Callable[[str], float] = parse_number,
    on_note: Callable[[str], None] = _ignore,
) -> Values:
    r"""Read a grid from text: a line a row, its numbers separated by , or ; or tabs or spaces.

    Numbers may be quoted (RFC 4180). Their decimals have a point; a comma where another sign
    separates them, or in quotes, unless it may as well be one between thousands.
    Arguments: `text`; `source`, what to call it in a message; `number`, which turns one cell's
    text into a number, and is asked where there is more than plain numbers; `on_note`, as of
    `read_text_grid`.
    Returns (height, width, channels): blocks separated by an empty line are channels.
    Raises InputError naming the line, and column where there is one, that isn't as it should be.

    >>> parse_grid("1,2\n3,4\n\n5,6\n7,8\n", "a grid")[0, 1]
    array([2., 6.])
    """
    plain = read_plain_grid(text)
    if plain is not None:
        return pixel_values(plain)
    blocks = _blocks(_rows(text, source, number, on_note))
    if not blocks:
        message = f"{source} holds no numbers"
        raise InputError(message)
    _check_rectangular(blocks, source)
    channels = [np.stack([row.numbers for row in block]) for block in blocks]
    return pixel_values(np.stack(channels, axis=-1))


def _blocks(rows: Iterable[_Row | None]) -> list[list[_Row]]:
    """Split rows into blocks at the empty lines."""
    blocks: list[list[_Row]] = []
    inside = False
    for row in rows:
        if row is not None and not inside:
            blocks.append([])
        if row is not None:
            blocks[-1].append(row)
        inside = row is not None
    return blocks


def _rows(
    text: str, source: str, number: Callable[[str], float], on_note: Callable[[str], None]
) -> Iterator[_Row | None]:
    """Yield each line's numbers, None for an empty one."""
    separator, found = records(io.StringIO(text, newline=None), source)
    numbers = CellNumbers(number, separator, source)
    for record in found:
        if is_blank(record.cells):
            yield None
        else:
            yield _Row(record.line, np.array(numbers.read(record)))
    note = numbers.check()
    if note is not None:
        on_note(note)


def _check_rectangular(blocks: list[list[_Row]], source: str) -> None:
    """Raise InputError unless all rows are equally long and all blocks equally high."""
    first = blocks[0][0]
    for block in blocks:
        for row in block:
            if len(row.numbers) != len(first.numbers):
                message = (
                    f"{source}: every line must hold as many numbers. Received: "
                    f"{len(first.numbers)} in line {first.line}, {len(row.numbers)} in line "
                    f"{row.line}"
                )
                raise InputError(message)
        if len(block) != len(blocks[0]):
            message = (
                f"{source}: every block (a channel) must have as many lines. Received: "
                f"{len(blocks[0])} from line {first.line}, {len(block)} from line {block[0].line}"
            )
            raise InputError(message)


def read_npy(path: Path, dimensions: tuple[int, ...] = (2, 3)) -> npt.NDArray[np.float64]:
    """Read a .npy file; pickled objects are never loaded.

    Arguments: `path`; the numbers of `dimensions` allowed.
    Returns a float64 array of one of those dimensions.
    Raises InputError where the file is no such array of finite real numbers.
    """
    check_readable(path)
    array = _mapped(path)
    _check_array(array, dimensions, quoted(path))
    # A long double may be beyond float64: it becomes an infinity, which is refused next.
    with np.errstate(over="ignore"):
        values = np.array(array, dtype=np.float64)
    _check_finite(values, quoted(path))
    return values


def _mapped(path: Path) -> Array:
    """Map the file into memory: a header that promises more than the file holds is an error."""
    try:
        with warnings.catch_warnings():
            # NumPy warns of headers that Python 2 wrote.
            warnings.simplefilter("ignore")
            return np.lib.format.open_memmap(path, mode="r")
    # NumPy parses the header as Python: what a broken one raises has no common type.
    except Exception as error:
        message = f"{quoted(path)} is not a NumPy .npy file of numbers, or is damaged"
        raise InputError(message) from error


def _check_array(array: Array, dimensions: tuple[int, ...], source: str) -> None:
    """Raise InputError unless an array is of real numbers, one at least, in a usable shape."""
    if array.dtype.kind not in "biuf":
        message = f"{source} must hold real numbers. Received: dtype={array.dtype}"
    elif array.ndim not in dimensions or array.size == 0:
        names = " or ".join(f"{n}-D" for n in dimensions)
        message = f"{source} must hold a {names} array. Received: shape={array.shape}"
    elif array.size > MOST_VALUES:
        message = f"{source} holds {array.size:,} numbers. At most {MOST_VALUES:,} are read"
    else:
        return
    raise InputError(message)


def _check_finite(values: npt.NDArray[np.float64], source: str) -> None:
    """Raise InputError naming the index of the first NaN or infinity."""
    finite = np.isfinite(values)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        message = f"{source} must hold finite numbers. Received: {values[index]} at index {index}"
        raise InputError(message)
