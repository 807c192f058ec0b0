"""What batch normalization draws: in prediction, and in training forward and backward.

In training the numbers of all samples make the mean and the variance, and so each of them moves all
outputs: the input's gradient takes the mean error out, and the part that follows the normalized
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

from cnncalc.layers import BatchNormalization
from cnncalc.rules.formula import Expression, Name, names_of, put
from cnncalc.rules.scaling import (
    DEVIATION,
    LESS_MEAN,
    NORMALIZED,
    PRODUCT,
    moving_statistic,
    normalized_gradient,
    normalized_output,
    scaled_and_moved,
)
from cnncalc.rules.spelling import words
from cnncalc.sheet import formulas
from cnncalc.sheet.plan import Block, Formula, Quantity, Reference
from cnncalc.sheet.quantities import (
    BatchStep,
    by_input,
    by_weight,
    gradient_title,
    of_batch,
    of_sample,
)
from cnncalc.sheet.sums import BatchSum, batch_sum_volumes, one_block, undrawn
from cnncalc.sheet.volumes import (
    EACH,
    Finder,
    Index,
    Item,
    Slot,
    Source,
    Volume,
    each_number,
    entered,
)
from cnncalc.trace.stage_names import StageName, StepName

__all__ = [
    "Names",
    "normalization_input_volumes",
    "normalization_names",
    "normalization_training_volumes",
    "normalization_volumes",
    "normalization_weight_volumes",
    "standard_deviation",
    "statistics_volumes",
]

_CAPTIONS = {
    "gamma": "γ (scale)",
    "beta": "β (offset)",
    "moving_mean": "mean",
    "moving_variance": "variance",
}

# What a formula's names are called in words.
_SAID = {
    "gamma": "γ",
    "beta": "β",
    "deviation": StepName.STANDARD_DEVIATION,
    "error": "Error",
    "mean_error": "mean error",
    "normalized": "normalized number",
    "mean_product": "mean of error × normalized number",
}


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
    errors, products = of_batch(name, BatchStep.ERRORS), of_batch(name, BatchStep.PRODUCTS)
    return Names(
        sum=of_batch(name, BatchStep.SUM),
        mean=of_batch(name, BatchStep.MEAN),
        squares=of_batch(name, BatchStep.SQUARES),
        variance=of_batch(name, BatchStep.VARIANCE),
        deviation=of_batch(name, BatchStep.DEVIATION),
        deviations=Quantity("helper", name, StepName.DEVIATIONS),
        normalized=Quantity("helper", name, StepName.NORMALIZED),
        errors=by_weight(name, "beta") if layer.center else errors,
        products=by_weight(name, "gamma") if layer.scale else products,
        mean_error=of_batch(name, BatchStep.MEAN_ERROR),
        mean_product=of_batch(name, BatchStep.MEAN_PRODUCT),
    )


class OfChannel(NamedTuple):
    """A number that each channel, or unit, has: its title, its name, its rule.

    `read` is what the `expression` reads, by the names that it has there.
    """

    title: str
    result: Quantity
    expression: Expression
    read: Mapping[str, Quantity]
    rule: str


def _formula(
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


def _weights(layer: BatchNormalization) -> dict[str, Quantity]:
    """Return what a layer's gamma and beta are called, if it has them."""
    names = ["gamma"] * layer.scale + ["beta"] * layer.center
    return {name: Quantity("weight", layer.name, name) for name in names}


def normalization_volumes(layer: BatchNormalization, source: Source) -> tuple[list[Volume], Source]:
    """Return each channel less its mean, over its deviation, then scaled and moved."""
    stage = Quantity("stage", layer.name, StageName.NORMALIZATION)
    deviation, weights = standard_deviation(layer.name), _weight_volumes(layer, source)
    rule = normalized_output(scale=layer.scale, center=layer.center)
    statistics = {"mean": Quantity("weight", layer.name, "moving_mean"), "deviation": deviation}
    formula = _formula(source, rule, {"x": source.quantity}, statistics | _weights(layer))
    note = f"{words(rule, _SAID)}, with the numbers that training found."
    volume = each_number("Normalization", stage, source, formula, note)
    return [*weights, _deviation_volume(layer, source, deviation), volume], source.feed(volume)


def _weight_volumes(layer: BatchNormalization, source: Source) -> list[Volume]:
    return [
        _channel_weight(source, Quantity("weight", layer.name, name), _CAPTIONS[name])
        for name in layer.weight_shapes(source.shape)
    ]


