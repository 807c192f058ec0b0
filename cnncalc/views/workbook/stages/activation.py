"""What an activation draws: one volume, or softmax's few."""

from __future__ import annotations

from collections.abc import Callable

from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.reduction import reduction_volumes
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_channel,
    whole,
)

__all__ = ["activation_volumes"]

_TITLES = {
    "linear": "Linear",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "elu": "ELU",
    "softplus": "Softplus",
}

_NOTES = {
    "linear": "Each number as it is.",
    "relu": "Negative numbers become 0.",
    "leaky_relu": "Negative numbers are multiplied by 0.2.",
    "sigmoid": "1 / (1 + e^−x), in two forms so that no exponential overflows.",
    "tanh": "The hyperbolic tangent.",
    "elu": "Negative numbers become e^x − 1, written so that small numbers keep their digits.",
    "softplus": "ln(1 + e^x), written so that no exponential overflows and small numbers keep "
    "their digits.",
}


def activation_volumes(layer: str, activation: str, source: Source) -> tuple[list[Volume], Source]:
    """Return what an activation draws after the convolution of a layer, and what follows it."""
    if activation == "linear":
        return [], source
    return stage_volumes(layer, activation, source)


def stage_volumes(layer: str, activation: str, source: Source) -> tuple[list[Volume], Source]:
    """Return what an activation draws as a stage of its own, and what follows it."""
    stage = Quantity("stage", layer, "activation")
    if activation == "softmax":
        volumes = _softmax_volumes(layer, source, stage)
        return volumes, source.feed(volumes[-1])

    def formula(index: Index, find: Finder) -> Formula:
        template = formulas.ACTIVATIONS[activation]
        return formulas.apply(template, find(source.quantity, index, steps=EACH))

    volume = _volume(_TITLES[activation], stage, source, formula, _NOTES[activation])
    return [volume], source.feed(volume)


def _volume(
    group: str,
    quantity: Quantity,
    source: Source,
    formula: Callable[[Index, Finder], Formula],
    note: str,
) -> Volume:
    height, width, _ = source.shape
    items = each_channel(source.captions)
    draw = whole(quantity, height, width, formula)
    return Volume(group, quantity.layer, quantity, height, width, items, draw, (note,))


def _softmax_volumes(layer: str, source: Source, stage: Quantity) -> list[Volume]:
    """Return softmax over the channels in steps that each fit a cell."""
    largest = Quantity("helper", layer, "largest")
    total = Quantity("helper", layer, "total")

    def of_two(template: str, first: Quantity, second: Quantity) -> Callable[..., Formula]:
        return lambda index, find: formulas.apply(
            template, find(first, index, steps=EACH), find(second, (0,), steps=EACH)
        )

    note = "The largest number of each position's channels."
    volumes = reduction_volumes("max", source, largest, "Largest", note)
    exponential = _volume(
        "Exponentials",
        Quantity("helper", layer, "exponentials"),
        source,
        of_two(formulas.EXPONENTIAL, source.quantity, largest),
        "e to the power of each number less the largest, so that none overflows.",
    )
    note = "Each position's exponentials added up."
    volumes += [exponential]
    volumes += reduction_volumes("sum", source.feed(exponential), total, "Total", note)
    share = of_two(formulas.SHARE, exponential.quantity, total)
    note = "Each exponential's share of the total: a position's shares add up to 1."
    return [*volumes, _volume("Softmax", stage, source, share, note)]
