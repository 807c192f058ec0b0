"""Photos decoded once: a cache on disk of their pixels as bytes, mapped into memory for use.

An entry is a folder named by a digest of the photos' contents and of the shape that they are
given: whatever changes either, names another entry. It appears whole or not at all, and what has
become of it since is found out when it is opened.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from io import BufferedWriter
from pathlib import Path

import numpy as np
import PIL

from cnncalc.errors import InputError, OutputError
from cnncalc.files.output import unfinished_folder
from cnncalc.files.paths import quoted, reason
from cnncalc.files.photo_entries import (
    CONTENTS,
    IMAGES,
    Contents,
    DamagedEntryError,
    MappedImages,
    checksum,
    read_entry,
    write_contents,
)
from cnncalc.files.photos import PhotoShape, Pixels, read_photo
from cnncalc.ops.threads import cores

__all__ = ["CachedPhotos", "LeftOut", "cache_photos", "default_cache_folder"]

FORM = 3  # of an entry; another number makes all entries new
AT_ONCE = 64  # photos that may wait in memory to be written
NAME = "\0"  # stands for a photo's name in a stored reason: the same content may be named anew


@dataclass(frozen=True)
class LeftOut:
    """A photo that can't be used, and a sentence on why that names it."""

    path: Path
    reason: str


@dataclass(frozen=True)
class _Failure:
    """Why there are no pixels, with NAME for the photo; on another day they `may_come`."""

    reason: str
    may_come: bool = False


@dataclass(frozen=True, eq=False)
class CachedPhotos:
    """The pixels of those photos that could be decoded, and what was left out.

    `images` has the shape (kept photos, height, width, channels); `kept` are their positions in
    the list of paths that was asked for; `folder` is the entry of the cache. `damage` says what
    was wrong with an entry that had to be made again, and is empty otherwise.
    """

    images: MappedImages
    kept: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    folder: Path
    damage: str = ""


def default_cache_folder() -> Path:
    """Return where caches go if nothing else is said: XDG_CACHE_HOME, or ~/.cache, /cnncalc."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cnncalc" / "photos"


def cache_photos(
    paths: Sequence[Path],
    shape: PhotoShape,
    folder: Path,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> CachedPhotos:
    """Return photos' pixels from the cache, decoding them into it first where they aren't there.

    Arguments: `paths` of photos; the `shape` to give them; the cache's `folder`, made where it is
    missing; `on_photo`, which hears how many of how many photos were decoded.
    Raises InputError where no photo can be decoded, OutputError where the cache can't be written.
    """
    # Decoding is arithmetic: with more threads than cores, they wait for each other.
    with ThreadPoolExecutor(cores()) as pool:
        contents = list(pool.map(_content_digest, paths))
        entry = _Entry(folder / _digest(contents, shape), shape, len(paths), pool)
        found, damage = entry.find()
        if found is None:
            photos = _read_all(pool, paths, contents, shape, on_photo)
            try:
                found = _build(entry, photos)
            except OSError as error:
                size = len(paths) * math.prod(shape.shape) / 1e6
                message = (
                    f"the photo cache {quoted(folder)} can't be written: {reason(error)} "
                    f"({len(paths):,} photos take {size:,.1f} MB)"
                )
                raise OutputError(message) from error
    return _open(entry.path, found, paths, damage)


@dataclass(frozen=True)
class _Entry:
    """Where an entry is, or will be, for so many photos of a shape, and who can check it."""

    path: Path
    shape: PhotoShape
    count: int
    pool: Executor

    def find(self) -> tuple[Contents | None, str]:
        """Return what is there for good, None where that is nothing, and how it is damaged."""
        try:
            contents = read_entry(self.path, self.shape.shape, self.count, self.pool)
        except DamagedEntryError as error:
            return None, str(error)
        return (contents if contents and contents.lasting else None), ""


def _content_digest(path: Path) -> bytes | _Failure:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").digest()
    except OSError as error:
        return _Failure(f"{NAME} can't be read: {reason(error)}")


def _digest(contents: Sequence[bytes | _Failure], shape: PhotoShape) -> str:
    options = {"form": FORM, "pillow": PIL.__version__, **asdict(shape)}
    digest = hashlib.blake2b(json.dumps(options).encode(), digest_size=16)
    for content in contents:
        told = content.reason.encode() if isinstance(content, _Failure) else content
        digest.update(hashlib.blake2b(told, digest_size=16).digest())
    return digest.hexdigest()


def _read_all(
    pool: ThreadPoolExecutor,
    paths: Sequence[Path],
    contents: Sequence[bytes | _Failure],
    shape: PhotoShape,
    on_photo: Callable[[int, int], None],
) -> Iterator[Pixels | _Failure]:
    """Yield each photo's pixels, or why there are none, in order, some decoded ahead."""
    read = partial(_read_or_leave_out, shape=shape)
    for start in range(0, len(paths), AT_ONCE):
        few = slice(start, start + AT_ONCE)
        photos = pool.map(read, paths[few], contents[few])
        for done, photo in enumerate(photos, start + 1):
            yield photo
            on_photo(done, len(paths))


