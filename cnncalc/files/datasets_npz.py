"""Data sets in NumPy archives with Keras's names: x_train, y_train, x_test, y_test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cnncalc.errors import InputError
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.npz_members import member_names, read_members
from cnncalc.files.paths import printable, quoted
from cnncalc.training.classes import OutputOf

__all__ = ["read_npz"]

_NAMES = {"training": "train", "validation": "val", "test": "test"}


def read_npz(
    path: Path, output_of: OutputOf = lambda shape: None, *, judged: bool = False
) -> LabelledData:
    """Read an .npz archive of x_train and y_train, and x_val, y_val, x_test, y_test if there.

    Arguments: its `path`; what tells the classes of the network that is to take the images, if
    there is one; `judged`, whether the data is not to be learnt from, so that x_train and y_train
    may be missing.
    Raises InputError where it can't be read, lacks an array, or an array can't be used.
    """
    names = member_names(path)
    parts = {part: name for part, name in _NAMES.items() if f"x_{name}" in names}
    _require_names(path, names, judged=judged and bool(parts))
    arrays = read_members(path, [f"{axis}_{name}" for name in parts.values() for axis in "xy"])
    pairs = {
        part: LabelledArrays(arrays[f"x_{name}"], arrays[f"y_{name}"])
        for part, name in parts.items()
    }
    return replace(from_arrays(quoted(path), pairs, output_of), files=(path,))


def _require_names(path: Path, names: list[str], *, judged: bool) -> None:
    for name in _NAMES.values():
        here = [prefix + name for prefix in ("x_", "y_") if prefix + name in names]
        if len(here) == 1 or (name == "train" and not here and not judged):
            message = (
                f"{quoted(path)} must hold x_{name} and y_{name}. "
                f"Received: {', '.join(map(printable, names)) or 'nothing'}"
            )
            raise InputError(message)
