"""Figures that cnncalc drew: known by their mark, since their pixels are no image's."""

from __future__ import annotations

from pathlib import Path

from PIL import ExifTags, Image

from cnncalc.errors import InputError
from cnncalc.files.paths import quoted
from cnncalc.provenance import FIGURE_MARK

__all__ = ["is_figure", "refuse_figure"]


def is_figure(image: Image.Image) -> bool:
    """Tell whether an image is a figure of cnncalc's, whose pixels are drawn ones.

    Argument: the `image`, just opened.

    >>> is_figure(Image.new("L", (3, 2)))
    False
    """
    told = [image.info.get(key, "") for key in ("Kind", "comment")]
    # Of a PNG, Pillow would decode the pixels to find these.
    if image.format == "WEBP":
        told.append(image.getexif().get(ExifTags.Base.ImageDescription, ""))
    texts = (text if isinstance(text, bytes) else str(text).encode() for text in told)
    return any(text.startswith(FIGURE_MARK.encode()) for text in texts)


def refuse_figure(image: Image.Image, path: Path) -> None:
    """Raise InputError for a figure of cnncalc's.

    Arguments: the `image`, just opened; the `path` that it is from.
    """
    if is_figure(image):
        message = (
            f"{quoted(path)} is a figure that cnncalc drew, not the pixels of an image; "
            "--figure pixels writes these"
        )
        raise InputError(message)
