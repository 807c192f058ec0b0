"""An entry of the photo cache: a file of pixels, and beside it what they are.

Nobody looks into a cache: what is damaged there would be learnt from unseen. So each entry is
checked when it is opened, by a CRC-32 of each photo. That takes a thirtieth of the time that
decoding takes, where a cryptographic digest takes a sixth; none is needed against accidents.
"""

from __future__ import annotations

import hashlib
import json
import math
import mmap
import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnncalc.ops.arrays import Array

__all__ = [
    "CONTENTS",
    "IMAGES",
    "Contents",
    "DamagedEntryError",
    "MappedImages",
    "checksum",
    "read_entry",
    "sealed",
    "write_contents",
]

IMAGES, CONTENTS = "images.raw", "contents.json"

PIECE = 2**25
"""About how many bytes a thread checks before it takes the next ones."""


class DamagedEntryError(Exception):
    """An entry that isn't as it was written, and how that shows; the cache mends it."""


@dataclass(frozen=True)
class Contents:
    """What an entry says of itself; it is not `lasting` where a photo may be read another day.

    `shape` is (kept photos, height, width, channels). `kept` are the positions of the photos among
    those that were asked for, `left_out` those of the others, and why. `pixels` is the checksum of
    all photos, `seal` that of all that is said here.
    """

    shape: tuple[int, ...]
    kept: tuple[int, ...]
    left_out: tuple[tuple[int, str], ...]
    lasting: bool
    pixels: str
    seal: str = ""


class MappedImages:
    """Images in a file of bytes, read as an array is: `images[rows]` copies them out.

    The file's pages are let go after each reading, so that a process that reads all of a large
    file never holds more of it than one batch.
    """

    def __init__(self, path: Path, shape: Sequence[int], digest: str) -> None:
        self.digest = digest
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._images = np.frombuffer(self._map, np.uint8).reshape(shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """The (images, height, width, channels)."""
        return self._images.shape

    def __getitem__(self, rows: Array, /) -> NDArray[np.uint8]:
        pixels: NDArray[np.uint8] = self._images[rows]
        if hasattr(mmap, "MADV_DONTNEED"):  # Windows lacks it, and needs it less
            self._map.madvise(mmap.MADV_DONTNEED)
        return pixels


def checksum(sums: Sequence[int]) -> str:
    """Return a text that stands for the CRC-32 of each photo, in their order.

    >>> checksum([1, 2]) == checksum([2, 1])
    False
    """
    return hashlib.blake2b(np.array(sums, ">u4").tobytes(), digest_size=16).hexdigest()


def sealed(contents: Contents) -> Contents:
    """Return contents with a checksum of all that they say."""
    said = json.dumps(asdict(replace(contents, seal="")))
    return replace(contents, seal=hashlib.blake2b(said.encode(), digest_size=16).hexdigest())


def write_contents(contents: Contents) -> bytes:
    """Return contents as the entry's file holds them."""
    return json.dumps(asdict(sealed(contents))).encode()


def read_entry(entry: Path, shape: Sequence[int], count: int, pool: Executor) -> Contents | None:
    """Return what an entry holds, after all of it was found to be as it was written.

    Arguments: the `entry`, a folder; each photo's `shape`; the `count` of photos that were asked
    for; the `pool` of threads that check the pixels.
    Returns the contents, or None where there is no entry.
    Raises DamagedEntryError where it is damaged, cut, or of another form.
    """
    if not entry.exists():
        return None
    contents = _read_contents(entry)
    if contents != sealed(contents):
        message = f"{CONTENTS} says something else than was written"
        raise DamagedEntryError(message)
    positions = sorted((*contents.kept, *(position for position, _ in contents.left_out)))
    is_in_order = list(contents.kept) == sorted(contents.kept)
    if positions != list(range(count)) or not is_in_order:
        message = f"{CONTENTS} must tell of each of {count:,} photos once"
        raise DamagedEntryError(message)
    if contents.shape != (len(contents.kept), *shape):
        message = f"{CONTENTS} tells of photos of another shape"
        raise DamagedEntryError(message)
    _check_pixels(entry / IMAGES, contents, pool)
    return contents


def _read_contents(entry: Path) -> Contents:
    try:
        said = json.loads((entry / CONTENTS).read_bytes())
        return Contents(
            shape=tuple(map(int, said["shape"])),
            kept=tuple(map(int, said["kept"])),
            left_out=tuple((int(position), str(why)) for position, why in said["left_out"]),
            lasting=bool(said["lasting"]),
            pixels=str(said["pixels"]),
            seal=str(said["seal"]),
        )
    except FileNotFoundError as error:
        message = f"{CONTENTS} is missing"
        raise DamagedEntryError(message) from error
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        message = f"{CONTENTS} can't be read"
        raise DamagedEntryError(message) from error


def _check_pixels(path: Path, contents: Contents, pool: Executor) -> None:
    size = math.prod(contents.shape[1:])
    try:
        found = path.stat().st_size
        if found != size * len(contents.kept):
            message = f"{IMAGES} must have {size * len(contents.kept):,} bytes. It has {found:,}"
            raise DamagedEntryError(message)
        at_once = max(1, PIECE // size)
        starts = range(0, len(contents.kept), at_once)
        ends = (min(start + at_once, len(contents.kept)) for start in starts)
        pieces = pool.map(partial(_sums, path, size), starts, ends)
        sums = [number for piece in pieces for number in piece]
    except OSError as error:
        message = f"{IMAGES} can't be read"
        raise DamagedEntryError(message) from error
    if checksum(sums) != contents.pixels:
        message = "the pixels are not those that were written"
        raise DamagedEntryError(message)


def _sums(path: Path, size: int, start: int, end: int) -> list[int]:
    """Return the CRC-32 of some photos, read through one small buffer rather than mapped."""
    buffer = bytearray(size)
    with path.open("rb") as file:
        file.seek(start * size)
        return [zlib.crc32(buffer) for _ in range(start, end) if file.readinto(buffer)]
