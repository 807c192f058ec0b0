"""The digest that tells which file it was, whatever it is called."""

from __future__ import annotations

from pathlib import Path

from cnncalc.errors import InputError
from cnncalc.files.paths import printable, quoted, reason
from cnncalc.provenance import Origin

__all__ = ["file_origin", "sha256"]


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
