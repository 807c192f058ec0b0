"""What a page can hold: a browser calculates all of it again with each change."""

from __future__ import annotations

from math import prod

from cnncalc.errors import OptionError
from cnncalc.layers import Shape
from cnncalc.wording import size_text

__all__ = ["MOST_FORMULAS", "require_formulas", "require_pixels"]

# A browser calculates so many in about a tenth of a second.
MOST_FORMULAS = 1_000_000
# They take some 2 MB in a page, and 20 seconds to be written.
MOST_PIXELS = 1_000_000


def require_formulas(formulas: int, words: str = "") -> None:
    """Raise OptionError for more formulas than a browser can follow.

    Arguments: how many; `words` before the number, "at least " for example.

    >>> require_formulas(90_022)
    """
    if formulas > MOST_FORMULAS:
        message = (
            f"a page holds {MOST_FORMULAS:,} formulas at most: name a smaller input, --resize it "
            "to a smaller --input-shape, take fewer filters (to train, fewer steps or samples, or "
            "a smaller --batch-size), or write a workbook with export-xlsx --large. "
            f"Received: a calculation of {words}{formulas:,} formulas"
        )
        raise OptionError(message)


def require_pixels(input_shape: Shape) -> None:
    """Raise OptionError for an image, or samples, of more numbers than a page holds.

    >>> require_pixels((28, 28, 1))
    """
    if prod(input_shape) > MOST_PIXELS:
        message = (
            f"a page holds {MOST_PIXELS:,} numbers of an image at most: name a smaller image, or "
            "--resize it to a network's smaller --input-shape. "
            f"Received: {size_text(input_shape)}, {prod(input_shape):,} numbers"
        )
        raise OptionError(message)
