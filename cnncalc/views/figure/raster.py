"""A figure as pixels: edges on whole pixels, text and slanted lines smoothed.

Films draw frames with it, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from cnncalc.views.figure.fonts import clean, covered, font_file, width
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

__all__ = ["fitted_pixels", "image_of"]

# Texts, and what is slanted or round, are drawn so many times as large, and reduced.
_FINER = 4
# So far a text reaches above its line and below it, in parts of its size; so many pixels aside.
_RISE, _DROP = 1.1, 0.4
_ASIDE = 2


def image_of(drawing: Drawing, scale: float = 2.0) -> Image.Image:
    """Return a drawing as an RGB image of Pillow's, `scale` pixels for each of its lengths.

    >>> image_of(Drawing(20, 10, "#ffffff", ())).size
    (40, 20)
    """
    size = (max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale)))
    image = Image.new("RGB", size, drawing.paper)
    pen = _Pen(image, scale)
    for shape in drawing.shapes:
        pen.draw(shape)
    return image


def fitted_pixels(picture: Picture, finest: float = 3.0) -> Image.Image:
    """Return a picture's own pixels, or where they are many, at most so many for each length."""
    rows, columns = picture.pixels.shape[:2]
    most = (max(1, round(picture.width * finest)), max(1, round(picture.height * finest)))
    return _resized(picture, (min(columns, most[0]), min(rows, most[1])))


def _resized(picture: Picture, size: tuple[int, int]) -> Image.Image:
    """Return a picture in another size: enlarged with sharp edges, reduced without a gap.

    Where all are grey, so is the image.
    """
    is_grey = bool((picture.pixels == picture.pixels[..., :1]).all())
    pixels = Image.fromarray(picture.pixels[..., 0] if is_grey else picture.pixels)
    is_larger = size[0] >= pixels.width and size[1] >= pixels.height
    return pixels.resize(size, Image.Resampling.NEAREST if is_larger else Image.Resampling.BOX)


