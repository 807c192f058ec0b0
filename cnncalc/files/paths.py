"""Names of files and texts in messages, and the check that a file can be read at all."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

from cnncalc.errors import InputError
from cnncalc.provenance import Origin

__all__ = [
    "check_readable",
    "did_you_mean",
    "file_origin",
    "printable",
    "quoted",
    "reason",
    "sha256",
]

LONGEST_QUOTE = 60


def printable(text: str) -> str:
    r"""Return a text in which line breaks and other control characters are escaped.

    >>> print(printable("two\nlines"))
    two\nlines
    """
    return text if text.isprintable() else repr(text)[1:-1]


def quoted(text: str | Path) -> str:
    r"""Return a file's name, or a text from a file, in quotes on one line for a message.

    A text is cut at 60 characters, a path is not.

    >>> print(quoted("12\n"), quoted(Path("photos/cat.png")))
    '12\n' 'photos/cat.png'
    """
    if isinstance(text, Path):
        return f"'{printable(str(text))}'"
    cut = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return f"'{printable(cut)}'"


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return " Did you mean …?" for the choice spelled most like `word`, or an empty text.

    >>> did_you_mean("soble-x", ["sobel-x", "blur"])
    " Did you mean 'sobel-x'?"
    """
    from difflib import get_close_matches  # noqa: PLC0415 (for a message alone)

    nearest = get_close_matches(word, list(choices), n=1)
    return f" Did you mean {quoted(nearest[0])}?" if nearest else ""


def reason(error: Exception) -> str:
    """Return why the system refused a file, in a few words.

    >>> reason(FileNotFoundError(2, "No such file or directory"))
    'no such file or directory'
    """
    strerror = getattr(error, "strerror", None)
    text = strerror or str(error) or type(error).__name__
    return printable(text[:1].lower() + text[1:])


def check_readable(path: Path) -> int:
    """Return the size in bytes of a file that is there, holds something, and may be read.

    Raises InputError, naming the file, for anything else.
    """
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            # Only trying tells whether reading is allowed.
            path.open("rb").close()
    except FileNotFoundError as error:
        message = f"there is no file {quoted(path)}"
        raise InputError(message) from error
    except (OSError, ValueError) as error:
        message = f"{quoted(path)} can't be read: {reason(error)}"
        raise InputError(message) from error
    _check_kind(path, status.st_mode, status.st_size)
    return status.st_size


def _check_kind(path: Path, mode: int, size: int) -> None:
    """Refuse folders, devices and empty files."""
    if stat.S_ISDIR(mode):
        message = f"{quoted(path)} is a folder. Expected a file"
    elif not stat.S_ISREG(mode):
        message = f"{quoted(path)} is a pipe or a device. Expected a file, or - for standard input"
    elif size == 0:
        message = f"{quoted(path)} is an empty file"
    else:
        return
    raise InputError(message)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; a large file is read in pieces.

    Raises InputError where it can't be read.
    """
    import hashlib  # noqa: PLC0415 (for files alone)

    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        message = f"{quoted(path)} can't be read: {reason(error)}"
        raise InputError(message) from error


def file_origin(path: Path, sheet: str | None = None, cells: str | None = None) -> Origin:
    """Return a file as an origin: its name without folders, and its digest.

    Arguments: the `path`; of a workbook, the `sheet` and the `cells` that were read.
    """
    return Origin("file", printable(path.name), sha256(path), sheet=sheet, cells=cells)
