"""A figure as SVG: text is text, in faces that the file brings along."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterable, Iterator
from html import escape
from io import BytesIO

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from cnncalc.views.figure.fonts import FAMILY, clean, covered, font_file, width
from cnncalc.views.figure.raster import fitted_pixels
from cnncalc.views.figure.shapes import (
    DASHES,
    Drawing,
    Line,
    Picture,
    Polygon,
    Rectangle,
    Shape,
    Text,
)

__all__ = ["svg_of"]

_FALLBACK = "'DejaVu Sans', Verdana, sans-serif"


def svg_of(drawing: Drawing) -> str:
    """Return a drawing as SVG, which needs no other file and runs nothing.

    >>> svg_of(Drawing(20, 10, "#ffffff", ()))[:60]
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="1'
    """
    size = f'width="{_number(drawing.width)}" height="{_number(drawing.height)}"'
    box = f'viewBox="0 0 {_number(drawing.width)} {_number(drawing.height)}"'
    title = f"<title>{_text(drawing.title)}</title>" if drawing.title else ""
    told = f"<desc>{_text(drawing.description)}</desc>" if drawing.description else ""
    paper = Rectangle(0, 0, drawing.width, drawing.height, drawing.paper)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img">',
            *filter(None, (title, told)),
            f"<style>{''.join(_faces(drawing.shapes))}text{{font-family:'{FAMILY}',{_FALLBACK};"
            "white-space:pre}.b{font-weight:600}</style>",
            *map(_element, (paper, *drawing.shapes)),
            "</svg>\n",
        ]
    )


def _faces(shapes: Iterable[Shape]) -> Iterator[str]:
    """Yield the rule of each face that is used, with the letters that are written in it."""
    letters: dict[bool, set[str]] = {}
    for shape in shapes:
        if isinstance(shape, Text):
            letters.setdefault(shape.is_bold, set()).update(covered(clean(shape.text)))
    for is_bold, used in sorted(letters.items()):
        source = f"url(data:font/woff;base64,{_subset(used, is_bold=is_bold)})"
        weight = 600 if is_bold else 400
        yield f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};src:{source}}}"


def _subset(letters: set[str], *, is_bold: bool) -> str:
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = Options(name_IDs=[], notdef_outline=True, hinting=False, layout_features=[])
    with TTFont(font_file(is_bold=is_bold), recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=map(ord, letters))
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = BytesIO()
        font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode()


def _element(shape: Shape) -> str:
    match shape:
        case Rectangle():
            rounded = f' rx="{_number(shape.radius)}"' if shape.radius else ""
            return f"<rect {_box(shape)}{rounded}{_painted(shape)}/>"
        case Line():
            ends = f'x1="{_number(shape.x)}" y1="{_number(shape.y)}" '
            ends += f'x2="{_number(shape.to_x)}" y2="{_number(shape.to_y)}"'
            return f"<line {ends}{_stroke(shape)}/>"
        case Polygon():
            points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
            return f'<polygon points="{points}"{_painted(shape)} stroke-linejoin="round"/>'
        case Text():
            return _text_element(shape)
        case Picture():
            return f'<image {_box(shape)} preserveAspectRatio="none" {_pixels(shape)}/>'


def _text_element(text: Text) -> str:
    written = clean(text.text)
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    # Programs that don't read the faces keep the places of what is written all the same.
    length = _number(width(written, text.size, is_bold=text.is_bold))
    bold = ' class="b"' if text.is_bold else ""
    return (
        f'<text x="{_number(text.x)}" y="{_number(text.y)}" font-size="{_number(text.size)}" '
        f'fill="{text.color}"{anchor}{bold} '
        f'textLength="{length}" lengthAdjust="spacingAndGlyphs">{_text(written)}</text>'
    )


def _box(shape: Rectangle | Picture) -> str:
    place = f'x="{_number(shape.x)}" y="{_number(shape.y)}"'
    return f'{place} width="{_number(shape.width)}" height="{_number(shape.height)}"'


def _painted(shape: Rectangle | Polygon) -> str:
    fill = f' fill="{shape.fill or "none"}"'
    return fill + (_stroke(shape) if shape.stroke else "")


def _stroke(shape: Rectangle | Line | Polygon) -> str:
    is_dashed = not isinstance(shape, Polygon) and shape.is_dashed
    dashes = f' stroke-dasharray="{" ".join(map(_number, DASHES))}"' if is_dashed else ""
    return f' stroke="{shape.stroke}" stroke-width="{_number(shape.stroke_width)}"{dashes}'


def _pixels(picture: Picture) -> str:
    """Return the pixels as a PNG; programs enlarge it with sharp edges where they are told to."""
    buffer = BytesIO()
    fitted_pixels(picture).save(buffer, "PNG", optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"'


def _number(value: float) -> str:
    """Write a length with two decimals at most.

    >>> _number(3.0), _number(1 / 3)
    ('3', '0.33')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _text(text: str) -> str:
    return escape(clean(text), quote=True)
