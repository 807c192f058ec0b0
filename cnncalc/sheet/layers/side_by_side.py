"""Volumes that take one number of each of several sources, whatever rows these stand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from cnncalc.layers import Shape
from cnncalc.sheet.blocks import EACH, Draw, Finder, Index, whole
from cnncalc.sheet.gathering import part_cell
from cnncalc.sheet.plan import STAY, Block, Formula, Quantity, Reference, Step
from cnncalc.sheet.volumes import Source, Volume

__all__ = ["Read", "Write", "drawn_number_by_number"]

# The formula of one number, from the cells that it reads.
Write = Callable[[Sequence[Reference]], Formula]


class Read(NamedTuple):
    """A source that is read number by number, from the channel or unit `first` on."""

    source: Source
    first: int = 0


def drawn_number_by_number(
    title: str,
    where: tuple[Quantity, Source],
    reads: Sequence[Read],
    write: Write,
    rule: str,
) -> Volume:
    """Return the volume of what a formula makes of one number of each source.

    Arguments: the `title`; the quantity, and the source whose form it has; what it `reads`, each of
    that form, or smaller and repeated; how its formula is to `write`; the `rule`.
    """
    quantity, form = where
    draw = _units(quantity, form, reads, write) if form.is_vector else _slices(*where, reads, write)
    what = (title, quantity.layer, quantity, *form.size, form.items, draw, rule, ())
    return Volume(*what, *form.labels)


def _slices(quantity: Quantity, form: Source, reads: Sequence[Read], write: Write) -> Draw:
    def formula(index: Index, find: Finder) -> Formula:
        (channel,) = index
        return write(
            [part_cell(source, form.shape, (channel + first,), find) for source, first in reads]
        )

    return whole(quantity, *form.size, formula)


def _units(quantity: Quantity, form: Source, reads: Sequence[Read], write: Write) -> Draw:
    """Return the rule for a vector: a block where all stand alike, else one for each piece."""
    if all(_stands_alike(read, form) for read in reads):

        def formula(index: Index, find: Finder) -> Formula:
            steps = [(STAY, STAY) if _stays(read, form.shape) else EACH for read in reads]
            pairs = zip(reads, steps, strict=True)
            return write([find(read.source.quantity, (), steps=by) for read, by in pairs])

        return whole(quantity, *form.size, formula)

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            _piece(
                quantity,
                divmod(first, len(form.captions)),
                end - first,
                write([_unit(read, first, form.shape, find) for read in reads]),
            )
            for first, end in pairwise(_breaks(form, reads))
        )

    return draw


def _stays(read: Read, shape: Shape) -> bool:
    """Tell whether a read vector has one number for all."""
    return read.source.shape == (1,) != shape


def _stands_alike(read: Read, form: Source) -> bool:
    return _stays(read, form.shape) or (not read.first and read.source.size == form.size)


def _breaks(form: Source, reads: Sequence[Read]) -> list[int]:
    """Return the units at which a row begins, of the result or of what it reads; the end, too."""
    (count,) = form.shape
    found = {count, *range(0, count, len(form.captions))}
    for read in reads:
        if not _stays(read, form.shape):
            columns = len(read.source.captions)
            found.update(range(-read.first % columns, count, columns))
    return sorted(found)


def _unit(read: Read, unit: int, shape: Shape, find: Finder) -> Reference:
    quantity = read.source.quantity
    if _stays(read, shape):
        return find(quantity, ())
    row, column = divmod(unit + read.first, len(read.source.captions))
    return find(quantity, (), steps=(STAY, Step(0, 1))).moved(row, column)


def _piece(quantity: Quantity, place: tuple[int, int], width: int, formula: Formula) -> Block:
    return Block(*place, 1, width, "formula", quantity, (), *place, formula)
