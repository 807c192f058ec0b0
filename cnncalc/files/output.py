"""Writing a file whole or not at all, and matrices as .csv and .npy."""

from __future__ import annotations

import contextlib
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from cnncalc.errors import OutputError
from cnncalc.files.paths import did_you_mean, quoted, reason
from cnncalc.ops.arrays import Array

__all__ = [
    "RememberingFile",
    "check_folder",
    "check_output",
    "csv_lines",
    "output_ending",
    "unfinished_file",
    "unfinished_folder",
    "unwritable",
    "write_atomically",
    "write_npy",
]

try:
    import fcntl

    CAN_LOCK = True
except ImportError:  # Windows, which has other locks: nothing is swept away there
    CAN_LOCK = False

PREFIX, FILE_ENDING, FOLDER_ENDING = ".cnncalc-", ".tmp", ".folder"


@contextmanager
def unfinished_file(target: Path) -> Iterator[Path]:
    """Make an empty hidden file beside a target, and remove it in the end if it is still there.

    Those for the same target whose writers were killed are swept away.
    """
    _sweep(target)
    path, lock = _locked(target)
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        lock.close()


@contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """Make an empty hidden folder in another, and remove it in the end if it is still there.

    Those whose writers were killed are swept away. A folder can't be locked everywhere: a file
    beside it says as long as it is there that the folder's writer lives.
    """
    # It brings all of Python's ways to pack archives, and most commands write no folder.
    import shutil  # noqa: PLC0415 (slow to load)

    with unfinished_file(parent / "folder") as sign:
        for folder in parent.glob(f"{PREFIX}*{FOLDER_ENDING}"):
            if not folder.with_suffix(FILE_ENDING).exists():
                shutil.rmtree(folder, ignore_errors=True)
        unfinished = sign.with_suffix(FOLDER_ENDING)
        unfinished.mkdir()
        try:
            yield unfinished
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _locked(target: Path) -> tuple[Path, io.FileIO]:
    """Make the file, with its lock; Windows could not rename a file that is open."""
    while True:
        path = target.with_name(f"{_beginning(target)}{os.urandom(6).hex()}{FILE_ENDING}")
        lock = io.FileIO(path, "x+")
        if not CAN_LOCK:
            lock.close()
            return path, lock
        with contextlib.suppress(OSError):  # not every file system has locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock.fileno()).st_nlink:
            return path, lock
        lock.close()  # another process swept it away before it was locked


def _beginning(target: Path) -> str:
    # A digest, since a name together with something else may be too long.
    return f"{PREFIX}{zlib.crc32(os.fsencode(target.name)):08x}-"


def _sweep(target: Path) -> None:
    if not CAN_LOCK:
        return
    for path in target.parent.glob(f"{_beginning(target)}*{FILE_ENDING}"):
        # An error says that its writer lives, another was faster, or nothing can be known.
        with contextlib.suppress(OSError), io.FileIO(path, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


class RememberingFile(io.FileIO):
    """A file that fails once, in the end, whichever write it was that failed.

    Not every library leaves its zip in order when a write fails: Python would try to end
    XlsxWriter's once more, and complain of it, after the error was reported.
    """

    _error: OSError | None = None

    def write(self, data: Any, /) -> int:  # noqa: ANN401 (any bytes)
        """Write, or remember why that can't be done and go on as if it were."""
        try:
            return super().write(data)
        except OSError as error:
            self._error = self._error or error
            self.seek(len(data), os.SEEK_CUR)
            return len(data)

    def finish(self) -> None:
        """Raise the first error there was; else wait until the disk has everything."""
        if self._error is not None:
            raise self._error
        os.fsync(self.fileno())


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
        check_folder(path.resolve().parent)
    except (OSError, ValueError, RuntimeError) as error:
        raise unwritable(path, error) from error


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


def check_folder(folder: Path) -> None:
    """Raise OutputError for a folder that nothing can be written to."""
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
        raise unwritable(path, error) from error


def unwritable(path: Path, error: Exception) -> OutputError:
    """Return the error of a path that can't be written, with the system's reason."""
    return OutputError(f"the output file {quoted(path)} can't be written: {reason(error)}")


def csv_lines(values: Array) -> Iterator[str]:
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
            # Adding zero turns -0.0 into 0.0.
            numbers = (repr(float(number) + 0.0).removesuffix(".0") for number in row.tolist())
            yield ",".join(numbers) + "\n"


def write_npy(file: BinaryIO, values: Array) -> None:
    """Write an array of any shape in NumPy's .npy format."""
    np.save(file, values, allow_pickle=False)
