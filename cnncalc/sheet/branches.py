"""Which layers of a network stand in a row, one behind the other, and where a branch begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cnncalc.layers import Layer
from cnncalc.layers.graph import IMAGE_PLACE, sources

__all__ = ["Branches", "branches_of"]


@dataclass(frozen=True)
class Branches:
    """The image and the layers behind it, in rows: those of a chain in a single one.

    By places, the image's first: the row that each stands in; its `depth`, how many stand before it
    on the longest way to it; and the places that it `takes` from. Each row begins at its `firsts`.
    """

    rows: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    takes: list[tuple[int, ...]] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)


def branches_of(layers: Sequence[Layer]) -> Branches:
    """Return how the layers of a network stand in rows.

    A layer goes on with the row at whose end stands what it takes, if all that it takes stands in
    that row: a skip stays in it. Otherwise it begins a row of its own.

    >>> from cnncalc.layers import Add, Dense
    >>> skip = [Dense(1, name="a"), Dense(1, name="b"), Add(name="add", inputs=("b", "a"))]
    >>> branches_of(skip).rows
    [0, 0, 0, 0]
    >>> side = [Dense(1, name="a"), Dense(1, name="b", inputs=("input",))]
    >>> branches_of([*side, Add(name="add", inputs=("a", "b"))]).rows
    [0, 0, 1, 2]
    """
    found = Branches()
    ends: list[int] = []
    for place, taken in enumerate([(), *sources(layers)]):
        places = tuple(dict.fromkeys(source - IMAGE_PLACE for source in taken))
        row = _row_behind(found, ends, places)
        if row == len(ends):
            ends.append(place)
            found.firsts.append(place)
        ends[row] = place
        found.rows.append(row)
        found.depths.append(1 + max((found.depths[source] for source in places), default=-1))
        found.takes.append(places)
    return found


def _row_behind(found: Branches, ends: Sequence[int], places: Sequence[int]) -> int:
    """Return the row that what takes from some places stands in, a new one where none goes on."""
    rows = {found.rows[place] for place in places}
    row = rows.pop() if len(rows) == 1 else len(ends)
    return row if row < len(ends) and ends[row] in places else len(ends)
