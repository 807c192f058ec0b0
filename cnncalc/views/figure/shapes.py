"""What a figure is drawn of: a few shapes in the order in which they are laid over each other.

Lengths are pixels of a screen, 96 an inch; x goes to the right, y down. A colour is #rrggbb, empty
for none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DASHES",
    "Anchor",
    "Drawing",
    "Line",
    "Picture",
    "Polygon",
    "Rectangle",
    "Shape",
    "Text",
    "arrow",
    "hatching",
    "moved",
]

Anchor = Literal["start", "middle", "end"]

DASHES = (4.0, 3.0)
"""How long the dashes of a dashed line are, and the gaps between them."""


@dataclass(frozen=True)
class Rectangle:
    """A rectangle, its corners rounded by `radius`; its line lies half inside, half outside."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""
    stroke_width: float = 1.0
    is_dashed: bool = False
    radius: float = 0.0


@dataclass(frozen=True)
class Line:
    """A straight line from (x, y) to (to_x, to_y)."""

    x: float
    y: float
    to_x: float
    to_y: float
    stroke: str
    stroke_width: float = 1.0
    is_dashed: bool = False


@dataclass(frozen=True)
class Polygon:
    """What lies between points (x, y)."""

    points: tuple[tuple[float, float], ...]
    fill: str = ""
    stroke: str = ""
    stroke_width: float = 1.0


@dataclass(frozen=True)
class Text:
    """One line of text: y is its base line, x its start, its middle or its end."""

    x: float
    y: float
    text: str
    size: float
    color: str
    anchor: Anchor = "start"
    is_bold: bool = False


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels of (rows, columns, 3) levels from 0 to 255, each a rectangle with sharp edges."""

    x: float
    y: float
    width: float
    height: float
    pixels: NDArray[np.uint8]


Shape = Rectangle | Line | Polygon | Text | Picture


@dataclass(frozen=True)
class Drawing:
    """A figure: its size, its paper, its shapes from the lowest to the uppermost.

    `title` says in a few words what it shows, `description` in sentences, for who doesn't see it.
    """

    width: float
    height: float
    paper: str
    shapes: tuple[Shape, ...]
    title: str = ""
    description: str = ""

    @property
    def texts(self) -> list[str]:
        """All that is written in it."""
        return [shape.text for shape in self.shapes if isinstance(shape, Text)]


def arrow(
    x: float, y: float, to_x: float, to_y: float, color: str, stroke_width: float = 1.5
) -> tuple[Shape, ...]:
    """Return an arrow: a line, and its head, which ends at (to_x, to_y).

    >>> line, head = arrow(0, 0, 10, 0, "#000000")
    >>> line.to_x < 10, max(x for x, _ in head.points)
    (True, 10)
    """
    angle = math.atan2(to_y - y, to_x - x)
    length = 5 * stroke_width
    sides = [
        (to_x - length * math.cos(angle + turn), to_y - length * math.sin(angle + turn))
        for turn in (0.45, -0.45)
    ]
    end = (to_x - 0.7 * length * math.cos(angle), to_y - 0.7 * length * math.sin(angle))
    return (
        Line(x, y, *end, color, stroke_width),
        Polygon(((to_x, to_y), sides[0], sides[1]), color),
    )


def hatching(
    x: float, y: float, width: float, height: float, color: str, gap: float = 5.0
) -> Iterator[Line]:
    """Yield slanted lines across a rectangle, from the lower left to the upper right.

    >>> [(line.x, line.y, line.to_x, line.to_y) for line in hatching(0, 0, 10, 5, "#000000")]
    [(0.0, 5.0, 5.0, 0.0), (5.0, 5.0, 10, 0.0)]
    """
    for number in range(1, math.ceil((width + height) / gap)):
        far = number * gap
        left, right = max(0.0, far - height), min(width, far)
        yield Line(x + left, y + far - left, x + right, y + far - right, color, 0.8)


def moved(shape: Shape, x: float, y: float) -> Shape:
    """Return a shape, that much further to the right and down.

    >>> moved(Line(0, 0, 2, 0, "#000000"), 1, 5).to_x
    3
    """
    match shape:
        case Line():
            end_x, end_y = shape.to_x + x, shape.to_y + y
            return replace(shape, x=shape.x + x, y=shape.y + y, to_x=end_x, to_y=end_y)
        case Polygon():
            return replace(shape, points=tuple((px + x, py + y) for px, py in shape.points))
        case _:
            return replace(shape, x=shape.x + x, y=shape.y + y)
