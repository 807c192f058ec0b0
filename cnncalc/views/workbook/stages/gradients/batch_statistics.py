"""Batch normalization in training: the batch's own mean and variance, forward and backward.

The numbers of all samples make the mean and the variance, and so each of them moves all outputs:
the input's gradient takes the mean error out, and the part that follows the normalized numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from cnncalc.views.workbook.stages.gradients.quantities import (
    by_input,
    by_weight,
    of_batch,
    of_sample,
    title,
)
from cnncalc.views.workbook.stages.scaling import (
    WEIGHT_CAPTIONS,
    channel_cell,
    channel_items,
    channel_weight,
)
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
    "normalization_input_volumes",
    "normalization_names",
    "normalization_training_volumes",
    "normalization_weight_volumes",
    "statistics_volumes",
]

_MEAN = "The mean of each channel over all samples and positions: their sum / {count}."
_VARIANCE = "The mean of the squared deviations: their sum / {count}."
_DEVIATION = "The root of the variance + {epsilon:g}."
_MOVING = "Itself before × {momentum:g} + the batch's {name} × (1 − {momentum:g})."
_BETA = "The errors, summed over positions and samples."
_GAMMA = "Error × normalized number, summed over positions and samples."
_INPUT = (
    "(Error − mean error − normalized number × mean of error × normalized number)"
    "{scale} / standard deviation."
)


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


def normalization_training_volumes(
    layer: BatchNormalization, source: Source
) -> tuple[list[Volume], Source]:
    """Return the weights, and one sample's numbers less the batch's mean, over its deviation."""
    named, stage = normalization_names(layer), Quantity("stage", layer.name, "normalization")
    weights = {
        name: Quantity("weight", layer.name, name) for name in layer.weight_shapes(source.shape)
    }
    scaled = [weights[name] for name in ("gamma", "beta") if name in weights]
    template = "{0}" + "*{1}" * layer.scale + f"+{{{1 + layer.scale}}}" * layer.center

    def of_cell(
        template: str, cell: Quantity, *own: Quantity
    ) -> Callable[[Index, Finder], Formula]:
        def formula(index: Index, find: Finder) -> Formula:
            numbers = (channel_cell(source, each, index, find) for each in own)
            return formulas.apply(template, find(cell, index, steps=EACH), *numbers)

        return formula

    less = of_cell("{0}-{1}", source.quantity, named.mean)
    over = of_cell("{0}/{1}", named.deviations, named.deviation)
    moved = of_cell(template, named.normalized, *scaled)
    note = "Normalized" + " × γ" * layer.scale + " + β" * layer.center + "."
    volumes = [channel_weight(source, weights[name], WEIGHT_CAPTIONS[name]) for name in weights]
    volumes += [
        each_number("Deviations", named.deviations, source, less, "Each number − its mean."),
        each_number(
            "Normalized", named.normalized, source, over, "Deviation / standard deviation."
        ),
        each_number("Normalization", stage, source, moved, note),
    ]
    return volumes, source.feed(volumes[-1])


def statistics_volumes(layer: BatchNormalization, source: Source, samples: int) -> list[Volume]:
    """Return the mean and the variance of a batch, and the moving ones after it."""
    named, count = normalization_names(layer), _count(source, samples)
    numbers = _channel_sum(
        named.sum,
        "Sum",
        source,
        (source.quantity,),
        ("SUM({0})", "{0}"),
        "All numbers of the batch added up.",
    )
    squares = _channel_sum(
        named.squares,
        "Sum of squares",
        source,
        (named.deviations,),
        ("SUMSQ({0})", "{0}*{0}"),
        "All deviations squared and added up.",
    )
    root = f"SQRT({{0}}+{formulas.literal(layer.epsilon)})"
    over = f"{{0}}/{count}"
    return [
        *batch_sum_volumes(numbers, samples),
        _of_channel("Mean", named.mean, source, over, (named.sum,), _MEAN.format(count=count)),
        *batch_sum_volumes(squares, samples),
        _of_channel(
            "Variance",
            named.variance,
            source,
            over,
            (named.squares,),
            _VARIANCE.format(count=count),
        ),
        _of_channel(
            "Standard deviation",
            named.deviation,
            source,
            root,
            (named.variance,),
            _DEVIATION.format(epsilon=layer.epsilon),
        ),
        _moving(layer, source, "mean", named.mean),
        _moving(layer, source, "variance", named.variance),
    ]


def _count(source: Source, samples: int) -> int:
    return samples if source.is_vector else samples * prod(source.size)


def _moving(layer: BatchNormalization, source: Source, name: str, of_this: Quantity) -> Volume:
    """Return a moving statistic after the step."""
    momentum, weight = formulas.literal(layer.momentum), f"moving_{name}"
    template = f"{{0}}*{momentum}+{{1}}*(1-{momentum})"
    before, after = (Quantity(kind, layer.name, weight) for kind in ("weight", "update"))
    note = _MOVING.format(momentum=layer.momentum, name=name)
    return _of_channel(f"Moving {name}", after, source, template, (before, of_this), note)


def _of_channel(
    group: str, result: Quantity, source: Source, template: str, read: Sequence[Quantity], note: str
) -> Volume:
    """Return the volume of what a formula makes of each channel's, or unit's, own numbers."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(template, *(channel_cell(source, each, index, find) for each in read))

    shape = source.shape if source.is_vector else (1, 1, source.shape[2])
    one = replace(source, quantity=result, shape=shape)
    volume = each_number(group, result, one, formula, note)
    return replace(volume, items=channel_items(source, group.lower()))


