"""Which files are photos or pictures of kinds that aren't read, and what can be done about it."""

from __future__ import annotations

from pathlib import Path

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted

__all__ = ["READABLE", "other_photo_kind", "refuse_other_photos"]

READABLE = "JPEG and PNG can be read"
"""The way out for each of these kinds."""

_KINDS = {
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
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}


def other_photo_kind(path: Path) -> str | None:
    """Return the kind of a photo that isn't read, by its ending; None for anything else.

    >>> other_photo_kind(Path("cat.NEF")), other_photo_kind(Path("cat.png"))
    ('RAW', None)
    """
    return _KIND_OF.get(path.suffix.lower())


def refuse_other_photos(path: Path) -> None:
    """Raise InputError, with the way out, for a photo of a kind that isn't read."""
    kind = other_photo_kind(path)
    if kind is not None:
        message = (
            f"{quoted(path)} is of a kind that isn't read, {kind}. {READABLE}: open it in an image "
            "program and save or export it as one of them"
        )
        raise InputError(message)
