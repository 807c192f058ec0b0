"""What stands in a drawing, for tests to ask."""

from __future__ import annotations

import numpy as np

from cnncalc.calculator import Calculation
from cnncalc.network import initialize
from cnncalc.notation import parse
from cnncalc.trace import record
from cnncalc.views.figure.fonts import width
from cnncalc.views.figure.shapes import Line, Picture, Polygon, Rectangle, Text

HOSTILE = "name \x07\x1b[31m <script>alert(1)</script> & \u202e猫 \"'"


def texts(drawing):
    """Every text of a drawing, in the order in which it is drawn."""
    return [shape.text for shape in drawing.shapes if isinstance(shape, Text)]


def find_text(drawing, text):
    """The one shape that is a text."""
    [found] = [shape for shape in drawing.shapes if isinstance(shape, Text) and shape.text == text]
    return found


def pictures(drawing):
    return [shape for shape in drawing.shapes if isinstance(shape, Picture)]


def rectangles(drawing):
    return [shape for shape in drawing.shapes if isinstance(shape, Rectangle)]


def bounds(shape):
    """The left, the top, the right and the bottom end of a shape."""
    match shape:
        case Line():
            xs, ys = (shape.x, shape.to_x), (shape.y, shape.to_y)
        case Polygon():
            xs, ys = zip(*shape.points, strict=True)
        case Text():
            wide = width(shape.text, shape.size, is_bold=shape.is_bold)
            start = shape.x - {"start": 0, "middle": wide / 2, "end": wide}[shape.anchor]
            xs, ys = (start, start + wide), (shape.y - shape.size, shape.y)
        case _:
            xs, ys = (shape.x, shape.x + shape.width), (shape.y, shape.y + shape.height)
    return min(xs), min(ys), max(xs), max(ys)


def require_inside(drawing):
    """Nothing of a drawing lies outside of it."""
    for shape in drawing.shapes:
        left, top, right, bottom = bounds(shape)
        assert left >= 0, shape
        assert top >= 0, shape
        assert right <= drawing.width + 0.01, shape
        assert bottom <= drawing.height + 0.01, shape


def calculated(kernel, grid, **options):
    """The trace of one convolution."""
    image = np.asarray(grid, dtype=float)
    image = image if image.ndim == 3 else image[:, :, np.newaxis]
    return record(Calculation(kernel, **options).network(image.shape), image)


def traced(text, shape, seed=0):
    """The trace of a network on drawn pixels."""
    image = np.random.default_rng(seed).integers(0, 256, shape).astype(float)
    return record(initialize(parse(text).layers, shape), image)
