"""The paper that a workbook is printed on."""

from __future__ import annotations

from cnncalc.wording import Word

__all__ = ["MARGIN", "SPARE", "Paper"]

# The white around a page, on each side, in inches.
MARGIN = 0.6
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

    @property
    def room(self) -> tuple[float, float]:
        """How wide and high an upright page is within its margins, in a spreadsheet's pixels.

        >>> width, height = Paper.LETTER.room
        >>> round(width), round(height)
        (701, 941)
        """
        sizes = {Paper.LETTER: (8.5, 11.0), Paper.A3: (11.69, 16.54), Paper.A4: (8.27, 11.69)}
        width, height = ((inches - 2 * MARGIN) * PIXELS_AN_INCH for inches in sizes[self])
        return width, height
