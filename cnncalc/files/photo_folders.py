"""The parts of a folder of photos, to train, validate and test with; what isn't used of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cnncalc.errors import InputError
from cnncalc.files.paths import printable, quoted
from cnncalc.files.pixels import READABLE, other_photo_kind
from cnncalc.wording import listed

__all__ = [
    "FoundParts",
    "find_parts",
    "is_worth_naming",
    "part_named",
    "subfolders",
    "unused_files",
    "unused_notes",
]

_NAMES = {
    "training": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}

_USES = {"training": "to train on", "validation": "to validate with", "test": "to test with"}

# What people write around these words: training_set, seg_train, Test Images, val2017.
_BEFORE = r"(?:seg|data|dataset|image|images|img|imgs|photo|photos)"

_AFTER = r"(?:set|data|dataset|image|images|img|imgs|photo|photos|folder|dir|split|part|\d+)"

_PART = re.compile(rf"(?:{_BEFORE}[\W_]*)?([a-z]+?)(?:[\W_]*{_AFTER})?", re.IGNORECASE)

# What archives and storage devices leave behind; hidden folders don't count either.
_NO_CLASSES = ("__macosx", "@eadir", "$recycle.bin", "system volume information")

DEEPEST = 3

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


@dataclass(frozen=True)
class FoundParts:
    """The `folders` of the parts, "training" first where there is one, and sentences on them."""

    folders: Mapping[str, Path]
    notes: tuple[str, ...] = ()


def subfolders(folder: Path) -> dict[str, Path]:
    """Return the folders below a folder that may be classes, by name, sorted as Keras does."""
    return {
        path.name: path
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.is_dir() and not path.name.startswith(".") and path.name.lower() not in _NO_CLASSES
    }


def part_named(name: str) -> str | None:
    """Return the part that a folder's name speaks of, None where it speaks of none.

    >>> part_named("training_set"), part_named("Seg_Test"), part_named("trains")
    ('training', 'test', None)
    """
    match = _PART.fullmatch(name.strip())
    word = match[1].lower() if match else ""
    return next((part for part, names in _NAMES.items() if word in names), None)


def find_parts(folder: Path, *, judged: bool = False) -> FoundParts:
    """Return the parts that a folder is divided into; all of it is to train on where it isn't.

    A part holds folders, one a class: a folder called train with photos alone is a class of trains.
    Arguments: the `folder`; `judged`, whether nothing is learnt from it, so that no part to train
    on is needed.
    Raises InputError where two folders are the same part, or there is none to train on.
    """
    folders = subfolders(folder)
    found: dict[str, list[str]] = {}
    for name, path in folders.items():
        part = part_named(name)
        if part and not _holds_files_alone(path):
            found.setdefault(part, []).append(name)
    _refuse_parts_without_classes(folder, folders)
    is_divided = "training" in found or sum(map(len, found.values())) == len(folders)
    if not found or not is_divided:
        return FoundParts({"training": folder})
    for part, names in found.items():
        if len(names) > 1:
            message = (
                f"{quoted(folder)} must hold one folder {_USES[part]}. "
                f"Received: {', '.join(map(quoted, names))}"
            )
            raise InputError(message)
    if "training" not in found and not judged:
        message = (
            f"{quoted(folder)} must hold a part to train on, such as 'train'. "
            f"Received: {', '.join(map(quoted, folders))}"
        )
        raise InputError(message)
    parts = {part: _unwrapped(folders[found[part][0]]) for part in _USES if part in found}
    return FoundParts(parts, _notes(folder, parts, [*folders.values()]))


def _refuse_parts_without_classes(folder: Path, folders: Mapping[str, Path]) -> None:
    """Raise InputError where the folders are called parts, and would be learnt as classes."""
    are_parts = len(folders) > 1 and all(map(part_named, folders))
    if are_parts and all(map(_holds_files_alone, folders.values())):
        message = (
            f"the parts of {quoted(folder)} must hold folders of photos, one a class. "
            f"Received: photos alone in {', '.join(map(quoted, folders))}"
        )
        raise InputError(message)


def _holds_files_alone(folder: Path) -> bool:
    files = any(path.is_file() and not path.name.startswith(".") for path in folder.iterdir())
    return files and not subfolders(folder)


def _unwrapped(folder: Path) -> Path:
    """Return what a part holds where that is one folder of its own name: seg_train/seg_train."""
    for _ in range(DEEPEST):
        below = subfolders(folder)
        if len(below) != 1 or next(iter(below)).lower() != folder.name.lower():
            break
        folder = next(iter(below.values()))
    return folder


def _notes(folder: Path, parts: Mapping[str, Path], folders: list[Path]) -> tuple[str, ...]:
    said = [f"{quoted(path.relative_to(folder))} {_USES[part]}" for part, path in parts.items()]
    others = [
        quoted(other.name)
        for other in folders
        if not any(path == other or other in path.parents for path in parts.values())
    ]
    beside = (f"not read, beside these parts: {', '.join(others)}",) if others else ()
    return (f"parts of {quoted(folder)}: {', '.join(said)}", *beside)


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
        f"not used, of {quoted(folder)}: {_named(folder, alike)}{_hint(alike)}"
        for alike in _by_kind(files)
    ]


def unused_files(folder: Path, files: Iterable[Path]) -> str:
    """Return all kinds of files that aren't used in one line, as `unused_notes` names each.

    >>> unused_files(Path("pets"), [Path("pets/1.heic"), Path("pets/2.txt"), Path("pets/3.txt")])
    "1 HEIC file, '1.heic'; 2 text files, '2.txt', '3.txt'; JPEG and PNG can be read"
    """
    files = list(files)
    return "; ".join(_named(folder, alike) for alike in _by_kind(files)) + _hint(files)


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
