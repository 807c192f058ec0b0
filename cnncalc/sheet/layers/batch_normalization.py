"""Batch normalization in training, backward.

The numbers of all samples make the mean and the variance, and so each of them moves all outputs:
the input's gradient takes the mean error out, and the part that follows the normalized numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import NamedTuple

from cnncalc.layers import BatchNormalization
from cnncalc.rules.spelling import literal
from cnncalc.sheet import formulas
from cnncalc.sheet.layers.scaling import (
    WEIGHT_CAPTIONS,
    channel_cell,
    channel_items,
    channel_weight,
    standard_deviation,
)
from cnncalc.sheet.plan import Block, Formula, Quantity
from cnncalc.sheet.quantities import by_input, by_weight, of_batch, of_sample, title
from cnncalc.sheet.sums import BatchSum, batch_sum_volumes, one_block, undrawn
from cnncalc.sheet.volumes import EACH, Finder, Index, Source, Volume, each_number

__all__ = [
    "Names",
    "OfChannel",
    "channel_sum_volumes",
    "channel_volume",
    "normalization_input_volumes",
    "normalization_names",
    "normalization_training_volumes",
    "normalization_weight_volumes",
    "number_count",
    "statistics_volumes",
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


_BETA = "The errors, summed over positions and samples."

_GAMMA = "Error × normalized number, summed over positions and samples."

_MEAN_ERROR = "Sum of errors / their number."

_MEAN_PRODUCT = "Sum of error × normalized number / their number."

_INPUT = (
    "(Error − mean error − normalized number × mean of error × normalized number)"
    "{scale} / standard deviation."
)


def normalization_weight_volumes(
    layer: BatchNormalization, source: Source, gradient: Source, samples: int
) -> list[Volume]:
    """Return the gradients by gamma and beta, and the means that the input's gradient takes out."""
    named, over = normalization_names(layer), f"{{0}}/{number_count(source, samples)}"
    read = (gradient.quantity, named.normalized)
    errors = OfChannel(_heading(named.errors), named.errors, read[:1], _BETA)
    products = OfChannel(_heading(named.products), named.products, read, _GAMMA)
    mean_error = OfChannel("Mean error", named.mean_error, (named.errors,), _MEAN_ERROR)
    mean_product = OfChannel("Mean product", named.mean_product, (named.products,), _MEAN_PRODUCT)
    return [
        *channel_sum_volumes(source, errors, ("SUM({0})", "{0}"), samples),
        *channel_sum_volumes(source, products, ("SUMPRODUCT({0},{1})", "{0}*{1}"), samples),
        channel_volume(source, mean_error, over),
        channel_volume(source, mean_product, over),
    ]


def _heading(quantity: Quantity) -> str:
    return title(quantity) if quantity.kind == "gradient" else quantity.name.capitalize()


def normalization_input_volumes(
    layer: BatchNormalization, source: Source, gradient: Source
) -> list[Volume]:
    """Return the gradient by what a batch normalization takes in."""
    if not layer.needs_batch:
        return [_frozen_input_volume(layer, source, gradient)]
    named, result = normalization_names(layer), by_input(layer.name)
    read = [named.mean_error, named.mean_product, named.deviation]
    read += [Quantity("weight", layer.name, "gamma")] * layer.scale
    template = "({0}-{2}-{1}*{3})" + "*{5}" * layer.scale + "/{4}"

    def formula(index: Index, find: Finder) -> Formula:
        cells = (find(each, index, steps=EACH) for each in (gradient.quantity, named.normalized))
        own = (channel_cell(source, each, index, find) for each in read)
        return formulas.apply(template, *cells, *own)

    note = _INPUT.format(scale=" × γ" * layer.scale)
    return [each_number(title(result), result, source, formula, note)]


def _frozen_input_volume(layer: BatchNormalization, source: Source, gradient: Source) -> Volume:
    """Return the gradient by the input of one that works with its moving statistics."""
    result, read = by_input(layer.name), [standard_deviation(layer.name)]
    read += [Quantity("weight", layer.name, "gamma")] * layer.scale
    template = "{0}" + "*{2}" * layer.scale + "/{1}"

    def formula(index: Index, find: Finder) -> Formula:
        own = (channel_cell(source, each, index, find) for each in read)
        return formulas.apply(template, find(gradient.quantity, index, steps=EACH), *own)

    note = f"Error{' × γ' * layer.scale} / standard deviation."
    return each_number(title(result), result, source, formula, note)


