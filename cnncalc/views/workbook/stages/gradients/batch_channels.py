"""What a batch normalization's numbers are called, and how each channel's are added up.

The forward pass has the batch's mean and variance of them, the backward pass the sums of errors.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import NamedTuple

from cnncalc.layers import BatchNormalization
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Block, Formula, Quantity
from cnncalc.views.workbook.stages.gradients.batch_sums import (
    BatchSum,
    batch_sum_volumes,
    one_block,
    undrawn,
)
from cnncalc.views.workbook.stages.gradients.quantities import by_weight, of_batch, of_sample
from cnncalc.views.workbook.stages.scaling import channel_cell, channel_items
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = [
    "Names",
    "OfChannel",
    "channel_sum_volumes",
    "channel_volume",
    "normalization_names",
    "number_count",
]


class Names(NamedTuple):
    """What the numbers of a batch normalization are called."""

    sum: Quantity
    mean: Quantity
    squares: Quantity
    variance: Quantity
    deviation: Quantity
    deviations: Quantity
    normalized: Quantity
    errors: Quantity
    products: Quantity
    mean_error: Quantity
    mean_product: Quantity


def normalization_names(layer: BatchNormalization) -> Names:
    """Return what the numbers of a batch normalization are called.

    The sums of errors are the gradients by beta and gamma, where a layer has these.
    """
    name = layer.name
    errors, products = of_batch(name, "sum of errors"), of_batch(name, "sum of products")
    return Names(
        sum=of_batch(name, "sum"),
        mean=of_batch(name, "mean"),
        squares=of_batch(name, "sum of squares"),
        variance=of_batch(name, "variance"),
        deviation=of_batch(name, "standard deviation"),
        deviations=Quantity("helper", name, "deviations"),
        normalized=Quantity("helper", name, "normalized"),
        errors=by_weight(name, "beta") if layer.center else errors,
        products=by_weight(name, "gamma") if layer.scale else products,
        mean_error=of_batch(name, "mean error"),
        mean_product=of_batch(name, "mean product"),
    )


class OfChannel(NamedTuple):
    """A number that each channel, or unit, has: its title, its name, what it reads, its rule."""

    group: str
    result: Quantity
    read: tuple[Quantity, ...]
    note: str


def number_count(source: Source, samples: int) -> int:
    """Return how many numbers of a batch each channel, or unit, has."""
    return samples if source.is_vector else samples * prod(source.size)


def channel_volume(source: Source, own: OfChannel, template: str) -> Volume:
    """Return the volume of what a formula makes of each channel's, or unit's, own numbers."""

    def formula(index: Index, find: Finder) -> Formula:
        cells = (channel_cell(source, each, index, find) for each in own.read)
        return formulas.apply(template, *cells)

    shape = source.shape if source.is_vector else (1, 1, source.shape[2])
    one = replace(source, quantity=own.result, shape=shape)
    volume = each_number(own.group, own.result, one, formula, own.note)
    return replace(volume, items=channel_items(source, own.group.lower()))


def channel_sum_volumes(
    source: Source, own: OfChannel, templates: tuple[str, str], samples: int
) -> list[Volume]:
    """Return the sum over a batch of each channel's slices, or of each unit's numbers.

    Arguments: the `source`; the sum as each channel has its `own`; the `templates` of what a slice
    and what a unit's number adds; how many `samples` there are.
    """
    of_slice, of_number = templates

    def term(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        every = (of_sample(each, sample) for each in own.read)
        if source.is_vector:
            return formulas.apply(of_number, *(find(each, index, steps=EACH) for each in every))
        return formulas.apply(of_slice, *(find(each, index, source.size) for each in every))

    size = source.size if source.is_vector else (1, 1)
    items = channel_items(source, own.group.lower())
    volume = undrawn(own.result, size, items, own.note, own.group)
    if source.is_vector:
        volume = replace(volume, rows=source.rows, columns=source.captions)
    return batch_sum_volumes(BatchSum(volume, one_block(*size), term), samples)