def _read_or_leave_out(
    path: Path, content: bytes | _Failure, shape: PhotoShape
) -> Pixels | _Failure:
    if isinstance(content, _Failure):  # the entry is named by this failure: it must hold it
        return content
    try:
        return read_photo(path, shape)
    except InputError as error:
        return _Failure(str(error).replace(quoted(path), NAME), _may_pass(error))


def _may_pass(error: BaseException | None) -> bool:
    """Say whether the system was at fault: Pillow raises OSErrors of its own, without a number."""
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) is not None:
            return True
        error = error.__cause__
    return False


def _build(entry: _Entry, photos: Iterator[Pixels | _Failure]) -> Contents:
    """Write an entry under another name, and give it its own once it is whole."""
    place = entry.path.parent
    place.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(place) as unfinished:
        if shutil.disk_usage(place).free < entry.count * math.prod(entry.shape.shape):
            raise OSError(None, "not enough space on the disk")
        contents = _write(unfinished, photos, entry.shape)
        return _publish(unfinished, contents, entry)


def _publish(unfinished: Path, contents: Contents, entry: _Entry) -> Contents:
    """Give an entry its name, in the place of a damaged one; a whole one is left where it is."""
    # Another process may make the same entry: what it has published must not be taken away.
    for is_last_try in (False, True):
        try:
            unfinished.rename(entry.path)
        except OSError:
            theirs, _ = entry.find()
            if theirs is not None:
                return theirs
            if is_last_try:
                raise
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            break
    return contents


def _write(folder: Path, photos: Iterator[Pixels | _Failure], shape: PhotoShape) -> Contents:
    kept, sums, left_out, lasting = [], [], [], True
    # Pillow warns of oddities inside photos that decode all the same. Threads share the filter.
    with warnings.catch_warnings(), (folder / IMAGES).open("wb") as file:
        warnings.simplefilter("ignore")
        for position, photo in enumerate(photos):
            if isinstance(photo, _Failure):
                left_out.append((position, photo.reason))
                lasting = lasting and not photo.may_come
            else:
                pixels = np.ascontiguousarray(photo).data
                file.write(pixels)
                kept.append(position)
                sums.append(zlib.crc32(pixels))
        _flush(file)
    size = (len(kept), *shape.shape)
    contents = Contents(
        shape=size,
        kept=tuple(kept),
        left_out=tuple(left_out),
        lasting=lasting,
        pixels=checksum(sums),
    )
    with (folder / CONTENTS).open("wb") as file:
        file.write(write_contents(contents))
        _flush(file)
    return contents


def _flush(file: BufferedWriter) -> None:
    """Wait for the disk: an entry's name must not be on it before what the entry holds."""
    file.flush()
    os.fsync(file.fileno())


def _open(entry: Path, contents: Contents, paths: Sequence[Path], damage: str) -> CachedPhotos:
    left_out = tuple(
        LeftOut(paths[position], why.replace(NAME, quoted(paths[position])))
        for position, why in contents.left_out
    )
    if not contents.kept:
        message = f"none of {len(paths)} photos can be decoded; the first: {left_out[0].reason}"
        raise InputError(message)
    images = MappedImages(entry / IMAGES, contents.shape, entry.name)
    return CachedPhotos(images, contents.kept, left_out, entry, damage)
