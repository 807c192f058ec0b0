"""The paper that a workbook is printed on."""

from __future__ import annotations

from cnncalc.wording import Word

__all__ = ["ABOVE", "BELOW", "SIDE", "SPARE", "Paper"]

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

    @property
    def number(self) -> int:
        """As Excel's files number it."""
        return {Paper.LETTER: 1, Paper.A3: 8, Paper.A4: 9}[self]

    def room(self, *, is_landscape: bool) -> tuple[float, float]:
        """Return how wide and high a page is within its margins, in a spreadsheet's pixels.

        >>> width, height = Paper.LETTER.room(is_landscape=False)
        >>> round(width), round(height)
        (701, 893)
        """
        sizes = {Paper.LETTER: (8.5, 11.0), Paper.A3: (11.69, 16.54), Paper.A4: (8.27, 11.69)}
        width, height = reversed(sizes[self]) if is_landscape else sizes[self]
        return (width - 2 * SIDE) * PIXELS_AN_INCH, (height - ABOVE - BELOW) * PIXELS_AN_INCH
