"""The arrays in an .npz archive, each found to be one before any memory is given to it."""

from __future__ import annotations

import math
import warnings
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from cnncalc.errors import InputError
from cnncalc.files.paths import check_readable, printable, quoted, reason
from cnncalc.ops.arrays import Array

__all__ = ["member_names", "read_members"]

ENDING = ".npy"
AT_ONCE = 2**24


def member_names(path: Path) -> list[str]:
    """Return what the arrays in an .npz archive are called.

    Raises InputError where the file can't be read as a zip.
    """
    check_readable(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(ENDING) for name in archive.namelist()]
    except Exception as error:  # damaged zips raise anything
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    why = "it is no zip" if isinstance(error, zipfile.BadZipFile) else reason(error)
    return InputError(f"{quoted(path)} can't be read as an .npz archive of arrays: {why}")


def read_members(path: Path, names: list[str]) -> dict[str, Array]:
    """Read some arrays of an .npz archive; nothing in it is unpickled.

    Arguments: the `path`; the `names` of the arrays, as `member_names` has them.
    Returns the arrays by name, in the order of their axes and the bytes of this machine.
    Raises InputError that names the member where one is no array, holds Python objects, is
    damaged or cut.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: _member(path, archive, name) for name in names}
    except InputError:
        raise
    except Exception as error:
        raise _unreadable(path, error) from error


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> Array:
    # As NumPy does: what has the ending, or else what is called just so.
    full = name + ENDING if name + ENDING in archive.namelist() else name
    try:
        with archive.open(full) as file:
            return _array(file, archive.getinfo(full).file_size)
    except InputError as error:
        message = f"{quoted(path)}, member {quoted(name)}: {error}"
    except MemoryError:
        message = f"{quoted(path)}, member {quoted(name)} is larger than memory"
    # Damaged zips raise anything, and so do damaged headers, which NumPy parses as Python.
    except Exception as error:
        why = f": {printable(str(error))}" if isinstance(error, RuntimeError) else ""
        message = f"{quoted(path)}, member {quoted(name)} is damaged{why}"
    raise InputError(message)


def _array(file: IO[bytes], size: int) -> Array:
    """Read an array as np.lib.format does, after its header was found to claim what is there."""
    if file.read(len(np.lib.format.MAGIC_PREFIX)) != np.lib.format.MAGIC_PREFIX:
        message = "it is no array that NumPy saved"
        raise InputError(message)
    shape, fortran_order, dtype = _header(file)
    if dtype.hasobject:
        message = "it holds Python objects, which are never loaded. Expected an array of numbers"
        raise InputError(message)
    claimed, there = math.prod(shape) * dtype.itemsize, size - file.tell()
    if claimed != there:
        message = f"its header claims {claimed:,} bytes. Received: {there:,}"
        raise InputError(message)
    array = np.empty(math.prod(shape), dtype)
    if claimed:
        _fill(file, array.view(np.uint8))
    array = array.reshape(shape[::-1]).transpose() if fortran_order else array.reshape(shape)
    return np.ascontiguousarray(array.astype(dtype.newbyteorder("="), copy=False))


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = (*file.read(2),)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        message = f"it is of version {'.'.join(map(str, version))}. Expected 1.0 or 2.0"
        raise InputError(message)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers that Python 2 wrote
        shape, fortran_order, dtype = readers[version](file)
    if any(size < 0 for size in shape):
        message = f"its header claims the shape {shape}"
        raise InputError(message)
    return shape, fortran_order, dtype


def _fill(file: IO[bytes], memory: NDArray[np.uint8]) -> None:
    """Read an array's bytes piece by piece: what is only claimed to be there takes no memory."""
    for start in range(0, memory.size, AT_ONCE):
        piece = file.read(min(AT_ONCE, memory.size - start))
        # Too short a piece is a ValueError: the file is cut.
        memory[start : start + AT_ONCE] = np.frombuffer(piece, np.uint8)
