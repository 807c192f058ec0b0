"""Sums of products over channels, in parts where one formula can't hold them, and their biases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cnncalc.helper_cells import parts
from cnncalc.sheet import formulas
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.quantities import BATCH, of_batch, title
from cnncalc.sheet.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_channel,
    each_number,
    whole,
)
from cnncalc.trace.stage_names import StepName, partial_name

__all__ = [
    "BatchSum",
    "Parts",
    "Products",
    "batch_sum_volumes",
    "bias_volume",
    "in_parts",
    "one_block",
    "part_cells",
    "sum_volumes",
    "undrawn",
]


def in_parts(total: Volume, partial: Volume, shares: Sequence[range], of: str) -> list[Volume]:
    """Return the volume of partial sums, and after it that of their totals.

    Arguments: the volume of the `total`; that of the `partial` sums, which is given its items here:
    those of the total, each in as many parts as there are `shares`, with the part's place in front
    of its index; what they are shares `of`.
    """
    items = tuple(
        Item(
            (place, *item.index),
            Slot(item.slot.tile, item.slot.place * len(shares) + place),
            ", ".join(filter(None, (item.caption, f"{of} {share[0]} to {share[-1]}"))),
        )
        for item in total.items
        for place, share in enumerate(shares)
    )
    return [replace(partial, items=items), replace(total, notes=("The partial sums added up.",))]


def part_cells(helper: Quantity, count: int, index: Index, find: Finder) -> list[Reference]:
    """Return the cells of the `count` parts of a sum."""
    return [find(helper, (place, *index), steps=EACH) for place in range(count)]


# The formula of one output (a filter, a unit) over a share of the channels that it sees.
Products = Callable[[int, range, Finder], Formula]


class Parts(NamedTuple):
    """What partial sums are called, and what each of them holds a part of."""

    name: str = StepName.PARTIAL_SUMS
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


# What one sample adds to a block of a slice.
Term = Callable[[int, Index, Block, Finder], Formula]

# The blocks of a slice without their formulas, given its quantity, and its index as weights have
# it behind that of the part, if there is one.
Blocks = Callable[[Quantity, Index, Index], tuple[Block, ...]]


@dataclass(frozen=True)
class BatchSum:
    """A sum over samples, a slice at a time.

    Arguments: the `volume` of the result, `undrawn`; the `blocks` of a slice; the `term` of one
    sample.
    """

    volume: Volume
    blocks: Blocks
    term: Term


def one_block(height: int, width: int) -> Blocks:
    """Return the rule for slices that are one block each."""

    def blocks(quantity: Quantity, part: Index, index: Index) -> tuple[Block, ...]:
        return (Block(0, 0, height, width, "formula", quantity, (*part, *index)),)

    return blocks


def undrawn(
    quantity: Quantity, size: tuple[int, int], items: tuple[Item, ...], note: str, group: str = ""
) -> Volume:
    """Return the volume of a sum, as yet without a rule for drawing; of a gradient by default."""
    what = (group or title(quantity), quantity.layer, quantity, *size, items)
    return Volume(*what, lambda *_: (), (note,))


def batch_sum_volumes(summed: BatchSum, samples: int) -> list[Volume]:
    """Return the volume of a sum over `samples`, after one of partial sums where it takes them."""
    shares = parts(samples, "samples")
    if len(shares) > 1:
        return _sums_in_parts(summed, shares)

    def formula(index: Index, block: Block, find: Finder) -> Formula:
        return _added(summed, shares[0], index, block, find)

    return [_with_formulas(summed, formula)]


def _added(summed: BatchSum, share: range, index: Index, block: Block, find: Finder) -> Formula:
    """Return the sum of some samples' terms."""
    return formulas.added([summed.term(sample, index, block, find) for sample in share])


def _sums_in_parts(summed: BatchSum, shares: tuple[range, ...]) -> list[Volume]:
    volume = summed.volume
    helper = of_batch(volume.layer, partial_name(volume.quantity.name.removeprefix(BATCH)))

    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        (place, *own) = index
        return tuple(
            replace(block, formula=_added(summed, shares[place], tuple(own), block, find))
            for block in summed.blocks(helper, (place,), tuple(own))
        )

    def total(index: Index, block: Block, find: Finder) -> Formula:
        cells = part_cells(helper, len(shares), index, find)
        return formulas.joined("sum", [cell.moved(block.row, block.column) for cell in cells])

    note = f"{volume.notes[0]} A formula holds a part of the samples."
    group = f"{volume.group}, parts"
    partial = replace(volume, group=group, quantity=helper, draw=draw, notes=(note,))
    return in_parts(_with_formulas(summed, total), partial, shares, "samples")


def _with_formulas(summed: BatchSum, formula: Callable[[Index, Block, Finder], Formula]) -> Volume:
    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            replace(block, formula=formula(index, block, find))
            for block in summed.blocks(summed.volume.quantity, (), index)
        )

    return replace(summed.volume, draw=draw)
