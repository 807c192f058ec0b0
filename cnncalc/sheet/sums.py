"""Sums of products over channels, in parts where one formula can't hold them, and their biases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cnncalc.helper_cells import parts
from cnncalc.rules.joins import Join
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index, whole
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.quantities import BATCH, gradient_title, of_batch
from cnncalc.sheet.volumes import Item, Slot, Source, Volume, each_number
from cnncalc.trace.stage_names import HelperName, partial_name

__all__ = [
    "BatchSum",
    "Parts",
    "Products",
    "batch_sum_volumes",
    "bias_volume",
    "in_parts",
    "one_block",
    "part_cells",
    "parts_of",
    "sum_volumes",
    "undrawn",
]


def in_parts(total: Volume, partial: Volume, shares: Sequence[range], of: str) -> list[Volume]:
    """Return the volume of partial sums, and after it that of their totals.

    Arguments: the volume of the `total`; that of the `partial` sums; the rest as for `parts_of`.
    """
    added = replace(total, rule="The partial sums added up.", notes=())
    return [parts_of(total, partial, shares, of), added]


def parts_of(total: Volume, partial: Volume, shares: Sequence[range], of: str) -> Volume:
    """Return the volume of `partial` results with its items.

    These are those of the `total`, each in as many parts as there are `shares`, with the part's
    place in front of its index; `of` tells what they are shares of.
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
    return replace(partial, items=items)


def part_cells(helper: Quantity, count: int, index: Index, find: Finder) -> list[Reference]:
    """Return the cells of the `count` parts of a sum."""
    return [find(helper, (place, *index), steps=EACH) for place in range(count)]


# The formula of one output (a filter, a unit) over a share of the channels that it sees.
Products = Callable[[int, range, Finder], Formula]


class Parts(NamedTuple):
    """What partial sums are called, and what each of them holds a part of."""

    name: str = HelperName.PARTIAL_SUMS
    of: str = "channels"


_PARTS = Parts()


def sum_volumes(
    title: str,
    result: Source,
    depth: int,
    products: Products,
    sentences: Sequence[str],
    named: Parts = _PARTS,
) -> list[Volume]:
    """Return the volume of sums over channels, after one of partial sums where it takes them.

    Arguments: the `title` of the sums; the `result`, of a channel for each output; the `depth`,
    how many channels each output sees; the formula of an output's `products`; the `sentences`, the
    rule first; how the parts are `named`.
    """
    shares, (rule, *notes) = parts(depth, named.of), sentences
    quantity, size = result.quantity, result.size

    def formula(index: Index, find: Finder) -> Formula:
        return products(index[0], shares[0], find)

    draw = whole(quantity, *size, formula)
    what = (title, quantity.layer, quantity, *size, result.items)
    total = Volume(*what, draw, rule, tuple(notes))
    return [total] if len(shares) == 1 else _in_partial_sums(total, shares, products, named)


def _in_partial_sums(
    volume: Volume, shares: Sequence[range], products: Products, named: Parts
) -> list[Volume]:
    helper = Quantity("helper", volume.layer, named.name)
    size = (volume.height, volume.width)

    def part(index: Index, find: Finder) -> Formula:
        return products(index[1], shares[index[0]], find)

    def total(index: Index, find: Finder) -> Formula:
        return formulas.joined(Join.SUM, part_cells(helper, len(shares), index, find))

    notes = (f"A formula holds a part of the {named.of}.", *volume.notes)
    partial = replace(
        volume,
        title="Partial sums",
        quantity=helper,
        draw=whole(helper, *size, part),
        notes=notes,
    )
    added = replace(volume, draw=whole(volume.quantity, *size, total))
    return in_parts(added, partial, shares, named.of)


def bias_volume(title: str, result: Quantity, source: Source, rule: str) -> Volume:
    """Return the volume of sums with the bias of each output added."""
    bias = Quantity("weight", result.layer, "bias")

    def formula(index: Index, find: Finder) -> Formula:
        cell = find(source.quantity, index, steps=EACH)
        added = find(bias, index, steps=EACH) if source.is_vector else find(bias, index)
        return formulas.apply(formulas.PLUS, cell, added)

    return each_number(title, result, source, formula, rule)


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
    quantity: Quantity, size: tuple[int, int], items: tuple[Item, ...], rule: str, title: str = ""
) -> Volume:
    """Return the volume of a sum, as yet without its cells; by default it is a gradient's."""
    what = (title or gradient_title(quantity), quantity.layer, quantity, *size, items)
    return Volume(*what, lambda *_: (), rule)


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
        (place, *rest) = index
        return tuple(
            replace(block, formula=_added(summed, shares[place], tuple(rest), block, find))
            for block in summed.blocks(helper, (place,), tuple(rest))
        )

    def total(index: Index, block: Block, find: Finder) -> Formula:
        cells = part_cells(helper, len(shares), index, find)
        return formulas.joined(Join.SUM, [cell.moved(block.row, block.column) for cell in cells])

    rule = f"{volume.rule} A formula holds a part of the samples."
    title = f"{volume.title}, parts"
    partial = replace(volume, title=title, quantity=helper, draw=draw, rule=rule)
    return in_parts(_with_formulas(summed, total), partial, shares, "samples")


def _with_formulas(summed: BatchSum, formula: Callable[[Index, Block, Finder], Formula]) -> Volume:
    def draw(index: Index, find: Finder) -> tuple[Block, ...]:
        return tuple(
            replace(block, formula=formula(index, block, find))
            for block in summed.blocks(summed.volume.quantity, (), index)
        )

    return replace(summed.volume, draw=draw)
