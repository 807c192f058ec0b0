"""Sums of products over channels, in parts where one formula can't hold them, and their biases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cnncalc.substeps import parts
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.partial_sums import in_parts, part_cells
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_channel,
    each_number,
    whole,
)

__all__ = ["Parts", "Products", "bias_volume", "sum_volumes"]

# The formula of one output (a filter, a unit) over a share of the channels that it sees.
Products = Callable[[int, range, Finder], Formula]


class Parts(NamedTuple):
    """What partial sums are called, and what each of them holds a part of."""

    name: str = "partial sums"
    of: str = "channels"


_PARTS = Parts()


def sum_volumes(
    group: str,
    result: Source,
    depth: int,
    products: Products,
    notes: Sequence[str],
    named: Parts = _PARTS,
) -> list[Volume]:
    """Return the volume of sums over channels, after one of partial sums where it takes them.

    Arguments: the `group` it is called; the `result`, of a channel for each output; the `depth`,
    how many channels each output sees; the formula of an output's `products`; the `notes`; how
    the parts are `named`.
    """
    shares = parts(depth, named.of)
    if len(shares) > 1:
        return _volumes_in_parts(group, result, shares, products, notes, named)

    def formula(index: Index, find: Finder) -> Formula:
        return products(index[0], shares[0], find)

    draw = whole(result.quantity, *result.size, formula)
    layer = result.quantity.layer
    return [Volume(group, layer, result.quantity, *result.size, result.items, draw, tuple(notes))]


def _volumes_in_parts(
    group: str,
    result: Source,
    shares: Sequence[range],
    products: Products,
    notes: Sequence[str],
    named: Parts,
) -> list[Volume]:
    layer = result.quantity.layer
    helper = Quantity("helper", layer, named.name)

    def part(index: Index, find: Finder) -> Formula:
        return products(index[1], shares[index[0]], find)

    def total(index: Index, find: Finder) -> Formula:
        return formulas.joined("sum", part_cells(helper, len(shares), index, find))

    first, *more = notes
    size = result.size
    draw_parts, draw_total = whole(helper, *size, part), whole(result.quantity, *size, total)
    noted = (first, f"A formula holds a part of the {named.of}.", *more)
    partial = Volume("Partial sums", layer, helper, *size, (), draw_parts, noted)
    outputs = each_channel(result.captions)
    totals = Volume(group, layer, result.quantity, *size, outputs, draw_total)
    return in_parts(totals, partial, shares, named.of)


def bias_volume(group: str, result: Quantity, source: Source, note: str) -> Volume:
    """Return the volume of sums with the bias of each output added."""
    bias = Quantity("weight", result.layer, "bias")

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(source.quantity, index, steps=EACH)
        own = find(bias, index, steps=EACH) if source.is_vector else find(bias, index)
        return formulas.apply(formulas.PLUS, cell, own)

    return each_number(group, result, source, formula, note)
