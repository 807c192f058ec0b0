"""Writing a file whole or not at all, and matrices as .csv and .npy."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from cnncalc.errors import OutputError
from cnncalc.files.paths import did_you_mean, quoted, reason
from cnncalc.files.unfinished import RememberingFile, unfinished_file

__all__ = [
    "check_output",
    "csv_lines",
    "output_ending",
    "write_atomically",
    "write_npy",
]


def output_ending(path: Path, endings: Sequence[str]) -> str:
    """Return a file's ending in small letters, where it is one of those that can be written.

    Raises OutputError that lists the `endings` and the nearest one.

    >>> output_ending(Path("result.PNG"), [".csv", ".png"])
    '.png'
    """
    ending = path.suffix.lower()
    if ending not in endings:
        message = (
            f"the output file {quoted(path)} must end in one of {', '.join(endings)}."
            f"{did_you_mean(ending, endings)}"
        )
        raise OutputError(message)
    return ending


def check_output(path: Path, *, force: bool = False) -> None:
    """Check that a file can be written, before anything long is computed for it.

    Arguments: `path`; `force`, whether an existing file may be replaced.
    Raises OutputError for a folder, an existing file, or a folder that is missing or read-only.
    """
    try:
        _check_target(path, force)
        _check_folder(path.resolve().parent)
    except (OSError, ValueError, RuntimeError) as error:
        raise _unwritable(path, error) from error


def _check_target(path: Path, force: bool) -> None:
    if path.is_dir():
        message = f"the output file {quoted(path)} is a folder. Expected a file's name"
    elif path.exists() and not path.is_file():
        message = f"the output file {quoted(path)} is a pipe or a device. Expected a file's name"
    elif path.exists() and not force:
        message = f"the output file {quoted(path)} exists: name another, or add --force"
    else:
        return
    raise OutputError(message)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        message = f"there is no folder {quoted(folder)} to write to"
    elif not os.access(folder, os.W_OK | os.X_OK):
        message = f"the folder {quoted(folder)} can't be written to"
    else:
        return
    raise OutputError(message)


@contextmanager
def write_atomically(path: Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Write a file that appears whole, or not at all where writing fails or is interrupted.

    Arguments: `path`; `force`, whether an existing file may be replaced.
    Yields a binary file to write to; it takes the path's place when the block ends well.
    Raises OutputError where the file can't be written, or exists and `force` is not set.
    """
    check_output(path, force=force)
    # The file that a link points to is replaced, not the link.
    target = path.resolve()
    try:
        with unfinished_file(target) as unfinished:
            raw = RememberingFile(unfinished, "r+")
            with io.BufferedRandom(raw) as file:
                yield file
                file.flush()
                raw.finish()
            check_output(path, force=force)
            unfinished.replace(target)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: Exception) -> OutputError:
    return OutputError(f"the output file {quoted(path)} can't be written: {reason(error)}")


def csv_lines(values: npt.NDArray[Any]) -> Iterator[str]:
    r"""Yield a matrix as lines of CSV, each number in the shortest form that reads back the same.

    Arguments: `values` (height, width) or (height, width, channels); channels are separated by an
    empty line.

    >>> list(csv_lines(np.array([[1.0, -0.0], [0.1, 1e300]])))
    ['1,0\n', '0.1,1e+300\n']
    """
    volume = np.atleast_3d(values)
    for channel in range(volume.shape[2]):
        if channel:
            yield "\n"
        for row in volume[:, :, channel]:
            yield ",".join(_shortest(number) for number in row.tolist()) + "\n"


def _shortest(number: float) -> str:
    # Adding zero turns -0.0 into 0.0.
    return repr(float(number) + 0.0).removesuffix(".0")


def write_npy(file: BinaryIO, values: npt.NDArray[Any]) -> None:
    """Write an array of any shape in NumPy's .npy format."""
    np.save(file, values, allow_pickle=False)
