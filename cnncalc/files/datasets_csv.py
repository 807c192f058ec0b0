"""Data sets as text: one sample a line, its pixels row by row and its label in one column."""

from __future__ import annotations

import csv
import gzip
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from math import isqrt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import InputError, OptionError
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.paths import check_readable, did_you_mean, printable, quoted
from cnncalc.training.classes import OutputOf

__all__ = ["read_labelled_csv"]

Array = NDArray[Any]

_LABEL_NAMES = ("label", "class", "target", "y", "digit")


def read_labelled_csv(
    path: Path,
    label_column: str | None = None,
    image_size: tuple[int, int] | None = None,
    output_of: OutputOf = lambda shape: None,
) -> LabelledData:
    """Read a .csv or .tsv file, compressed by gzip or not, with a header line or without.

    Arguments: the `label_column`, by name or number from 1; None for one that is called label,
    class, target, y or digit; the `image_size` (height, width), None for square images; what tells
    the classes of the network that is to take the images, if there is one.
    Raises InputError where the file can't be read, OptionError where the column can't be told.
    """
    check_readable(path)
    table = _describe(path)
    column = _label_position(path, table, label_column)
    pixels = [i for i in range(len(table.first)) if i != column]
    shape = _image_shape(path, len(pixels), image_size)
    numbers = _load(path, table, np.float64, pixels)
    names = np.char.strip(_load(path, table, np.str_, [column])[:, 0])
    arrays = LabelledArrays(numbers.reshape(-1, *shape), _numbers_if_all_are(names))
    data = from_arrays(quoted(path), {"training": arrays}, output_of)
    guessed = image_size is None and shape[2] == 3
    return replace(data, notes=(_guess(path, shape),)) if guessed else data


def _guess(path: Path, shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    pixels = height * width * channels
    return (
        f"the {pixels:,} pixels a line of {quoted(path)} are taken as {height}×{width} images in "
        "RGB, value beside value; --image-size says the size of others"
    )


class _Table(NamedTuple):
    """How a file is written: its delimiter, its first line's cells, whether that is a header."""

    delimiter: str
    first: list[str]
    has_header: bool


def _describe(path: Path) -> _Table:
    try:
        with _open(path) as file:
            line = file.readline().strip("\r\n")
        delimiter = max(",;\t", key=line.count)
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        message = f"{quoted(path)} can't be read as text: {printable(str(error))}"
        raise InputError(message) from error
    if len(cells) < 2:
        message = (
            f"{quoted(path)} must hold a label and pixels in each line, separated by commas. "
            f"Received: {quoted(line)}"
        )
        raise InputError(message)
    # A label may be a word; more words than that name the columns.
    return _Table(delimiter, cells, sum(not _is_number(cell) for cell in cells) > 1)


def _open(path: Path) -> Any:  # noqa: ANN401 (a text file of either kind)
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _label_position(path: Path, table: _Table, label_column: str | None) -> int:
    names = [cell.lower() for cell in table.first] if table.has_header else []
    if label_column is None:
        found = [names.index(name) for name in _LABEL_NAMES if name in names]
        words = [i for i, cell in enumerate(table.first) if not _is_number(cell)]
        if found:
            return found[0]
        if len(words) == 1:
            return words[0]
    elif label_column.lower() in names:
        return names.index(label_column.lower())
    elif label_column.isdecimal() and 1 <= int(label_column) <= len(table.first):
        return int(label_column) - 1
    raise OptionError(_label_message(path, table, label_column))


def _label_message(path: Path, table: _Table, label_column: str | None) -> str:
    count = len(table.first)
    if label_column is None:
        return (
            f"{quoted(path)} doesn't say which of its {count} columns holds the label. Expected "
            f"--label-column with its name or number: 1 for the first, {count} for the last"
        )
    hint = did_you_mean(label_column, table.first) if table.has_header else ""
    return (
        f"--label-column must be the name of a column of {quoted(path)} or a number from 1 to "
        f"{count}. Received: {label_column!r}{hint}"
    )


def _image_shape(path: Path, pixels: int, size: tuple[int, int] | None) -> tuple[int, int, int]:
    """Return the (height, width, channels) that so many pixels make: grey, or else RGB."""
    for channels in (1, 3):
        height, width = size or (isqrt(pixels // channels),) * 2
        if height * width * channels == pixels:
            return height, width, channels
    wanted = f"{size[0]}×{size[1]} images" if size else "square images (or give --image-size)"
    message = (
        f"the lines of {quoted(path)} must hold {wanted}, grey or RGB. Received: {pixels} pixels"
    )
    raise InputError(message)


def _load(path: Path, table: _Table, dtype: type, columns: list[int]) -> Array:
    try:
        with warnings.catch_warnings(), _open(path) as file:
            warnings.simplefilter("ignore")  # a file without lines is an error below
            # Lines are checked where the pixels are read, before the labels.
            lines = file if dtype is np.str_ else _checked_lines(path, file, table)
            array: Array = np.loadtxt(
                lines,
                dtype,
                comments=None,
                delimiter=table.delimiter,
                skiprows=int(table.has_header),
                usecols=columns,
                ndmin=2,
                quotechar='"',
            )
    except (ValueError, OSError, EOFError, zlib.error) as error:
        message = f"{quoted(path)} can't be read: {printable(str(error).rstrip('.'))}"
        raise InputError(_strange_pixel(path, table, columns) or message) from error
    if not array.size:
        message = f"{quoted(path)} must hold at least one sample. Received: a header alone"
        raise InputError(message)
    return array


def _checked_lines(path: Path, file: Iterable[str], table: _Table) -> Iterator[str]:
    """Yield a file's lines, each found to have as many cells as the first."""
    for number, line in enumerate(file, 1):
        cells = line.count(table.delimiter) + 1
        # A label in quotes may hold the delimiter: then it is NumPy that tells the cells apart.
        if cells != len(table.first) and line.strip() and '"' not in line:
            message = (
                f"line {number:,} of {quoted(path)} must hold {len(table.first)} cells, as the "
                f"first does. Received: {cells}"
            )
            raise InputError(message)
        yield line


def _strange_pixel(path: Path, table: _Table, columns: list[int]) -> str:
    """Return a message on the first pixel that is no number; empty where each is one."""
    with suppress(ValueError, OSError, EOFError, zlib.error, csv.Error), _open(path) as file:
        for number, cells in enumerate(csv.reader(file, delimiter=table.delimiter), 1):
            for column in columns if number > table.has_header else []:
                if column < len(cells) and not _is_number(cells[column]):
                    return (
                        f"line {number:,}, column {column + 1} of {quoted(path)} must be a number. "
                        f"Received: {quoted(cells[column])}"
                    )
    return ""


def _numbers_if_all_are(names: Array) -> Array:
    return names.astype(np.float64) if all(map(_is_number, names)) else names