@lru_cache(maxsize=64)
def _font(size: float, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    file = str(font_file(is_bold=is_bold))
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _written(text: str, size: float, phase: int, *, is_bold: bool) -> Image.Image:
    """Return how much of each pixel a text covers, `size` pixels high.

    It begins `_ASIDE` pixels and `phase` parts of a pixel, `_FINER` to one, right of the mask's
    edge, and stands on a whole pixel: letters lie at parts of a pixel, or those of small numbers
    would be unevenly far apart.
    """
    above, below = math.ceil(size * _RISE), math.ceil(size * _DROP)
    wide = math.ceil(width(text, size, is_bold=is_bold)) + 1 + 2 * _ASIDE
    mask = Image.new("L", (wide * _FINER, (above + below) * _FINER))
    pen, font = ImageDraw.Draw(mask), _font(size * _FINER, is_bold=is_bold)
    start = float(_ASIDE * _FINER + phase)
    # Letter by letter: Pillow rounds their widths, and a long text would be another's length.
    for letter in text:
        pen.text((round(start), above * _FINER), letter, 255, font, anchor="ls")
        start += width(letter, size * _FINER, is_bold=is_bold)
    return mask.reduce(_FINER)


class _Pen:
    """Draws shapes on an image."""

    def __init__(self, image: Image.Image, scale: float) -> None:
        self._image, self._scale = image, scale
        self._pen = ImageDraw.Draw(image)

    def draw(self, shape: Shape) -> None:
        match shape:
            case Rectangle() if shape.radius:
                self._smooth(shape)
            case Rectangle():
                self._rectangle(shape)
            case Line() if shape.x == shape.to_x or shape.y == shape.to_y:
                self._straight(shape)
            case Line() | Polygon():
                self._smooth(shape)
            case Text():
                self._text(shape)
            case Picture():
                self._picture(shape)

    def _edge(self, length: float) -> int:
        return round(length * self._scale)

    def _thick(self, stroke_width: float) -> int:
        return max(1, round(stroke_width * self._scale))

    def _rectangle(self, shape: Rectangle) -> None:
        left, top = self._edge(shape.x), self._edge(shape.y)
        right, bottom = self._edge(shape.x + shape.width), self._edge(shape.y + shape.height)
        if shape.fill and right > left and bottom > top:
            self._pen.rectangle((left, top, right - 1, bottom - 1), shape.fill)
        if shape.stroke:
            corners = (
                (shape.x, shape.y),
                (shape.x + shape.width, shape.y),
                (shape.x + shape.width, shape.y + shape.height),
                (shape.x, shape.y + shape.height),
            )
            for (x, y), (to_x, to_y) in zip(corners, (*corners[1:], corners[0]), strict=True):
                line = Line(x, y, to_x, to_y, shape.stroke, shape.stroke_width, shape.is_dashed)
                self._straight(line, overlap=not shape.is_dashed)

    def _straight(self, line: Line, *, overlap: bool = False) -> None:
        """Draw a line across or down; where it meets others in a corner, it fills the corner."""
        thick = self._thick(line.stroke_width)
        half = thick // 2
        is_across = line.y == line.to_y
        begin, end = sorted((line.x, line.to_x) if is_across else (line.y, line.to_y))
        middle = self._edge(line.y if is_across else line.x) - half
        for first, last in _dashes(begin, end, is_dashed=line.is_dashed):
            start, stop = self._edge(first), self._edge(last)
            if overlap:
                start, stop = start - half, stop - half + thick
            along, beside = (start, max(start, stop - 1)), (middle, middle + thick - 1)
            if is_across:
                self._pen.rectangle((along[0], beside[0], along[1], beside[1]), line.stroke)
            else:
                self._pen.rectangle((beside[0], along[0], beside[1], along[1]), line.stroke)

    def _smooth(self, shape: Rectangle | Line | Polygon) -> None:
        """Draw a shape finer than the image, and lay it over it."""
        points = _outline(shape)
        margin = shape.stroke_width + 1
        left = math.floor((min(x for x, _ in points) - margin) * self._scale)
        top = math.floor((min(y for _, y in points) - margin) * self._scale)
        right = math.ceil((max(x for x, _ in points) + margin) * self._scale)
        bottom = math.ceil((max(y for _, y in points) + margin) * self._scale)
        size = (right - left, bottom - top)
        finer = self._scale * _FINER
        placed = [(x * finer - left * _FINER, y * finer - top * _FINER) for x, y in points]
        for color, is_fill in _layers(shape):
            mask = Image.new("L", (size[0] * _FINER, size[1] * _FINER))
            _trace(ImageDraw.Draw(mask), shape, placed, finer, is_fill=is_fill)
            mask = mask.resize(size, Image.Resampling.BOX)
            self._image.paste(color, (left, top, right, bottom), mask)

    def _text(self, text: Text) -> None:
        written = covered(clean(text.text))
        wide = width(written, text.size, is_bold=text.is_bold)
        start = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
        left, base = math.floor(start * self._scale), self._edge(text.y)
        phase = round((start * self._scale - left) * _FINER)
        size = round(text.size * self._scale, 2)
        mask = _written(written, size, phase, is_bold=text.is_bold)
        above = math.ceil(size * _RISE)
        self._image.paste(text.color, (left - _ASIDE, base - above), mask)

    def _picture(self, picture: Picture) -> None:
        left, top = self._edge(picture.x), self._edge(picture.y)
        right = self._edge(picture.x + picture.width)
        bottom = self._edge(picture.y + picture.height)
        size = (max(1, right - left), max(1, bottom - top))
        self._image.paste(_resized(picture, size), (left, top))


def _dashes(begin: float, end: float, *, is_dashed: bool) -> Iterator[tuple[float, float]]:
    if not is_dashed:
        yield begin, end
        return
    dash, gap = DASHES
    while begin < end:
        yield begin, min(begin + dash, end)
        begin += dash + gap


def _outline(shape: Rectangle | Line | Polygon) -> list[tuple[float, float]]:
    match shape:
        case Rectangle():
            return [(shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height)]
        case Line():
            return [(shape.x, shape.y), (shape.to_x, shape.to_y)]
        case Polygon():
            return list(shape.points)


def _layers(shape: Rectangle | Line | Polygon) -> Iterator[tuple[str, bool]]:
    """Yield the colours that a shape is laid on with, and whether it is the fill's."""
    if not isinstance(shape, Line) and shape.fill:
        yield shape.fill, True
    if shape.stroke:
        yield shape.stroke, False


def _trace(
    pen: ImageDraw.ImageDraw,
    shape: Rectangle | Line | Polygon,
    points: list[tuple[float, float]],
    finer: float,
    *,
    is_fill: bool,
) -> None:
    """Draw a shape's inside, or its line, into a mask."""
    thick = max(1, round(shape.stroke_width * finer))
    match shape:
        case Rectangle() if is_fill:
            pen.rounded_rectangle((*points[0], *points[1]), shape.radius * finer, 255)
        case Rectangle():
            # Pillow draws a line inside of its box: half of ours lies outside.
            half = thick / 2
            (left, top), (right, bottom) = points
            box = (left - half, top - half, right + half, bottom + half)
            radius = shape.radius * finer + half
            pen.rounded_rectangle(box, radius, None, 255, thick)
        case Line():
            pen.line(points, 255, thick)
        case Polygon() if is_fill:
            pen.polygon(points, 255)
        case Polygon():
            pen.line([*points, points[0], points[1]], 255, thick, "curve")
