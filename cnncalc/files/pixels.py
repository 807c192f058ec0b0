"""What every reader hands on, a grid of numbers and where it came from; which images it can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted
from cnncalc.ops.arrays import Array

__all__ = [
    "BYTE",
    "CHANNELS",
    "IMAGE_ENDINGS",
    "MOST_VALUES",
    "READABLE",
    "Channels",
    "Kind",
    "PixelHeader",
    "PixelInput",
    "Requirement",
    "Values",
    "are_levels",
    "largest_level",
    "other_photo_kind",
    "pixel_values",
    "refuse_other_photos",
    "require_float32",
]

Values = npt.NDArray[np.float64]
Channels = Literal["grey", "rgb", "as-is"]
Kind = Literal["image", "sheet", "grid", "article"]

MOST_VALUES = 2**28  # 2 GiB of float64
BYTE = 255.0
IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
CHANNELS: Mapping[int, Channels] = {1: "grey", 3: "rgb"}
"""How an image is read for a network that takes so many channels; for others, as it is."""
# Images of more bits keep the values that they store.
WIDEST_BYTES = 16

READABLE = "JPEG and PNG can be read"
"""The way out for photos of the kinds that aren't read."""

_OTHER_KINDS = {
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
# What cnncalc writes figures as, too.
_DRAWN_KINDS = ("SVG", "PDF")
_OTHER_KIND_OF = {
    ending: kind for kind, endings in _OTHER_KINDS.items() for ending in endings.split()
}


@dataclass(frozen=True)
class PixelHeader:
    """What tells whether a grid of numbers can be used: its name, kind, and shape.

    `shape` is (height, width, channels). An image's is known before it is decoded.
    """

    name: str
    kind: Kind
    shape: tuple[int, int, int]


Requirement = Callable[[PixelHeader], None]
"""Raises an error for an input that can't be used, as soon as its header is known."""


@dataclass(frozen=True, eq=False)
class PixelInput:
    """A grid of numbers that was read, and what it was read from.

    `values` is a read-only array (height, width, channels) in float64. `name` is for headings,
    `description` one line on what was read and how; `notes` say what was made of an image as it
    was read, such as "read as grey". `bit_depth` is that of one channel as an image
    stores it; `sheet` and `cell_range` say where in a workbook the numbers stand.
    """

    values: Values
    name: str
    description: str
    kind: Kind
    bit_depth: int | None = None
    sheet: str | None = None
    cell_range: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> PixelHeader:
        """What was known before the numbers, or could have been."""
        height, width, channels = self.values.shape
        return PixelHeader(self.name, self.kind, (height, width, channels))

    @property
    def holds_levels(self) -> bool:
        """Whether the values are levels from 0 to 255 by their kind, whatever they are."""
        return self.bit_depth is not None and are_levels(self.bit_depth)

    @property
    def largest(self) -> float:
        """The largest value that a pixel can have: 255 for levels.

        Of other numbers it is that of a data set with them alone.
        """
        return BYTE if self.holds_levels else largest_level(self.values)


def are_levels(bit_depth: int) -> bool:
    """Say whether an image with so many bits a channel is read as levels from 0 to 255.

    >>> are_levels(16), are_levels(32)
    (True, False)
    """
    return bit_depth <= WIDEST_BYTES


def pixel_values(array: Array) -> Values:
    """Return an array (height, width) or (height, width, channels) as read-only values.

    Returns float64 (height, width, channels).

    >>> pixel_values(np.array([[1, 2, 3]])).shape
    (1, 3, 1)
    """
    values = np.asarray(array, dtype=np.float64)
    if values is not array:
        # Converted: nobody else's, so that not even its views need a copy to stay as they are.
        values.flags.writeable = False
    # A view of its own: the caller's array stays writable.
    values = values[:, :, np.newaxis] if values.ndim == 2 else values[:]
    values.flags.writeable = False
    return values


def largest_level(values: Array) -> float:
    """Return the largest value that pixels like these can have, whatever type they are stored in.

    1 or 255, the first that none exceeds, or else their own: so that the same numbers count alike
    in a .csv, .npy and .npz file.

    >>> [largest_level(np.array(values)) for values in ([0.5, 1.0], [0.5, 2.0], [0.0, -300.0])]
    [1.0, 255.0, 300.0]
    """
    high = max(float(values.max()), -float(values.min()))
    return next((bound for bound in (1.0, BYTE) if high <= bound), high)


def require_float32(values: Array, source: str) -> None:
    """Raise InputError, which begins with the `source`, for a number beyond what float32 holds."""
    most = float(np.finfo(np.float32).max)
    for extreme in (values.max(), values.min()):
        if abs(float(extreme)) > most:
            message = (
                f"{source} must hold numbers within ±3.4e38, as networks calculate in float32. "
                f"Received: {extreme:.6g}"
            )
            raise InputError(message)


def other_photo_kind(path: Path) -> str | None:
    """Return the kind of a photo that isn't read, by its ending; None for anything else.

    >>> other_photo_kind(Path("cat.NEF")), other_photo_kind(Path("cat.png"))
    ('RAW', None)
    """
    return _OTHER_KIND_OF.get(path.suffix.lower())


def refuse_other_photos(path: Path) -> None:
    """Raise InputError, with the way out, for a photo of a kind that isn't read."""
    kind = other_photo_kind(path)
    if kind is not None:
        if kind in _DRAWN_KINDS:
            message = (
                f"{quoted(path)} is a drawing, {kind}, whose numbers can't be read back. Where "
                "cnncalc drew it, write the pixels instead: -o x.png of show, convolve or pool, or "
                f"-o x.csv. Other drawings: export them as an image; {READABLE}"
            )
            raise InputError(message)
        message = (
            f"{quoted(path)} is of a kind that isn't read, {kind}. {READABLE}: open it in an image "
            "program and save or export it as one of them"
        )
        raise InputError(message)
