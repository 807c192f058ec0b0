"""Kernels as users give them: written out, by name, or in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError, NotationError, ShapeError
from cnncalc.files.grids import read_npy, read_text_grid
from cnncalc.files.numerals import parse_fraction
from cnncalc.files.paths import check_readable, did_you_mean, printable, quoted
from cnncalc.files.pixels import Values, pixel_values
from cnncalc.files.spreadsheet_places import (
    WORKBOOK_ENDINGS,
    WorkbookReference,
    parse_reference,
    refuse_other_spreadsheets,
)
from cnncalc.wording import size_text

__all__ = [
    "KERNEL_ENDINGS",
    "NAMED_KERNELS",
    "Kernel",
    "kernel_file",
    "read_kernels",
    "stack_kernels",
]

NAMED_KERNELS: Mapping[str, str] = {
    "identity": "0 0 0; 0 1 0; 0 0 0",
    "blur": "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9",
    "gaussian": "1/16 2/16 1/16; 2/16 4/16 2/16; 1/16 2/16 1/16",
    "gaussian-5": (
        "1/256 4/256 6/256 4/256 1/256;"
        "4/256 16/256 24/256 16/256 4/256;"
        "6/256 24/256 36/256 24/256 6/256;"
        "4/256 16/256 24/256 16/256 4/256;"
        "1/256 4/256 6/256 4/256 1/256"
    ),
    "sharpen": "0 -1 0; -1 5 -1; 0 -1 0",
    "unsharp": (
        "-1/256 -4/256 -6/256 -4/256 -1/256;"
        "-4/256 -16/256 -24/256 -16/256 -4/256;"
        "-6/256 -24/256 476/256 -24/256 -6/256;"
        "-4/256 -16/256 -24/256 -16/256 -4/256;"
        "-1/256 -4/256 -6/256 -4/256 -1/256"
    ),
    "edge": "-1 -1 -1; -1 8 -1; -1 -1 -1",
    "outline": "-1 -1 -1; -1 8 -1; -1 -1 -1",
    "laplacian": "0 1 0; 1 -4 1; 0 1 0",
    "sobel-x": "-1 0 1; -2 0 2; -1 0 1",
    "sobel-y": "-1 -2 -1; 0 0 0; 1 2 1",
    "prewitt-x": "-1 0 1; -1 0 1; -1 0 1",
    "prewitt-y": "-1 -1 -1; 0 0 0; 1 1 1",
    "scharr-x": "-3 0 3; -10 0 10; -3 0 3",
    "scharr-y": "-3 -10 -3; 0 0 0; 3 10 3",
    "emboss": "-2 -1 0; -1 1 1; 0 1 2",
}


KERNEL_ENDINGS = (".csv", ".tsv", ".npy", *WORKBOOK_ENDINGS)

_NAME = re.compile(r"[^\W\d_][^\s,;|]*")

_BETWEEN_ROWS = re.compile(r"\s*[;\n]\s*")

_BETWEEN_NUMBERS = re.compile(r"\s*,\s*|\s+")

_SHORT = "Expected rows separated by ; such as '1 0 1; 0 1 0; 1 0 1'"


@dataclass(frozen=True, eq=False)
class Kernel:
    """The weights of one filter: `values` is a read-only array (height, width, channels).

    `sheet` and `cell_range` say where in a workbook they stand, `description` says it in one line,
    or how a text file's numbers were read where that is in doubt; other kernels have none. What a
    workbook of cnncalc's own holds needs no range.
    """

    name: str
    values: Values
    description: str = ""
    sheet: str | None = None
    cell_range: str | None = None

    @property
    def size(self) -> str:
        """Its size for a message: 3×3, or 5×5×3 where it is deep."""
        return size_text(self.values.shape)


def read_kernels(notation: str, image: WorkbookReference | None = None) -> tuple[Kernel, ...]:
    """Read what a user gives as a kernel.

    Arguments: `notation`, one of
    - rows separated by ; or line ends, their numbers (or fractions, 1/9) by spaces or commas, and
      depth slices by |;
    - a name, such as "sobel-x";
    - "@FILE": a .csv or .tsv (an empty line between slices); a .npy of shape (height, width),
      (height, width, channels), or Keras's (height, width, channels, filters); an .xlsx, whose
      name !SHEET and !RANGE may follow, as `parse_reference` has them;
    and `image`, the workbook and sheet that the image comes from: in the same workbook a kernel
    without a sheet stands on that one.
    Returns one kernel, or each filter of a four-dimensional .npy file.
    Raises NotationError for a text that is no kernel, InputError for a file that holds none.

    >>> read_kernels("1 0; 0 1 | 2 0; 0 2")[0].values.shape
    (2, 2, 2)
    """
    text = notation.strip()
    if text.startswith("@"):
        return _from_file(text[1:], image)
    if _NAME.fullmatch(text):
        return (Kernel(*_by_name(text)),)
    return (Kernel(printable(text), _parse(text)),)


def kernel_file(notation: str) -> Path | None:
    """Return the file that a kernel is read from; None for one that is written out, or named.

    >>> kernel_file("@kernels/edge.xlsx!Sheet1").name, kernel_file("edge")
    ('edge.xlsx', None)
    """
    text = notation.strip()
    if not text.startswith("@"):
        return None
    reference = parse_reference(text[1:])
    return Path(text[1:]) if reference is None else reference.path


def _by_name(text: str) -> tuple[str, Values]:
    """Return a named kernel; capitals and underscores don't matter."""
    name = text.lower().replace("_", "-")
    if name in NAMED_KERNELS:
        return name, _parse(NAMED_KERNELS[name])
    if Path(text).suffix.lower() in KERNEL_ENDINGS:
        message = f"there is no kernel {quoted(text)}. To read it from a file, write '@{text}'"
    else:
        message = (
            f"there is no kernel {quoted(text)}.{did_you_mean(name, NAMED_KERNELS)} "
            f"Expected numbers, @FILE, or one of {', '.join(NAMED_KERNELS)}"
        )
    raise NotationError(message)


