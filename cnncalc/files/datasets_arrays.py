"""Data sets as arrays: in MNIST's IDX files, in .npz archives, and the digits of cnncalc's own.

Source of the IDX format: http://yann.lecun.com/exdb/mnist/
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import replace
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from cnncalc.errors import InputError
from cnncalc.files.labelled import LabelledArrays, LabelledData, from_arrays
from cnncalc.files.npz_members import member_names, read_members
from cnncalc.files.paths import check_readable, printable, quoted
from cnncalc.ops.arrays import Array
from cnncalc.training.dataset import make_dataset
from cnncalc.training.metrics import OutputOf

__all__ = [
    "DARKEST",
    "find_idx_images",
    "is_idx_images",
    "read_digits",
    "read_idx",
    "read_idx_array",
    "read_npz",
]

_IMAGES = re.compile(r"images[.-]idx\d", re.IGNORECASE)
_PACKED = ".gz"
AT_ONCE = 2**24
_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

# What the parts are called in an .npz archive.
_PART_NAMES = {"training": "train", "validation": "val", "test": "test"}

# Of the digits: the largest value, how many are to test with, and how far apart those stand in the
# file that follow each other here.
DARKEST = 16
TEST = 360
SCATTER = 1000


def is_idx_images(path: Path) -> bool:
    """Say whether a file is named as MNIST's images are, such as train-images-idx3-ubyte.gz.

    >>> is_idx_images(Path("t10k-images-idx3-ubyte")), is_idx_images(Path("images.csv"))
    (True, False)
    """
    return _IMAGES.search(path.name) is not None


def find_idx_images(folder: Path) -> list[Path]:
    """Return a folder's files that are named as MNIST's images are, sorted.

    A .gz file beside what it was unpacked to is the same file, and is not named again.
    """
    found = {path for path in folder.iterdir() if is_idx_images(path) and path.is_file()}
    return sorted(path for path in found if _unpacked(path) not in found - {path})


def _unpacked(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_PACKED))


def read_idx(files: list[Path], output_of: OutputOf = lambda shape: None) -> LabelledData:
    """Read files of images, each with the labels beside it.

    Arguments: `files` of images; a name with "t10k" or "test" marks the test part, where there
    is more than one; images-idx3 has its labels in labels-idx1, compressed or not; what tells the
    classes of the network that is to take the images, if there is one.
    Raises InputError where a file is missing, damaged, or can't be told from another.
    """
    parts: dict[str, LabelledArrays] = {}
    read: list[Path] = []
    for path in files:
        test = len(files) > 1 and re.search("t10k|test", path.name, re.IGNORECASE)
        part = "test" if test else "training"
        if part in parts:
            names = ", ".join(quoted(file.name) for file in files)
            message = (
                f"{quoted(path.parent)} must hold one file of images to train on, and perhaps "
                f"one to test with. Received: {names}"
            )
            raise InputError(message)
        pair = (path, _labels_of(path))
        parts[part] = LabelledArrays(*map(read_idx_array, pair))
        read += pair
    source = quoted(files[0] if len(files) == 1 else files[0].parent)
    return replace(from_arrays(source, parts, output_of), files=tuple(read))


def _labels_of(images: Path) -> Path:
    name = re.sub("images", "labels", images.name, flags=re.IGNORECASE)
    labels = images.with_name(re.sub(r"idx\d", "idx1", name))
    packed = labels.with_name(_unpacked(labels).name + _PACKED)
    for path in (labels, _unpacked(labels), packed):
        if path.exists():
            return path
    message = f"the labels of {quoted(images)} must stand beside it. Expected {quoted(labels)}"
    raise InputError(message)


def read_idx_array(path: Path) -> Array:
    """Read one IDX file, compressed or not, as its header describes it.

    Raises InputError where it is no such file, or holds more or fewer numbers than it says.
    """
    check_readable(path)
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not compressed:
                return _parse(path, file)
            with gzip.GzipFile(fileobj=file) as unpacked:
                return _parse(path, cast(BinaryIO, unpacked))
    except (OSError, EOFError, zlib.error) as error:
        message = f"{quoted(path)} is damaged: {printable(str(error))}"
        raise InputError(message) from error


def _parse(path: Path, file: BinaryIO) -> Array:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES or not 1 <= magic[3] <= 4:
        message = f"{quoted(path)} is no IDX file. Received: it begins with {magic.hex(' ')}"
        raise InputError(message)
    header = file.read(4 * magic[3])
    if len(header) < 4 * magic[3]:
        message = (
            f"{quoted(path)} is cut within its header, which must have {4 + 4 * magic[3]} bytes. "
            f"Received: {4 + len(header)}"
        )
        raise InputError(message)
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4"))
    numbers = np.dtype(_TYPES[magic[2]])
    content = _read_at_most(file, prod(shape) * numbers.itemsize)
    if content is None or len(content) != prod(shape) * numbers.itemsize:
        found = "more" if content is None else f"{len(content) / numbers.itemsize:,g}"
        message = (
            f"{quoted(path)} must hold {'×'.join(map(str, shape))} numbers, as its header says. "
            f"Received: {found}"
        )
        raise InputError(message)
    return np.frombuffer(content, numbers).reshape(shape).astype(numbers.newbyteorder("="))


def _read_at_most(file: BinaryIO, size: int) -> bytes | None:
    """Return what is left of a file, None where it is more than so many bytes.

    Piece by piece: a damaged header may promise anything, and a small .gz hold very much.
    """
    pieces = []
    while piece := file.read(AT_ONCE):
        pieces.append(piece)
        size -= len(piece)
        if size < 0:
            return None
    return b"".join(pieces)


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
    parts = {part: name for part, name in _PART_NAMES.items() if f"x_{name}" in names}
    _require_names(path, names, judged=judged and bool(parts))
    arrays = read_members(path, [f"{axis}_{name}" for name in parts.values() for axis in "xy"])
    pairs = {
        part: LabelledArrays(arrays[f"x_{name}"], arrays[f"y_{name}"])
        for part, name in parts.items()
    }
    return replace(from_arrays(quoted(path), pairs, output_of), files=(path,))


def _require_names(path: Path, names: list[str], *, judged: bool) -> None:
    for name in _PART_NAMES.values():
        here = [prefix + name for prefix in ("x_", "y_") if prefix + name in names]
        if len(here) == 1 or (name == "train" and not here and not judged):
            message = (
                f"{quoted(path)} must hold x_{name} and y_{name}. "
                f"Received: {', '.join(map(printable, names)) or 'nothing'}"
            )
            raise InputError(message)


def read_digits() -> LabelledData:
    """Read the UCI optical digits: 1,797 of (8, 8, 1), from 0 for white to 16 for black.

    The last 360 are to test with. In the file they stand writer after writer; here the thousandth
    one follows each, so that every part has digits of every writer.
    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
    Learning Repository, 1998, CC BY 4.0, https://doi.org/10.24432/C50P49

    >>> digits = read_digits()
    >>> len(digits.training), len(digits.test), digits.training.input_shape
    (1437, 360, (8, 8, 1))
    """
    content = files("cnncalc").joinpath("data/digits.csv.gz").read_bytes()
    table = np.loadtxt(gzip.decompress(content).decode().splitlines(), np.uint8, delimiter=",")
    images = table[:, :-1].reshape(-1, 8, 8, 1)
    dataset = make_dataset(images, table[:, -1], [str(digit) for digit in range(10)])
    scattered = np.arange(len(dataset)) * SCATTER % len(dataset)
    return LabelledData(
        training=dataset.part(scattered[:-TEST]),
        test=dataset.part(scattered[-TEST:]),
        largest=DARKEST,
    )
