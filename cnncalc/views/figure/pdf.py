"""A figure as PDF: one page of its size, text as text, with the faces in the file."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from fpdf import FPDF

from cnncalc.views.colors import rgb
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

__all__ = ["pdf_of"]

_POINTS_A_PIXEL = 0.75
# Nothing in a file tells when it was made: the same figure is the same file.
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def pdf_of(drawing: Drawing, told: str = "") -> bytes:
    """Return a drawing as PDF.

    Argument: `told`, what its metadata say beside its title.
    """
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    size = (drawing.width * _POINTS_A_PIXEL, drawing.height * _POINTS_A_PIXEL)
    page = FPDF(unit="pt", format=size)
    page.set_margin(0)
    page.set_auto_page_break(auto=False)
    page.set_creation_date(_NEVER)
    page.set_title(clean(drawing.title))
    page.set_subject(clean(drawing.description))
    page.set_keywords(clean(told))
    for style, is_bold in (("", False), ("B", True)):
        page.add_font(FAMILY, style, font_file(is_bold=is_bold))
    page.add_page()
    for shape in (Rectangle(0, 0, drawing.width, drawing.height, drawing.paper), *drawing.shapes):
        _draw(page, shape)
    return bytes(page.output())


def _draw(page: FPDF, shape: Shape) -> None:
    match shape:
        case Rectangle():
            rounded: dict[str, Any] = (
                {"round_corners": True, "corner_radius": _points(shape.radius)}
                if shape.radius
                else {}
            )
            _paint(page, shape)
            page.rect(*_box(shape), style=_style(shape), **rounded)
        case Line():
            _paint(page, shape)
            page.line(*map(_points, (shape.x, shape.y, shape.to_x, shape.to_y)))
        case Polygon():
            _paint(page, shape)
            points = [(_points(x), _points(y)) for x, y in shape.points]
            page.polygon(points, style=_style(shape))
        case Text():
            _write(page, shape)
        case Picture():
            page.image(fitted_pixels(shape), *_box(shape))


def _paint(page: FPDF, shape: Rectangle | Line | Polygon) -> None:
    fill = "" if isinstance(shape, Line) else shape.fill
    if fill:
        page.set_fill_color(*rgb(fill))
    if shape.stroke:
        page.set_draw_color(*rgb(shape.stroke))
        page.set_line_width(_points(shape.stroke_width))
    is_dashed = not isinstance(shape, Polygon) and shape.is_dashed
    if is_dashed:
        # The ends of fpdf2's lines reach half their width too far.
        dash, gap = DASHES
        longer = min(shape.stroke_width, dash - 0.1)
        page.set_dash_pattern(_points(dash - longer), _points(gap + longer))
    else:
        page.set_dash_pattern()


def _style(shape: Rectangle | Polygon) -> str:
    return ("D" if shape.stroke else "") + ("F" if shape.fill else "")


def _write(page: FPDF, text: Text) -> None:
    written = covered(clean(text.text))
    if not written:
        return
    wide = width(written, text.size, is_bold=text.is_bold)
    start = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
    page.set_font(FAMILY, "B" if text.is_bold else "", _points(text.size))
    page.set_text_color(*rgb(text.color))
    page.text(_points(start), _points(text.y), written)


def _box(shape: Rectangle | Picture) -> tuple[float, float, float, float]:
    return (
        _points(shape.x),
        _points(shape.y),
        _points(shape.width),
        _points(shape.height),
    )


def _points(pixels: float) -> float:
    return pixels * _POINTS_A_PIXEL
