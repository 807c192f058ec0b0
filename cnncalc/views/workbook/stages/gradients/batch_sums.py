"""Sums over the samples of a batch, in parts where one formula can't hold all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cnncalc.substeps import parts
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Block, Formula, Quantity
from cnncalc.views.workbook.stages.gradients.quantities import BATCH, of_batch, title
from cnncalc.views.workbook.stages.partial_sums import in_parts, part_cells
from cnncalc.views.workbook.stages.volumes import Finder, Index, Item, Volume

__all__ = ["BatchSum", "batch_sum_volumes", "one_block", "undrawn"]

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
    helper = of_batch(volume.layer, f"partial {volume.quantity.name.removeprefix(BATCH)}")

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
