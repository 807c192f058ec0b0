"""Data sets in NumPy archives with Keras's names: x_train, y_train, x_test, y_test."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.paths import check_readable, printable, quoted

__all__ = ["read_npz"]

_NAMES = {"training": "train", "validation": "val", "test": "test"}


def read_npz(path: Path) -> LabelledData:
    """Read an .npz archive of x_train and y_train, and x_val, y_val, x_test, y_test if there.

    Raises InputError where it can't be read, lacks an array, or an array can't be used.
    """
    check_readable(path)
    try:
        with path.open("rb") as file:
            arrays = _arrays(path, np.load(file, allow_pickle=False))
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        message = (
            f"{quoted(path)} can't be read as an .npz archive of numbers: {printable(str(error))}"
        )
        raise InputError(message) from error
    return from_arrays(quoted(path), arrays)


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
                f"Received: {', '.join(names) or 'nothing'}"
            )
            raise InputError(message)
