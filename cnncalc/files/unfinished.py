"""Hidden files and folders that hold what is being written; an end to those of killed writers.

Each file is locked while it is written, and the system takes the lock off with the process,
however it ends: what is not locked has no writer any more.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl

    CAN_LOCK = True
except ImportError:  # Windows, which has other locks: nothing is swept away there
    CAN_LOCK = False

__all__ = ["RememberingFile", "unfinished_file", "unfinished_folder"]

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
    with unfinished_file(parent / "folder") as sign:
        for folder in parent.glob(f"{PREFIX}*{FOLDER_ENDING}"):
            if not folder.with_suffix(FILE_ENDING).exists():
                shutil.rmtree(folder, ignore_errors=True)
        own = sign.with_suffix(FOLDER_ENDING)
        own.mkdir()
        try:
            yield own
        finally:
            shutil.rmtree(own, ignore_errors=True)


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
