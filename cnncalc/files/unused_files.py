"""The files in a folder of photos that aren't read, named by kind: none is missed unseen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cnncalc.files.other_photos import READABLE, other_photo_kind
from cnncalc.files.paths import printable, quoted
from cnncalc.wording import listed

__all__ = ["is_worth_naming", "unused_files", "unused_notes"]

NAMED = 3

# Systems put these into every folder; hidden files, ._ ones among them, are passed over as well.
_SYSTEM_FILES = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")

_OTHER_KINDS = {
    "video": ".3gp .avi .m4v .mkv .mov .mp4 .mpg .webm",
    "text": ".csv .htm .html .json .log .md .rst .tsv .txt .xml .yaml .yml",
    "archive": ".7z .gz .rar .tar .tgz .zip",
    "NumPy": ".npy .npz",
}
_KIND_OF = {ending: kind for kind, endings in _OTHER_KINDS.items() for ending in endings.split()}


def is_worth_naming(name: str) -> bool:
    """Say whether a file is someone's, and not hidden or the system's own.

    >>> is_worth_naming("cat.heic"), is_worth_naming("._cat.jpg"), is_worth_naming("Thumbs.db")
    (True, False, False)
    """
    return not name.startswith(".") and name.lower() not in _SYSTEM_FILES


def unused_notes(folder: Path, files: Iterable[Path]) -> list[str]:
    """Return one sentence a kind of files that aren't used: how many, and what the first are.

    Arguments: the `folder` that they are in or below; the `files`.

    >>> unused_notes(Path("pets"), [Path("pets/cats/1.heic"), Path("pets/cats/2.heic")])
    ["not used, of 'pets': 2 HEIC files, 'cats/1.heic', 'cats/2.heic'; JPEG and PNG can be read"]
    """
    return [
        f"not used, of {quoted(folder)}: {_named(folder, files)}{_hint(files)}"
        for files in _by_kind(files)
    ]


def unused_files(folder: Path, files: Iterable[Path]) -> str:
    """Return all kinds of files that aren't used in one line, as `unused_notes` names each.

    >>> unused_files(Path("pets"), [Path("pets/1.heic"), Path("pets/2.txt"), Path("pets/3.txt")])
    "1 HEIC file, '1.heic'; 2 text files, '2.txt', '3.txt'; JPEG and PNG can be read"
    """
    files = list(files)
    return "; ".join(_named(folder, each) for each in _by_kind(files)) + _hint(files)


def _by_kind(files: Iterable[Path]) -> list[list[Path]]:
    kinds: dict[str, list[Path]] = {}
    for file in sorted(files):
        kinds.setdefault(_kind(file), []).append(file)
    return list(kinds.values())


def _kind(file: Path) -> str:
    ending = file.suffix.lower()
    return other_photo_kind(file) or _KIND_OF.get(ending, printable(ending))


def _named(folder: Path, files: list[Path]) -> str:
    """Return how many files of one kind there are, and what the first are."""
    kind = _kind(files[0])
    count = f"{len(files):,} {kind}{' ' if kind else ''}file{'s' if len(files) > 1 else ''}"
    names = listed((quoted(file.relative_to(folder)) for file in files), NAMED)
    without = "" if kind else " without an ending"
    return f"{count}{without}, {names}"


def _hint(files: Iterable[Path]) -> str:
    """Return what can be done about photos among some files."""
    return f"; {READABLE}" if any(map(other_photo_kind, files)) else ""
