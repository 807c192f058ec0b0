"""What a part of a network is of, and which numbers of the whole each of its results holds."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.layers import Shape
from cnncalc.rules import Position
from cnncalc.wording import listed, size_text

__all__ = ["Part", "Shown"]

_NOUNS = {1: ("unit",), 3: ("row", "column", "channel")}


@dataclass(frozen=True)
class Shown:
    """Which numbers of a result a part holds: each index of a direction with each of the others.

    `name` is the layer's whose result it is, `shape` that of the whole result; `box` has the rows,
    columns and channels, or the units.
    """

    name: str
    shape: Shape
    box: tuple[tuple[int, ...], ...]

    @property
    def channels(self) -> tuple[int, ...]:
        """The channels, or the units."""
        return self.box[-1]

    @property
    def words(self) -> str:
        """Say which numbers they are.

        >>> Shown("conv", (28, 28, 8), ((3, 4, 5), (7,), (0, 2))).words
        'rows 3 to 5, column 7, channels 0, 2 of conv (28×28×8)'
        """
        nouns = _NOUNS[len(self.box)]
        parts = [
            _span(noun, indices, size)
            for noun, indices, size in zip(nouns, self.box, self.shape, strict=True)
        ]
        said = ", ".join(filter(None, parts)) or "all"
        return f"{said} of {self.name} ({size_text(self.shape)})"


def _span(noun: str, indices: tuple[int, ...], size: int) -> str:
    """Say which indices of a direction of a size they are; nothing for all of several."""
    first, last = indices[0], indices[-1]
    if len(indices) == size > 1:
        return ""
    if first == last:
        return f"{noun} {first}"
    if last - first + 1 == len(indices):
        return f"{noun}s {first} to {last}"
    return f"{noun}s {listed(indices)}"


@dataclass(frozen=True)
class Part:
    """A part of a network: the `layer` and the place `at` which the number stands that it is of.

    `shown` is what the part's image and, in order, each of its layers show of the whole network.
    """

    layer: str
    at: Position
    shown: tuple[Shown, ...]

    @property
    def image(self) -> Shown:
        """What the part begins with: the image's pixels, or results of the layer it has behind."""
        return self.shown[0]

    def said(self, place: int) -> str:
        """Say what the image (0) or one of the layers, from 1 on, shows: a sentence and a space."""
        words = self.shown[place].words
        return f"{words[:1].upper()}{words[1:]}. "

    @property
    def place_in_last(self) -> Position:
        """Where the number stands in the result of the part's last layer."""
        box = self.shown[-1].box
        return tuple(indices.index(index) for indices, index in zip(box, self.at, strict=True))
