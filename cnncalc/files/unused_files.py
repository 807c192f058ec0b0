"""The files in a folder of photos that aren't read, named by kind: none is missed unseen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cnncalc.files.paths import printable, quoted
from cnncalc.wording import listed

__all__ = ["is_worth_naming", "unused_notes"]

NAMED = 3

# Systems put these into every folder; hidden files, ._ ones among them, are passed over as well.
_SYSTEM_FILES = ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")

_PHOTO_KINDS = {
    "HEIC": ".heic .heif .hif",
    "AVIF": ".avif",
    "RAW": ".3fr .arw .cr2 .cr3 .crw .dng .erf .kdc .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2 "
    ".rwl .sr2 .srf .srw .x3f",
    "SVG": ".svg .svgz",
    "PDF": ".pdf",
    "JPEG 2000": ".jp2 .j2k .jpx",
    "JPEG XL": ".jxl",
    "Photoshop": ".psd .psb",
}
_OTHER_KINDS = {
    "video": ".3gp .avi .m4v .mkv .mov .mp4 .mpg .webm",
    "text": ".csv .htm .html .json .log .md .rst .tsv .txt .xml .yaml .yml",
    "archive": ".7z .gz .rar .tar .tgz .zip",
    "NumPy": ".npy .npz",
}
_KINDS = {
    ending: kind
    for kinds in (_PHOTO_KINDS, _OTHER_KINDS)
    for kind, endings in kinds.items()
    for ending in endings.split()
}


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
    kinds: dict[str, list[Path]] = {}
    for file in sorted(files):
        kinds.setdefault(_kind(file), []).append(file)
    return [_note(folder, kind, files) for kind, files in kinds.items()]


def _kind(file: Path) -> str:
    ending = file.suffix.lower()
    return _KINDS.get(ending, printable(ending))


def _note(folder: Path, kind: str, files: list[Path]) -> str:
    count = f"{len(files):,} {kind}{' ' if kind else ''}file{'s' if len(files) > 1 else ''}"
    names = listed((quoted(file.relative_to(folder)) for file in files), NAMED)
    hint = "; JPEG and PNG can be read" if kind in _PHOTO_KINDS else ""
    without = "" if kind else " without an ending"
    return f"not used, of {quoted(folder)}: {count}{without}, {names}{hint}"
