"""Writing a folder of numbered pictures whole, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from cnncalc.errors import OutputError
from cnncalc.files.output import check_folder, unfinished_folder, unwritable
from cnncalc.files.paths import quoted

__all__ = ["check_pictures", "write_pictures_atomically"]

_PICTURE = re.compile(r"\d{4,}\.png")


def check_pictures(folder: Path, *, force: bool = False) -> None:
    """Check that a folder of pictures can be written, before anything long is computed for it.

    Arguments: the `folder`; `force`, whether one that holds nothing but such pictures may be
    replaced.
    Raises OutputError for a file, and for a folder that holds anything else or may not be replaced.
    """
    try:
        _check_target(folder, force)
        check_folder(folder.resolve().parent)
    except (OSError, ValueError, RuntimeError) as error:
        raise unwritable(folder, error) from error


def _check_target(folder: Path, force: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        message = f"the output folder {quoted(folder)} is a file. Expected a folder's name"
        raise OutputError(message)
    names = [path.name for path in folder.iterdir()]
    other = next((name for name in names if not _PICTURE.fullmatch(name)), None)
    if other is not None:
        message = f"the output folder {quoted(folder)} must hold frames alone to be replaced. "
        raise OutputError(message + f"Received: {quoted(other)} in it")
    if names and not force:
        message = f"the output folder {quoted(folder)} exists: name another, or add --force"
        raise OutputError(message)


@contextmanager
def write_pictures_atomically(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """Write a folder that appears whole, or not at all where writing fails or is interrupted.

    Arguments: `folder`, `force` as in `check_pictures`.
    Yields an empty folder to write to; it takes the folder's place when the block ends well.
    Raises OutputError where it can't be written.
    """
    check_pictures(folder, force=force)
    target = folder.resolve()
    try:
        with unfinished_folder(target.parent) as unfinished:
            yield unfinished
            check_pictures(folder, force=force)
            # What removes unfinished folders finds none.
            _put(unfinished, target)
    except OSError as error:
        raise unwritable(folder, error) from error


def _put(folder: Path, target: Path) -> None:
    """Give a folder its name; what has had it stays beside it until then, whatever happens."""
    if not target.exists():
        folder.rename(target)
        return
    old = _unused(target)
    target.rename(old)
    try:
        folder.rename(target)
    except BaseException:
        old.rename(target)
        raise
    for picture in old.iterdir():
        picture.unlink()
    old.rmdir()


def _unused(target: Path) -> Path:
    """Return a name beside a folder's that nothing has, such as frames.old."""
    names = (target.with_name(f"{target.name}.old{number or ''}") for number in count())
    return next(name for name in names if not name.exists())
