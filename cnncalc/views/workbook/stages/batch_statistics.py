"""Batch normalization in training, forward: by the batch's own mean and variance."""

from __future__ import annotations

from collections.abc import Callable

from cnncalc.layers import BatchNormalization
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.gradients.batch_channels import (
    OfChannel,
    channel_sum_volumes,
    channel_volume,
    normalization_names,
    number_count,
)
from cnncalc.views.workbook.stages.scaling import WEIGHT_CAPTIONS, channel_cell, channel_weight
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = ["normalization_training_volumes", "statistics_volumes"]

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
    root = f"SQRT({{0}}+{formulas.literal(layer.epsilon)})"
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
    momentum, weight = formulas.literal(layer.momentum), f"moving_{name}"
    template = f"{{0}}*{momentum}+{{1}}*(1-{momentum})"
    before, after = (Quantity(kind, layer.name, weight) for kind in ("weight", "update"))
    note = _MOVING.format(momentum=layer.momentum, name=name)
    own = OfChannel(f"Moving {name}", after, (before, of_this), note)
    return channel_volume(source, own, template)