def _deviation_volume(layer: BatchNormalization, source: Source, result: Quantity) -> Volume:
    variance = Quantity("weight", layer.name, "moving_variance")
    note = f"The standard deviation is the root of the variance + {layer.epsilon:g}."
    expression = put(DEVIATION, {"epsilon": layer.epsilon})
    formula = _formula(source, expression, {}, {"variance": variance})
    of_one = (
        source if source.is_vector else Source(variance, (1, 1, source.shape[2]), source.captions)
    )
    volume = each_number("Standard deviation", result, of_one, formula, note)
    if source.is_vector:
        return volume
    return replace(
        volume, title="Weights", items=_channel_items(source, StepName.STANDARD_DEVIATION)
    )


def standard_deviation(layer: str) -> Quantity:
    """Return the name of the roots of a batch normalization's moving variances."""
    return Quantity("helper", layer, StepName.STANDARD_DEVIATION)


def _channel_cell(source: Source, quantity: Quantity, index: Index, find: Finder) -> Reference:
    """Return the cell of a channel's, or a unit's, own number."""
    return find(quantity, index, steps=EACH) if source.is_vector else find(quantity, index)


def _channel_weight(source: Source, weight: Quantity, caption: str) -> Volume:
    """Return one number for each channel, or unit."""
    size = source.size if source.is_vector else (1, 1)
    draw = entered(weight, *size, "weights")
    title = caption if source.is_vector else "Weights"
    what = (title, weight.layer, weight, *size, _channel_items(source, caption), draw)
    return Volume(*what, "", (), *source.labels)


def _channel_items(source: Source, caption: str) -> tuple[Item, ...]:
    """Return an item for each channel's own number, or one for all units of a vector."""
    if source.is_vector:
        return source.items
    return tuple(
        Item(item.index, Slot(item.slot.tile), ", ".join(filter(None, (item.caption, caption))))
        for item in source.items
    )


def _number_count(source: Source, samples: int) -> int:
    """Return how many numbers of a batch each channel, or unit, has."""
    return samples if source.is_vector else samples * prod(source.size)


def _channel_volume(source: Source, of_channel: OfChannel) -> Volume:
    """Return the volume of what a rule makes of each channel's, or unit's, own numbers."""
    formula = _formula(source, of_channel.expression, {}, of_channel.read)
    shape = source.shape if source.is_vector else (1, 1, source.shape[2])
    numbers = replace(source, quantity=of_channel.result, shape=shape)
    volume = each_number(of_channel.title, of_channel.result, numbers, formula, of_channel.rule)
    return replace(volume, items=_channel_items(source, of_channel.title.lower()))


def _channel_sum_volumes(source: Source, of_channel: OfChannel, samples: int) -> list[Volume]:
    """Return the sum over a batch of what a rule makes of each number of a channel, or unit."""

    def term(sample: int, index: Index, block: Block, find: Finder) -> Formula:
        read = {name: of_sample(quantity, sample) for name, quantity in of_channel.read.items()}
        if source.is_vector:
            return _formula(source, of_channel.expression, read, {})(index, find)
        ranges = {name: find(quantity, index, source.size) for name, quantity in read.items()}
        return formulas.summed(of_channel.expression, ranges)

    size = source.size if source.is_vector else (1, 1)
    items = _channel_items(source, of_channel.title.lower())
    volume = undrawn(of_channel.result, size, items, of_channel.rule, of_channel.title)
    if source.is_vector:
        volume = replace(volume, rows=source.rows, columns=source.captions)
    return batch_sum_volumes(BatchSum(volume, one_block(*size), term), samples)


def normalization_training_volumes(
    layer: BatchNormalization, source: Source
) -> tuple[list[Volume], Source]:
    """Return the weights, and one sample's numbers less the batch's mean, over its deviation."""
    named = normalization_names(layer)
    stage = Quantity("stage", layer.name, StageName.NORMALIZATION)
    output = scaled_and_moved(Name("normalized"), scale=layer.scale, center=layer.center)
    of_channel = {"mean": named.mean, "deviation": named.deviation} | _weights(layer)
    of_number = {
        "x": source.quantity,
        "less_mean": named.deviations,
        "normalized": named.normalized,
    }
    said = _SAID | {
        "x": "Each number",
        "mean": "its mean",
        "less_mean": "Deviation",
        "normalized": "Normalized",
    }
    stages = (
        ("Deviations", named.deviations, LESS_MEAN),
        ("Normalized", named.normalized, NORMALIZED),
        ("Normalization", stage, output),
    )
    volumes = _weight_volumes(layer, source)
    for title, result, expression in stages:
        formula = _formula(source, expression, of_number, of_channel)
        rule = f"{words(expression, said)}."
        volumes.append(each_number(title, result, source, formula, rule))
    return volumes, source.feed(volumes[-1])


