"""Data sets in NumPy archives with Keras's names: x_train, y_train, x_test, y_test."""

from __future__ import annotations

import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.paths import check_readable, printable, quoted

__all__ = ["read_npz"]

_NAMES = {"training": "train", "validation": "val", "test": "test"}


# What a damaged archive may raise, or one that is encrypted or larger than memory.
_ERRORS = (ValueError, OSError, EOFError, RuntimeError, MemoryError, BadZipFile, zlib.error)


def read_npz(path: Path) -> LabelledData:
    """Read an .npz archive of x_train and y_train, and x_val, y_val, x_test, y_test if there.

    Raises InputError where it can't be read, lacks an array, or an array can't be used.
    """
    check_readable(path)
    try:
        with path.open("rb") as file:
            arrays = _arrays(path, np.load(file, allow_pickle=False))
    except _ERRORS as error:
        message = f"{quoted(path)} can't be read as an .npz archive of numbers: {_why(error)}"
        raise InputError(message) from error
    return from_arrays(quoted(path), arrays)


def _why(error: Exception) -> str:
    # NumPy's own words would have the user load what is no zip as Python objects, all the same.
    if "pickle" in str(error):
        return "it is no zip, or holds Python objects, which are never loaded"
    return printable(str(error))


def _arrays(path: Path, archive: object) -> dict[str, LabelledArrays]:
    if not isinstance(archive, np.lib.npyio.NpzFile):
        message = "it holds one array without a name"
        raise ValueError(message)
    _require_names(path, archive.files)
    return {
        part: LabelledArrays(archive[f"x_{name}"], archive[f"y_{name}"])
        for part, name in _NAMES.items()
        if f"x_{name}" in archive.files
    }


def _require_names(path: Path, names: list[str]) -> None:
    for name in _NAMES.values():
        here = [prefix + name for prefix in ("x_", "y_") if prefix + name in names]
        if len(here) == 1 or (name == "train" and not here):
            message = (
                f"{quoted(path)} must hold x_{name} and y_{name}. "
                f"Received: {', '.join(map(printable, names)) or 'nothing'}"
            )
            raise InputError(message)
