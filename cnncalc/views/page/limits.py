"""What a page can hold: a browser calculates all of it again with each change."""

from __future__ import annotations

from cnncalc.errors import OptionError

__all__ = ["MOST_FORMULAS", "require_formulas"]

# A browser calculates so many in about a tenth of a second.
MOST_FORMULAS = 1_000_000


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
