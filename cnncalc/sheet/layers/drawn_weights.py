"""Whether a network's weights are still those that cnncalc drew, which a prediction looks up.

Untrained weights tell no classes apart: a workbook names a class only where other weights have been
typed over them. That shows in sums that count each weight by its place: weights that change places,
as in a kernel that is flipped, change them as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnncalc.network import Array
from cnncalc.provenance import untrained
from cnncalc.rules.spelling import literal
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import (
    EACH,
    Draw,
    Finder,
    Index,
    entered,
    whole,
)
from cnncalc.sheet.plan import Block, Formula, Quantity
from cnncalc.sheet.quantities import CHANGED, DRAWN_SUMS, WEIGHT_SUMS, WEIGHTS
from cnncalc.sheet.volumes import ONE_SLICE, Volume, one_cell

__all__ = ["Share", "drawn_volumes", "if_changed", "sum_sizes", "weight_sums", "weights_said"]

# A formula adds up so many slices at most: their addresses must fit into it.
MOST_SLICES = 32
# Of cash flows, NPV counts the first the most, row by row: the one function that tells places apart
# without a table of factors or an array formula. The rate is so low that the last of many weights
# still counts e⁻¹, and no round numbers typed over a few of them cancel each other.
_BY_PLACE = "NPV(1/{0},{1})"
_LEAST_PERIODS = 1000
# So large a share may be what programs differ by when they add up.
_ROUNDING = 1e-9
_CHANGED = f"IF(ABS({{0}}-{{1}})<={literal(_ROUNDING)}*(1+ABS({{1}})),0,1)"
_UNCHANGED = "SUM({{{}}})=0"
_TYPED = "typed over"
_NOTE = (
    "Drawn by cnncalc, such weights tell no classes apart: once others are typed over them, the "
    "class is named."
)


@dataclass(frozen=True)
class Share:
    """Some slices of a layer's weights: a row of the table that tells whether they changed."""

    caption: str
    volume: Volume
    indices: tuple[Index, ...]

    def references(self, find: Finder) -> Formula:
        """Return the formula of its sums."""
        size = (self.volume.height, self.volume.width)
        cells = [find(self.volume.quantity, index, size) for index in self.indices]
        places = ",".join(f"{{{place}}}" for place in range(len(cells)))
        count = len(cells) * self.volume.height * self.volume.width
        return Formula(_BY_PLACE.format(_periods(count), places), tuple(cells))

    def numbers(self, values: Mapping[Quantity, Array]) -> Array:
        """Return its weights, one after the other."""
        nowhere = Finder({}, "")
        blocks = [block for index in self.indices for block in self.volume.draw(index, nowhere)]
        return np.concatenate([block.slice(values).ravel() for block in blocks])


def _shares(volumes: Iterable[Volume]) -> list[Share]:
    """Return the rows of the table, given all volumes of a network."""
    return [
        Share(f"{volume.layer} {volume.quantity.name}", volume, indices)
        for volume in volumes
        if volume.quantity.kind == "weight"
        for indices in _parts([item.index for item in volume.items])
    ]


def _parts(indices: Sequence[Index]) -> list[tuple[Index, ...]]:
    starts = range(0, len(indices), MOST_SLICES)
    return [tuple(indices[start : start + MOST_SLICES]) for start in starts]


def drawn_volumes(seed: int, volumes: Iterable[Volume]) -> list[Volume]:
    """Return the cell that says whether the weights are drawn, and the table behind it.

    Arguments: the `seed` that they were drawn from; all `volumes` of the network's layers.
    """
    shares = _shares(volumes)
    count = len(shares)

    def sums(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            Block(row, 0, 1, 1, "formula", WEIGHT_SUMS, (), row, formula=share.references(find))
            for row, share in enumerate(shares)
        )

    def changed(index: Index, find: Finder) -> Formula:
        pair = (find(sums, (), steps=EACH) for sums in (WEIGHT_SUMS, DRAWN_SUMS))
        return formulas.apply(_CHANGED, *pair)

    def said(index: Index, find: Finder) -> Formula:
        template = f'IF({_UNCHANGED.format(0)},"{untrained(seed)}","{_TYPED}")'
        return formulas.apply(template, find(CHANGED, (), (count, 1)))

    def column(title: str, quantity: Quantity, draw: Draw) -> Volume:
        return Volume(title, "", quantity, count, 1, ONE_SLICE, draw, "")

    captions = tuple(share.caption for share in shares)
    drawn = entered(DRAWN_SUMS, count, 1, "label")
    return [
        one_cell("weights", WEIGHTS, said, _NOTE),
        replace(column("sum by place", WEIGHT_SUMS, sums), rows=captions),
        column("sum as drawn", DRAWN_SUMS, drawn),
        column("changed sums", CHANGED, whole(CHANGED, count, 1, changed)),
    ]


def if_changed(formula: Formula, find: Finder, rows: int) -> Formula:
    """Return a formula's result where the weights were typed over, else what is said of them.

    Arguments: the `formula`; `find`; how many `rows` the table has.
    """
    place = len(formula.references)
    template = f"IF({_UNCHANGED.format(place)},{{{place + 1}}},{formula.template})"
    changed, said = find(CHANGED, (), (rows, 1)), find(WEIGHTS, ())
    return Formula(template, (*formula.references, changed, said))


def weight_sums(
    volumes: Iterable[Volume], values: Mapping[Quantity, Array], drawn: Mapping[Quantity, Array]
) -> dict[Quantity, Array]:
    """Return the numbers of the table.

    Arguments: all `volumes` of the network's layers; its `values`, and the weights as they were
    `drawn`, by quantity.
    """
    shares = _shares(volumes)
    now, before = (
        np.array([[_sum_by_place(share.numbers(weights))] for share in shares])
        for weights in (values, drawn)
    )
    changed = np.abs(now - before) > _ROUNDING * (1 + np.abs(before))
    return {WEIGHT_SUMS: now, DRAWN_SUMS: before, CHANGED: changed.astype(np.float64)}


def _sum_by_place(weights: Array) -> float:
    growth = 1 + 1 / _periods(weights.size)
    return float((weights / growth ** np.arange(1, weights.size + 1)).sum())


def _periods(count: int) -> int:
    """Return over how many places a weight comes to count e⁻¹, of a `count` of weights."""
    return _LEAST_PERIODS + count


def sum_sizes(volumes: Iterable[Volume], values: Mapping[Quantity, Array]) -> Array:
    """Return what each of the sums would be, had no weight cancelled another."""
    return np.array([[_sum_by_place(np.abs(share.numbers(values)))] for share in _shares(volumes)])


def weights_said(sums: Mapping[Quantity, Array], seed: int) -> str:
    """Return what is said of the weights, given the numbers of the table."""
    return _TYPED if sums[CHANGED].any() else untrained(seed)
