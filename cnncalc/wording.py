"""How names and sizes are written: several in a sentence, one out of a few as a text, 17×3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

__all__ = ["Word", "listed", "size_text"]

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


def size_text(shape: Sequence[int]) -> str:
    """Write a size as 28×28×10; a depth of 1 goes without saying.

    >>> size_text((17, 3, 1))
    '17×3'
    """
    sizes = shape[:-1] if len(shape) == 3 and shape[-1] == 1 else shape
    return "×".join(map(str, sizes))


class Word(StrEnum):
    """One text out of a few, which records and explanations show as the text that it is."""

    def __repr__(self) -> str:
        """Return the text in quotes."""
        return repr(self.value)
