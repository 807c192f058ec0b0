"""What batch normalization draws: in prediction, and in training forward and backward.

In training the numbers of all samples make the mean and the variance, and so each of them moves all
outputs: the input's gradient takes the mean error out, and the part that follows the normalized
numbers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from cnncalc.layers import BatchNormalization
from cnncalc.rules.formula import Name
from cnncalc.rules.scaling import (
    BATCH_DEVIATION,
    BATCH_MEAN,
    BATCH_SQUARES,
    BATCH_SUM,
    BATCH_VARIANCE,
    LESS_MEAN,
    MEAN_ERROR,
    MEAN_PRODUCT,
    MOVING_DEVIATION,
    NORMALIZED,
    SUM_OF_ERRORS,
    SUM_OF_PRODUCTS,
    ChannelRule,
    moving_statistic,
    normalized_gradient,
    normalized_output,
    scaled_and_moved,
)
from cnncalc.rules.spelling import words
from cnncalc.sheet.layers.channel_statistics import (
    Statistic,
    channel_items,
    channel_sum_volumes,
    channel_volume,
    channel_weight,
    number_count,
    number_formula,
)
from cnncalc.sheet.plan import Quantity
from cnncalc.sheet.quantities import (
    BatchStep,
    by_input,
    by_weight,
    gradient_title,
    of_batch,
)
from cnncalc.sheet.volumes import Source, Volume, each_number
from cnncalc.trace.stage_names import HelperName, StageName

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
    "deviation": HelperName.STANDARD_DEVIATION,
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
        deviations=Quantity("helper", name, HelperName.DEVIATIONS),
        normalized=Quantity("helper", name, HelperName.NORMALIZED),
        errors=by_weight(name, "beta") if layer.center else errors,
        products=by_weight(name, "gamma") if layer.scale else products,
        mean_error=of_batch(name, BatchStep.MEAN_ERROR),
        mean_product=of_batch(name, BatchStep.MEAN_PRODUCT),
    )


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
    formula = number_formula(source, rule, {"x": source.quantity}, statistics | _weights(layer))
    note = f"{words(rule, _SAID)}, with the numbers that training found."
    volume = each_number("Normalization", stage, source, formula, note)
    return [*weights, _deviation_volume(layer, source, deviation), volume], source.feed(volume)


def _weight_volumes(layer: BatchNormalization, source: Source) -> list[Volume]:
    return [
        channel_weight(source, Quantity("weight", layer.name, name), _CAPTIONS[name])
        for name in layer.weight_shapes(source.shape)
    ]


def _deviation_volume(layer: BatchNormalization, source: Source, result: Quantity) -> Volume:
    variance = Quantity("weight", layer.name, "moving_variance")
    rule = MOVING_DEVIATION.of(epsilon=layer.epsilon)
    formula = number_formula(source, rule.expression, {}, {"variance": variance})
    of_one = (
        source if source.is_vector else Source(variance, (1, 1, source.shape[2]), source.captions)
    )
    volume = each_number("Standard deviation", result, of_one, formula, rule.sentence)
    if source.is_vector:
        return volume
    return replace(
        volume, title="Weights", items=channel_items(source, HelperName.STANDARD_DEVIATION)
    )


def standard_deviation(layer: str) -> Quantity:
    """Return the name of the roots of a batch normalization's moving variances."""
    return Quantity("helper", layer, HelperName.STANDARD_DEVIATION)


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
        formula = number_formula(source, expression, of_number, of_channel)
        rule = f"{words(expression, said)}."
        volumes.append(each_number(title, result, source, formula, rule))
    return volumes, source.feed(volumes[-1])


def statistics_volumes(layer: BatchNormalization, source: Source, samples: int) -> list[Volume]:
    """Return the mean and the variance of a batch, and the moving ones after it."""
    named, count = normalization_names(layer), number_count(source, samples)
    numbers = _statistic("Sum", named.sum, BATCH_SUM, x=source.quantity)
    squares = _statistic("Sum of squares", named.squares, BATCH_SQUARES, less_mean=named.deviations)
    root = BATCH_DEVIATION.of(epsilon=layer.epsilon)
    of_channel = (
        _statistic("Mean", named.mean, BATCH_MEAN.of(count=count), sum=named.sum),
        _statistic("Variance", named.variance, BATCH_VARIANCE.of(count=count), sum=named.squares),
        _statistic("Standard deviation", named.deviation, root, variance=named.variance),
        _moving(layer, "mean", named.mean),
        _moving(layer, "variance", named.variance),
    )
    first, *others = (channel_volume(source, statistic) for statistic in of_channel)
    return [
        *channel_sum_volumes(source, numbers, samples),
        first,
        *channel_sum_volumes(source, squares, samples),
        *others,
    ]


def _statistic(title: str, result: Quantity, rule: ChannelRule, **read: Quantity) -> Statistic:
    return Statistic(title, result, rule.expression, read, rule.sentence)


def _moving(layer: BatchNormalization, name: str, batch: Quantity) -> Statistic:
    """Return a moving statistic after the step."""
    weight, rule = f"moving_{name}", moving_statistic(layer.momentum)
    before, after = (Quantity(kind, layer.name, weight) for kind in ("weight", "update"))
    said = {"before": "Itself before", "batch": f"the batch's {name}"}
    note = f"{words(rule, said)}."
    return Statistic(f"Moving {name}", after, rule, {"before": before, "batch": batch}, note)


def normalization_weight_volumes(
    layer: BatchNormalization, source: Source, gradient: Source, samples: int
) -> list[Volume]:
    """Return the gradients by gamma and beta, and the means that the input's gradient takes out."""
    named, count = normalization_names(layer), number_count(source, samples)
    error, products = gradient.quantity, _heading(named.products)
    read = {"error": error, "normalized": named.normalized}
    mean_error, mean_product = MEAN_ERROR.of(count=count), MEAN_PRODUCT.of(count=count)
    sums = (
        _statistic(_heading(named.errors), named.errors, SUM_OF_ERRORS, error=error),
        _statistic(products, named.products, SUM_OF_PRODUCTS, **read),
    )
    means = (
        _statistic("Mean error", named.mean_error, mean_error, sum=named.errors),
        _statistic("Mean product", named.mean_product, mean_product, sum=named.products),
    )
    return [
        *(
            volume
            for statistic in sums
            for volume in channel_sum_volumes(source, statistic, samples)
        ),
        *(channel_volume(source, statistic) for statistic in means),
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
    formula = number_formula(source, rule, of_number, of_channel)
    return [each_number(gradient_title(result), result, source, formula, f"{words(rule, _SAID)}.")]