def _parse(text: str) -> Values:
    """Parse a kernel that is written out, into (height, width, channels)."""
    slices = [_parse_slice(part, text) for part in text.split("|")]
    height, width = len(slices[0]), len(slices[0][0])
    for i, rows in enumerate(slices, start=1):
        if (len(rows), len(rows[0])) != (height, width):
            message = (
                f"every slice of a kernel must have one size. Received: {height}×{width} first, "
                f"{len(rows)}×{len(rows[0])} as slice {i} of {quoted(text)}"
            )
            raise NotationError(message)
    return pixel_values(np.stack([np.array(rows) for rows in slices], axis=-1))


def _parse_slice(part: str, text: str) -> list[list[float]]:
    lines = _BETWEEN_ROWS.split(part.strip())
    rows = [_parse_row(line, i, text) for i, line in enumerate(lines, start=1)]
    for i, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            message = (
                f"every row of a kernel must hold as many numbers. Received: {len(rows[0])} in "
                f"row 1, {len(row)} in row {i} of {quoted(text)}"
            )
            raise NotationError(message)
    return rows


def _parse_row(row: str, number: int, text: str) -> list[float]:
    if not row:
        message = f"row {number} of the kernel {quoted(text)} is empty. {_SHORT}"
        raise NotationError(message)
    try:
        return [parse_fraction(cell) for cell in _BETWEEN_NUMBERS.split(row)]
    except ValueError as error:
        message = f"row {number} of the kernel {quoted(text)}: {error}. {_SHORT}"
        raise NotationError(message) from error


def _from_file(reference: str, image: WorkbookReference | None) -> tuple[Kernel, ...]:
    """Read the kernel, or the filters, of a file."""
    if not reference:
        message = "expected a file's name after @. Received: '@'"
        raise NotationError(message)
    workbook = parse_reference(reference)
    if workbook is not None:
        return (_from_workbook(workbook, image),)
    path = Path(reference)
    name, ending = printable(path.name), path.suffix.lower()
    if ending == ".npy":
        return _from_npy(path, name)
    if ending in KERNEL_ENDINGS:
        notes: list[str] = []
        values = read_text_grid(path, parse_fraction, notes.append)
        return (Kernel(name, values, ", ".join((name, *notes)) if notes else ""),)
    check_readable(path)
    refuse_other_spreadsheets(path)
    message = (
        f"a kernel's file must end in one of {', '.join(KERNEL_ENDINGS)}."
        f"{did_you_mean(ending, KERNEL_ENDINGS)} Received: {quoted(path)}"
    )
    raise InputError(message)


def _from_workbook(kernel: WorkbookReference, image: WorkbookReference | None) -> Kernel:
    # zipfile and expat take longer to load than a small grid takes to convolve.
    from cnncalc.files.sheet_blocks import read_block  # noqa: PLC0415 (where needed)

    sheet = kernel.sheet
    if sheet is None and image is not None and _is_same(kernel.path, image.path):
        sheet = image.sheet
    block = read_block(kernel.path, sheet, kernel.cell_range)
    name = printable(kernel.path.name)
    return Kernel(name, block.values, f"{name}: {block.description}", block.sheet, block.cell_range)


def _is_same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _from_npy(path: Path, name: str) -> tuple[Kernel, ...]:
    values = read_npy(path, (2, 3, 4))
    if values.ndim < 4:
        return (Kernel(name, pixel_values(values)),)
    return tuple(
        Kernel(f"{name} filter {i}", pixel_values(values[..., i - 1]))
        for i in range(1, values.shape[3] + 1)
    )


def stack_kernels(kernels: Sequence[Kernel], channels: int) -> Values:
    """Stack kernels into the one array that a convolution takes.

    Arguments: the `kernels`, one at least; the `channels` of the input.
    Returns a read-only array (height, width, channels, filters), as Keras orders it.
    Raises ShapeError where the kernels' sizes differ, or their depth is not the input's.

    >>> stack_kernels(read_kernels("sobel-x") + read_kernels("sobel-y"), channels=1).shape
    (3, 3, 1, 2)
    """
    first = kernels[0]
    for kernel in kernels:
        if kernel.values.shape[2] != channels:
            message = (
                f"a kernel must be as deep as the input, which has {channels} "
                f"{'channel' if channels == 1 else 'channels'}. Received: {quoted(kernel.name)}, "
                f"{kernel.values.shape[2]} deep"
            )
            raise ShapeError(message)
        if kernel.values.shape != first.values.shape:
            message = (
                f"all kernels must have one size. Received: {quoted(first.name)}, {first.size}, "
                f"and {quoted(kernel.name)}, {kernel.size}"
            )
            raise ShapeError(message)
    stack = np.stack([kernel.values for kernel in kernels], axis=-1)
    stack.flags.writeable = False
    return stack
