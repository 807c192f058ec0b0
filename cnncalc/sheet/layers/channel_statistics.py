"""Numbers that each channel, or unit, has, such as its mean: cells, and sums over a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

from cnncalc.rules.formula import Expression, names_of
from cnncalc.sheet import formulas
from cnncalc.sheet.blocks import EACH, Finder, Index, entered
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.quantities import of_sample
from cnncalc.sheet.sums import BatchSum, batch_sum_volumes, one_block, undrawn
from cnncalc.sheet.volumes import Item, Slot, Source, Volume, each_number

__all__ = [
    "Statistic",
    "channel_items",
    "channel_sum_volumes",
    "channel_volume",
    "channel_weight",
    "number_count",
    "number_formula",
]


class Statistic(NamedTuple):
    """A number that each channel, or unit, has: its title, its name, its rule.

    `read` is what the `expression` reads, by the names that it has there.
    """

    title: str
    result: Quantity
    expression: Expression
    read: Mapping[str, Quantity]
    rule: str


def number_formula(
    source: Source,
    expression: Expression,
    of_number: Mapping[str, Quantity],
    of_channel: Mapping[str, Quantity],
) -> Callable[[Index, Finder], Formula]:
    """Return the formula of what each number has of its own, and of what its channel has.

    Both are by the names that they have in the `expression`.
    """

    def formula(index: Index, find: Finder) -> Formula:
        def cell(name: str) -> Reference:
            if name in of_number:
                return find(of_number[name], index, steps=EACH)
            return _channel_cell(source, of_channel[name], index, find)

        return formulas.written(expression, {name: cell(name) for name in names_of(expression)})

    return formula


def _channel_cell(source: Source, quantity: Quantity, index: Index, find: Finder) -> Reference:
    """Return the cell of a channel's, or a unit's, own number."""
    return find(quantity, index, steps=EACH) if source.is_vector else find(quantity, index)


def channel_weight(source: Source, weight: Quantity, caption: str) -> Volume:
    """Return one number for each channel, or unit."""
    size = source.size if source.is_vector else (1, 1)
    draw = entered(weight, *size, "weights")
    title = caption if source.is_vector else "Weights"
    what = (title, weight.layer, weight, *size, channel_items(source, caption), draw)
    return Volume(*what, "", (), *source.labels)


def channel_items(source: Source, caption: str) -> tuple[Item, ...]:
    """Return an item for each channel's own number, or one for all units of a vector."""
    if source.is_vector:
        return source.items
    return tuple(
        Item(item.index, Slot(item.slot.tile), ", ".join(filter(None, (item.caption, caption))))
        for item in source.items
    )


def number_count(source: Source, samples: int) -> int:
    """Return how many numbers of a batch each channel, or unit, has."""
    return samples if source.is_vector else samples * prod(source.size)


def channel_volume(source: Source, statistic: Statistic) -> Volume:
    """Return the volume of what a rule makes of each channel's, or unit's, own numbers."""
    formula = number_formula(source, statistic.expression, {}, statistic.read)
    shape = source.shape if source.is_vector else (1, 1, source.shape[2])
    numbers = replace(source, quantity=statistic.result, shape=shape)
    volume = each_number(statistic.title, statistic.result, numbers, formula, statistic.rule)
    return replace(volume, items=channel_items(source, statistic.title.lower()))


def channel_sum_volumes(source: Source, statistic: Statistic, samples: int) -> list[Volume]:
    """Return the sum over a batch of what a rule makes of each number of a channel, or unit."""

    def term(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        read = {name: of_sample(quantity, sample) for name, quantity in statistic.read.items()}
        if source.is_vector:
            return number_formula(source, statistic.expression, read, {})(index, find)
        ranges = {name: find(quantity, index, source.size) for name, quantity in read.items()}
        return formulas.summed(statistic.expression, ranges)

    size = source.size if source.is_vector else (1, 1)
    items = channel_items(source, statistic.title.lower())
    volume = undrawn(statistic.result, size, items, statistic.rule, statistic.title)
    rows, columns = source.labels
    volume = replace(volume, rows=rows, columns=columns)
    return batch_sum_volumes(BatchSum(volume, one_block(*size), term), samples)
