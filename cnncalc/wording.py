"""How names are written: several in a sentence, and one out of a few as the text that it is."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Word", "listed"]

MOST = 10


def listed(names: Iterable[object], most: int = MOST, *, counted: bool = False) -> str:
    """Write names one after the other, the first few where there are many.

    Arguments: the `names`; how many are written at `most`; `counted`, whether to say how many there
    are in all where that isn't said before.

    >>> listed(["cat", "dog"]), listed(range(5), 2), listed(range(5), 2, counted=True)
    ('cat, dog', '0, 1, …', '0, 1, … (5 in all)')
    """
    texts = list(map(str, names))
    shown = ", ".join(texts[:most])
    if len(texts) <= most:
        return shown
    return f"{shown}, …" + (f" ({len(texts):,} in all)" if counted else "")


class Word(StrEnum):
    """One text out of a few, which records and explanations show as the text that it is."""

    def __repr__(self) -> str:
        """Return the text in quotes."""
        return repr(self.value)