_SUM = "All numbers of the batch added up."
_MEAN = "The mean of each channel over all samples and positions: their sum / {count}."
_SQUARES = "All deviations squared and added up."
_VARIANCE = "The mean of the squared deviations: their sum / {count}."
_ROOT = "The root of the variance + {epsilon:g}."


def statistics_volumes(layer: BatchNormalization, source: Source, samples: int) -> list[Volume]:
    """Return the mean and the variance of a batch, and the moving ones after it."""
    named, count = normalization_names(layer), _number_count(source, samples)
    x, mean = Name("x"), Name("sum") / count
    root = put(DEVIATION, {"epsilon": layer.epsilon})
    numbers = OfChannel("Sum", named.sum, x, {"x": source.quantity}, _SUM)
    squares = OfChannel("Sum of squares", named.squares, x**2, {"x": named.deviations}, _SQUARES)
    said = _MEAN.format(count=count), _VARIANCE.format(count=count)
    of_channel = (
        OfChannel("Mean", named.mean, mean, {"sum": named.sum}, said[0]),
        OfChannel("Variance", named.variance, mean, {"sum": named.squares}, said[1]),
        OfChannel(
            *("Standard deviation", named.deviation, root, {"variance": named.variance}),
            _ROOT.format(epsilon=layer.epsilon),
        ),
        _moving(layer, "mean", named.mean),
        _moving(layer, "variance", named.variance),
    )
    first, *others = (_channel_volume(source, number) for number in of_channel)
    return [
        *_channel_sum_volumes(source, numbers, samples),
        first,
        *_channel_sum_volumes(source, squares, samples),
        *others,
    ]


def _moving(layer: BatchNormalization, name: str, batch: Quantity) -> OfChannel:
    """Return a moving statistic after the step."""
    weight, rule = f"moving_{name}", moving_statistic(layer.momentum)
    before, after = (Quantity(kind, layer.name, weight) for kind in ("weight", "update"))
    said = {"before": "Itself before", "batch": f"the batch's {name}"}
    note = f"{words(rule, said)}."
    return OfChannel(f"Moving {name}", after, rule, {"before": before, "batch": batch}, note)


_BETA = "The errors, summed over positions and samples."
_GAMMA = "Error × normalized number, summed over positions and samples."
_MEAN_ERROR = "Sum of errors / their number."
_MEAN_PRODUCT = "Sum of error × normalized number / their number."


def normalization_weight_volumes(
    layer: BatchNormalization, source: Source, gradient: Source, samples: int
) -> list[Volume]:
    """Return the gradients by gamma and beta, and the means that the input's gradient takes out."""
    named, mean = normalization_names(layer), Name("sum") / _number_count(source, samples)
    error, normalized = {"error": gradient.quantity}, {"normalized": named.normalized}
    sums = (
        OfChannel(_heading(named.errors), named.errors, Name("error"), error, _BETA),
        OfChannel(_heading(named.products), named.products, PRODUCT, error | normalized, _GAMMA),
    )
    means = (
        OfChannel("Mean error", named.mean_error, mean, {"sum": named.errors}, _MEAN_ERROR),
        OfChannel("Mean product", named.mean_product, mean, {"sum": named.products}, _MEAN_PRODUCT),
    )
    return [
        *(volume for number in sums for volume in _channel_sum_volumes(source, number, samples)),
        *(_channel_volume(source, number) for number in means),
    ]


def _heading(quantity: Quantity) -> str:
    return gradient_title(quantity) if quantity.kind == "gradient" else quantity.name.capitalize()


def normalization_input_volumes(
    layer: BatchNormalization, source: Source, gradient: Source
) -> list[Volume]:
    """Return the gradient by what a batch normalization takes in."""
    named, result = normalization_names(layer), by_input(layer.name)
    rule = normalized_gradient(scale=layer.scale, by_batch=layer.needs_batch)
    of_number = {"error": gradient.quantity, "normalized": named.normalized}
    of_channel = _weights(layer) | {
        "mean_error": named.mean_error,
        "mean_product": named.mean_product,
        "deviation": named.deviation if layer.needs_batch else standard_deviation(layer.name),
    }
    formula = _formula(source, rule, of_number, of_channel)
    return [each_number(gradient_title(result), result, source, formula, f"{words(rule, _SAID)}.")]