_SUM = "All numbers of the batch added up."

_MEAN = "The mean of each channel over all samples and positions: their sum / {count}."

_SQUARES = "All deviations squared and added up."

_VARIANCE = "The mean of the squared deviations: their sum / {count}."

_DEVIATION = "The root of the variance + {epsilon:g}."

_MOVING = "Itself before × {momentum:g} + the batch's {name} × (1 − {momentum:g})."


def normalization_training_volumes(
    layer: BatchNormalization, source: Source
) -> tuple[list[Volume], Source]:
    """Return the weights, and one sample's numbers less the batch's mean, over its deviation."""
    weights = {
        name: Quantity("weight", layer.name, name) for name in layer.weight_shapes(source.shape)
    }
    volumes = [channel_weight(source, weights[name], WEIGHT_CAPTIONS[name]) for name in weights]
    scaled = tuple(weights[name] for name in ("gamma", "beta") if name in weights)
    volumes += _normalized(layer, source, scaled)
    return volumes, source.feed(volumes[-1])


def _normalized(
    layer: BatchNormalization, source: Source, scaled: tuple[Quantity, ...]
) -> list[Volume]:
    """Return the deviations, these normalized, and what `scaled` (gamma, beta) makes of them."""
    named, stage = normalization_names(layer), Quantity("stage", layer.name, "normalization")
    template = "{0}" + "*{1}" * layer.scale + f"+{{{1 + layer.scale}}}" * layer.center
    less = _of_cell(source, "{0}-{1}", source.quantity, named.mean)
    over = _of_cell(source, "{0}/{1}", named.deviations, named.deviation)
    moved = _of_cell(source, template, named.normalized, *scaled)
    note = "Normalized" + " × γ" * layer.scale + " + β" * layer.center + "."
    ratio = "Deviation / standard deviation."
    return [
        each_number("Deviations", named.deviations, source, less, "Each number − its mean."),
        each_number("Normalized", named.normalized, source, over, ratio),
        each_number("Normalization", stage, source, moved, note),
    ]


def _of_cell(
    source: Source, template: str, cell: Quantity, *own: Quantity
) -> Callable[[Index, Finder], Formula]:
    """Return the formula of one number and its channel's own ones."""

    def formula(index: Index, find: Finder) -> Formula:
        numbers = (channel_cell(source, each, index, find) for each in own)
        return formulas.apply(template, find(cell, index, steps=EACH), *numbers)

    return formula


def statistics_volumes(layer: BatchNormalization, source: Source, samples: int) -> list[Volume]:
    """Return the mean and the variance of a batch, and the moving ones after it."""
    named, count = normalization_names(layer), number_count(source, samples)
    numbers = OfChannel("Sum", named.sum, (source.quantity,), _SUM)
    mean = OfChannel("Mean", named.mean, (named.sum,), _MEAN.format(count=count))
    squares = OfChannel("Sum of squares", named.squares, (named.deviations,), _SQUARES)
    said = _VARIANCE.format(count=count)
    variance = OfChannel("Variance", named.variance, (named.squares,), said)
    said = _DEVIATION.format(epsilon=layer.epsilon)
    deviation = OfChannel("Standard deviation", named.deviation, (named.variance,), said)
    root = f"SQRT({{0}}+{literal(layer.epsilon)})"
    return [
        *channel_sum_volumes(source, numbers, ("SUM({0})", "{0}"), samples),
        channel_volume(source, mean, f"{{0}}/{count}"),
        *channel_sum_volumes(source, squares, ("SUMSQ({0})", "{0}*{0}"), samples),
        channel_volume(source, variance, f"{{0}}/{count}"),
        channel_volume(source, deviation, root),
        _moving(layer, source, "mean", named.mean),
        _moving(layer, source, "variance", named.variance),
    ]


def _moving(layer: BatchNormalization, source: Source, name: str, of_this: Quantity) -> Volume:
    """Return a moving statistic after the step."""
    momentum, weight = literal(layer.momentum), f"moving_{name}"
    template = f"{{0}}*{momentum}+{{1}}*(1-{momentum})"
    before, after = (Quantity(kind, layer.name, weight) for kind in ("weight", "update"))
    note = _MOVING.format(momentum=layer.momentum, name=name)
    own = OfChannel(f"Moving {name}", after, (before, of_this), note)
    return channel_volume(source, own, template)