def _channel_sum(
    result: Quantity,
    group: str,
    source: Source,
    read: Sequence[Quantity],
    templates: tuple[str, str],
    note: str,
) -> BatchSum:
    """Return the sum over a batch of each channel's slices, or of each unit's numbers."""
    of_slice, of_number = templates

    def term(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        every = (of_sample(each, sample) for each in read)
        if source.is_vector:
            return formulas.apply(of_number, *(find(each, index, steps=EACH) for each in every))
        return formulas.apply(of_slice, *(find(each, index, source.size) for each in every))

    size = source.size if source.is_vector else (1, 1)
    volume = undrawn(result, size, channel_items(source, group.lower()), note, group)
    if source.is_vector:
        volume = replace(volume, rows=source.rows, columns=source.captions)
    return BatchSum(volume, one_block(*size), term)


def normalization_weight_volumes(
    layer: BatchNormalization, source: Source, gradient: Source, samples: int
) -> list[Volume]:
    """Return the gradients by gamma and beta, and the means that the input's gradient takes out."""
    named, over = normalization_names(layer), f"{{0}}/{_count(source, samples)}"
    errors = _channel_sum(
        named.errors,
        _heading(named.errors),
        source,
        (gradient.quantity,),
        ("SUM({0})", "{0}"),
        _BETA,
    )
    read = (gradient.quantity, named.normalized)
    products = _channel_sum(
        named.products,
        _heading(named.products),
        source,
        read,
        ("SUMPRODUCT({0},{1})", "{0}*{1}"),
        _GAMMA,
    )
    return [
        *batch_sum_volumes(errors, samples),
        *batch_sum_volumes(products, samples),
        _of_channel(
            "Mean error",
            named.mean_error,
            source,
            over,
            (named.errors,),
            "Sum of errors / their number.",
        ),
        _of_channel(
            "Mean product",
            named.mean_product,
            source,
            over,
            (named.products,),
            "Sum of error × normalized number / their number.",
        ),
    ]


def _heading(quantity: Quantity) -> str:
    return title(quantity) if quantity.kind == "gradient" else quantity.name.capitalize()


def normalization_input_volumes(
    layer: BatchNormalization, source: Source, gradient: Source
) -> list[Volume]:
    """Return the gradient by what a batch normalization takes in."""
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
