"""Data sets as text: one sample a line, its pixels row by row and its label in one column."""

from __future__ import annotations

import gzip
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from math import isqrt
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from cnncalc.errors import InputError, OptionError
from cnncalc.files.delimited import CellNumbers, Record, encoding_of, is_blank, records
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.numerals import parse_number
from cnncalc.files.paths import check_readable, did_you_mean, printable, quoted
from cnncalc.ops.arrays import Array
from cnncalc.training.metrics import OutputOf

__all__ = ["read_labelled_csv"]

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
    shape = _image_shape(path, len(table.first) - 1, image_size)
    notes: list[str] = []
    numbers, labels = _load(path, table, column, notes)
    classes: Array = np.char.strip(np.array(labels))
    if all(map(_is_number, classes)):
        classes = classes.astype(np.float64)
    arrays = LabelledArrays(numbers.reshape(-1, *shape), classes)
    data = replace(from_arrays(quoted(path), {"training": arrays}, output_of), files=(path,))
    if image_size is None and shape[2] == 3:
        notes.append(_guess_note(path, shape))
    return replace(data, notes=(*data.notes, *notes))


def _guess_note(path: Path, shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    pixels = height * width * channels
    return (
        f"the {pixels:,} pixels a line of {quoted(path)} are taken as {height}×{width} images in "
        "RGB, value beside value; --image-size says the size of others"
    )


class _Table(NamedTuple):
    """How a file is written: its separator, its first record's cells, whether that is a header."""

    separator: str
    first: list[str]
    has_header: bool


def _describe(path: Path) -> _Table:
    with _readable(path), _open(path) as file:
        separator, found = records(file, quoted(path))
        record = next((record for record in found if not is_blank(record.cells)), None)
    cells = [] if record is None else [cell.strip() for cell in record.cells]
    if len(cells) < 2:
        message = (
            f"{quoted(path)} must hold a label and pixels in each line, separated by commas. "
            f"Received: {quoted(separator.join(cells))}"
        )
        raise InputError(message)
    # A label may be a word; more words than that name the columns.
    return _Table(separator, cells, sum(not _is_number(cell) for cell in cells) > 1)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what reading a file as text raises into an InputError."""
    try:
        yield
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        message = f"{quoted(path)} can't be read as text: {printable(str(error))}"
        raise InputError(message) from error


def _open(path: Path) -> IO[str]:
    opened: Callable[..., Any] = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rb") as file:
        encoding = encoding_of(file.read(2))
    text: IO[str] = opened(path, "rt", encoding=encoding)
    return text


def _is_number(text: str) -> bool:
    """Tell whether a cell holds a number, its decimals written with a point or a comma."""
    try:
        float(text.replace(",", "."))
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


def _load(path: Path, table: _Table, column: int, notes: list[str]) -> tuple[Array, list[str]]:
    """Return the pixels (samples, pixels) and the labels, which stand in a column.

    What is to be said of how they were read is added to the `notes`.
    """
    labels: list[str] = []
    with _readable(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a file without lines is an error below
        lines = _pixel_lines(path, table, column, labels, notes)
        try:
            array: Array = np.loadtxt(lines, np.float64, comments=None, delimiter=",", ndmin=2)
        except ValueError as error:
            for _ in _pixel_lines(path, table, column, labels, notes, looks_at_all=True):
                pass  # the line of a cell that is no number raises an error that names it
            message = f"{quoted(path)} can't be read: {printable(str(error).rstrip('.'))}"
            raise InputError(message) from error
    if not array.size:
        message = f"{quoted(path)} must hold at least one sample. Received: a header alone"
        raise InputError(message)
    return array, labels


def _pixel_lines(
    path: Path,
    table: _Table,
    column: int,
    labels: list[str],
    notes: list[str],
    *,
    looks_at_all: bool = False,
) -> Iterator[str]:
    """Yield each sample's pixels, separated by commas, and add its label to the others.

    How decimals were read is added to the `notes`, where there is a doubt.
    """
    numbers = CellNumbers(parse_number, table.separator, quoted(path))
    with _open(path) as file:
        for record in _samples(path, file, table):
            labels.append(record.cells[column])
            cells = record.cells[:column] + record.cells[column + 1 :]
            line = ",".join(cells)
            # NumPy reads faster, but with nothing but points in decimals.
            has_commas = line.count(",") >= len(cells)
            if looks_at_all or has_commas or (table.separator == ";" and "." in line):
                line = ",".join(map(repr, numbers.read(record, column)))
            yield line
    doubt = numbers.check()
    if doubt is not None:
        notes.append(f"{quoted(path)}: {doubt}")


def _samples(path: Path, file: Iterable[str], table: _Table) -> Iterator[Record]:
    """Yield the record of each sample, which has as many cells as the first."""
    _, found = records(file, quoted(path))
    filled = (record for record in found if not is_blank(record.cells))
    for record in islice(filled, int(table.has_header), None):
        if len(record.cells) != len(table.first):
            message = (
                f"line {record.line:,} of {quoted(path)} must hold {len(table.first)} cells, as "
                f"the first does. Received: {len(record.cells)}"
            )
            raise InputError(message)
        yield record
