"""A figure as a file of any form, which says that it is one, and where its numbers came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from types import MappingProxyType
from typing import Any, Literal
from unicodedata import name

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cnncalc.errors import OutputError
from cnncalc.provenance import FIGURE_MARK, Provenance
from cnncalc.views.figure.fonts import MISSING, lacking
from cnncalc.views.figure.pdf import pdf_of
from cnncalc.views.figure.raster import image_of
from cnncalc.views.figure.shapes import Drawing
from cnncalc.views.figure.svg import svg_of
from cnncalc.views.picture import description_exif
from cnncalc.views.provenance import in_svg, provenance_lines
from cnncalc.wording import listed

__all__ = ["FIGURE_FORMS", "FigureForm", "encode_figure", "lacking_said", "told_of_figure"]

FigureForm = Literal["svg", "pdf", "png", "jpg", "gif", "webp"]

FIGURE_FORMS: Mapping[str, FigureForm] = MappingProxyType(
    {
        ".svg": "svg",
        ".pdf": "pdf",
        ".png": "png",
        ".jpg": "jpg",
        ".jpeg": "jpg",
        ".gif": "gif",
        ".webp": "webp",
    }
)
"""The form of a file by its ending."""

_LONGEST_TEXT = 60_000
_MOST_LETTERS = 5
# Pixels of a figure for each of its lengths, fewer where it would become too large to be looked at.
_SCALE, _MOST_PIXELS = 2.0, 60_000_000


def encode_figure(drawing: Drawing, form: FigureForm, provenance: Provenance) -> bytes:
    """Return a figure as a file.

    Arguments: the `drawing`; the file's `form`; the `provenance` that it tells of.
    Raises OutputError where it is too large for pixels.
    """
    told = told_of_figure(provenance)
    match form:
        case "svg":
            description = f"{drawing.description} {told.replace(chr(10), '; ')}".strip()
            return in_svg(svg_of(replace(drawing, description=description)), provenance).encode()
        case "pdf":
            return pdf_of(drawing, told.replace("\n", "; "))
        case _:
            return _pixels(_image(drawing), form, told)


def lacking_said(texts: Iterable[str]) -> str:
    """Say which letters of some texts stand as □ where they are drawn; empty for none.

    An SVG has them as letters: who shows it takes another typeface.

    >>> lacking_said(["cat", "猫"])
    '□ stands for what its typeface lacks: 猫 (cjk unified ideograph-732b)'
    """
    letters = lacking(texts)
    named = (f"{letter} ({name(letter, f'U+{ord(letter):04X}').lower()})" for letter in letters)
    said = listed(named, _MOST_LETTERS, counted=True)
    return f"{MISSING} stands for what its typeface lacks: {said}" if letters else ""


def told_of_figure(provenance: Provenance) -> str:
    """Return what a figure says of itself, its mark first: what cnncalc knows it by.

    >>> told_of_figure(Provenance("cnncalc show", version="1.0")).splitlines()[0]
    'A figure by cnncalc'
    """
    lines = [f"{key}: {text}" for key, text in provenance_lines(provenance)]
    return "\n".join([FIGURE_MARK, *lines])[:_LONGEST_TEXT]


def _image(drawing: Drawing) -> Image.Image:
    size = drawing.width * drawing.height
    if size > _MOST_PIXELS:
        message = (
            f"a figure of pixels must have at most {_MOST_PIXELS:,} of them; svg and pdf have no "
            f"such limit. Received: {drawing.height:.0f}×{drawing.width:.0f}"
        )
        raise OutputError(message)
    return image_of(drawing, _SCALE if size * _SCALE**2 <= _MOST_PIXELS else 1.0)


def _pixels(image: Image.Image, form: FigureForm, told: str) -> bytes:
    options: dict[str, Any]
    match form:
        case "png":
            chunks = PngInfo()
            chunks.add_text("Kind", FIGURE_MARK)
            chunks.add_itxt("Description", told)
            options = {"format": "PNG", "optimize": True, "pnginfo": chunks}
        case "jpg":
            options = {"format": "JPEG", "quality": 95, "subsampling": 0, "comment": told.encode()}
        case "gif":
            # Its 256 colours, without the dots that would stand for others.
            image = image.quantize(256, dither=Image.Dither.NONE)
            options = {"format": "GIF", "comment": told.encode()}
        case _:
            options = {"format": "WEBP", "lossless": True, "exif": description_exif(told)}
    buffer = BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()
