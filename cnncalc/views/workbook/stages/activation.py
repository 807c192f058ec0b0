"""What an activation draws: one volume, or softmax's few."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from cnncalc.layers import ELU, Activation, ActivationLayer, LeakyReLU, ReLU, Softmax
from cnncalc.views.workbook import formulas, nearness
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.softmax import softmax_volumes
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = ["activation_layer_volumes", "activation_volumes", "copied_volumes"]

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
    """Return what an activation draws after the sums of a layer, and what follows it."""
    if activation == "linear":
        return [], source
    if activation == "softmax":
        return softmax_volumes(layer, source)
    volumes, result = _function_volumes(layer, _named(activation), source)
    return volumes, replace(result, logits=source.quantity if activation == "sigmoid" else None)


def activation_layer_volumes(layer: ActivationLayer, source: Source) -> tuple[list[Volume], Source]:
    """Return what an activation draws that is a layer of its own, and what follows it."""
    name = layer.activation if isinstance(layer, Activation) else ""
    if name == "softmax" or isinstance(layer, Softmax):
        return _softmax_layer(layer.name, source)
    if name not in ("", "linear"):
        return activation_volumes(layer.name, name, source)
    return _function_volumes(layer.name, _function(layer), source)


def copied_volumes(
    group: str, stage: Quantity, source: Source, note: str
) -> tuple[list[Volume], Source]:
    """Return a volume whose numbers are those of the source, and what follows it."""

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(formulas.COPY, find(source.quantity, index, steps=EACH))

    volume = each_number(group, stage, source, formula, note)
    return [volume], source.feed(volume)


class _Function(NamedTuple):
    """A function of each number by itself."""

    title: str
    template: str
    note: str


def _named(activation: str) -> _Function:
    return _Function(_TITLES[activation], formulas.ACTIVATIONS[activation], _NOTES[activation])


def _function(layer: ActivationLayer) -> _Function:
    """Return what a layer with parameters of its own does to a number."""
    match layer:
        case ReLU(max_value=most, negative_slope=slope, threshold=least):
            return _relu(most, slope, least)
        case LeakyReLU(negative_slope=slope):
            template = f"IF({{0}}>0,{{0}},{formulas.literal(slope)}*{{0}})"
            return _Function(
                "Leaky ReLU", template, f"Negative numbers are multiplied by {slope:g}."
            )
        case ELU(alpha=alpha):
            template = f"IF({{0}}>0,{{0}},{formulas.literal(alpha)}*TANH({{0}}/2)*(EXP({{0}})+1))"
            note = f"Negative numbers become {alpha:g} × (e^x − 1), written so that small numbers "
            return _Function("ELU", template, f"{note}keep their digits.")
    return _named("linear")


def _relu(most: float | None, slope: float, least: float) -> _Function:
    """Return a rectifier that is capped, leaks, or sets in later than at 0."""
    if (most, slope, least) == (None, 0, 0):
        return _named("relu")
    kept = "{0}" if most is None else f"MIN({{0}},{formulas.literal(most)})"
    # At 0 nothing jumps; at another threshold, what only rounding sets above it counts as it.
    is_kept, under = "{0}>0", "{0}"
    if least:
        is_kept, under = f"{{0}}{nearness.above(least)}", f"MIN(0,{{0}}-{formulas.literal(least)})"
    below = f"{formulas.literal(slope)}*{under}" if slope else "0"
    words = [
        f"Numbers of {least:g} and less become {f'{slope:g} × (x − {least:g})' if slope else 0}"
    ]
    words += [] if most is None else [f"larger ones than {most:g} become {most:g}"]
    template = f"IF({is_kept},{kept},{below})"
    return _Function("ReLU", template, f"{'; '.join(words)}.")


def _function_volumes(
    layer: str, function: _Function, source: Source
) -> tuple[list[Volume], Source]:
    stage = Quantity("stage", layer, "activation")

    def formula(index: Index, find: Finder) -> Formula:
        return formulas.apply(function.template, find(source.quantity, index, steps=EACH))

    volume = each_number(function.title, stage, source, formula, function.note)
    return [volume], source.feed(volume)


def _softmax_layer(layer: str, source: Source) -> tuple[list[Volume], Source]:
    """Return softmax as a layer: of a vector, a copy of the logits stands with its steps."""
    if not source.is_vector:
        return softmax_volumes(layer, source)
    note = "The numbers that softmax makes shares of."
    logits, before = copied_volumes("Logits", Quantity("stage", layer, "logits"), source, note)
    volumes, result = softmax_volumes(layer, before)
    return [*logits, *volumes], result
