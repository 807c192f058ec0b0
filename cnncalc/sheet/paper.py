"""The paper that a workbook is printed on."""

from __future__ import annotations

from cnncalc.wording import Word

__all__ = ["ABOVE", "BELOW", "SIDE", "SPARE", "Paper", "shared_room"]

# The white around a page, in inches: on either side, above with the title, below with the number.
SIDE, ABOVE, BELOW = 0.6, 0.95, 0.75
PIXELS_AN_INCH = 96
# Programs print columns up to 6 % wider than their pixels, and a title above takes some height.
SPARE = (1.07, 1.05)


class Paper(Word):
    """The paper that a workbook is printed on."""

    A4 = "A4"
    LETTER = "letter"
    A3 = "A3"

    def room(self, *, is_landscape: bool) -> tuple[float, float]:
        """Return how wide and high a page is within its margins, in a spreadsheet's pixels.

        >>> width, height = Paper.LETTER.room(is_landscape=False)
        >>> round(width), round(height)
        (701, 893)
        """
        sizes = {Paper.LETTER: (8.5, 11.0), Paper.A3: (11.69, 16.54), Paper.A4: (8.27, 11.69)}
        width, height = reversed(sizes[self]) if is_landscape else sizes[self]
        return (width - 2 * SIDE) * PIXELS_AN_INCH, (height - ABOVE - BELOW) * PIXELS_AN_INCH


def shared_room(scale: float) -> tuple[float, float]:
    """Return the pixels, wide and high, that A4 and Letter both print in landscape at a scale.

    What programs print larger than planned is left free.

    >>> width, height = shared_room(0.8)
    >>> round(width), round(height)
    (1099, 751)
    """
    rooms = [paper.room(is_landscape=True) for paper in (Paper.A4, Paper.LETTER)]
    width, height = (min(sides) for sides in zip(*rooms, strict=True))
    return width / SPARE[0] / scale, height / SPARE[1] / scale
