"""What an activation draws: one volume, or softmax's few."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from cnncalc.layers import (
    ELU,
    Activation,
    ActivationLayer,
    ConvolutionLayer,
    Dense,
    Layer,
    LeakyReLU,
    ReLU,
    Softmax,
)
from cnncalc.ops.parametric_activations import relu_kink_slopes
from cnncalc.sheet import formulas, nearness
from cnncalc.sheet.formulas import literal
from cnncalc.sheet.layers.softmax import softmax_gradient_volumes, softmax_volumes
from cnncalc.sheet.nearness import ABOVE_0, above, below, from_on
from cnncalc.sheet.plan import Formula, Quantity
from cnncalc.sheet.quantities import title
from cnncalc.sheet.volumes import EACH, Finder, Index, Source, Volume, each_number

__all__ = [
    "Ends",
    "activation_gradient_volumes",
    "activation_layer_gradient_volumes",
    "activation_layer_volumes",
    "activation_volumes",
    "copied_volumes",
    "without_activation",
]

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


class Ends(NamedTuple):
    """What goes into an activation, and what comes out of it."""

    inputs: Source
    outputs: Source


class _Slope(NamedTuple):
    """How an error (`{0}`) passes back, given the activation's output (`{1}`) and input (`{2}`)."""

    template: str
    rule: str


# The slopes are those of `ops.activations`, which follow from the output. Softplus's, 1 − e^−y,
# would lose the digits of a small y: it is the sigmoid of x, in two forms as there. Where a slope
# jumps, what is near the kink counts as it; elu's, of which 0 is no kink, and softplus's don't.
_SLOPES = {
    "linear": _Slope("{0}", "The error as it is."),
    "relu": _Slope(
        f"IF({{1}}{ABOVE_0},{{0}},0)", "The error where the output is positive, else 0."
    ),
    "leaky_relu": _Slope(
        f"IF({{1}}{ABOVE_0},{{0}},0.2*{{0}})",
        "The error where the output is positive, else 0.2 × the error.",
    ),
    "sigmoid": _Slope("{0}*{1}*(1-{1})", "Error × y × (1 − y), where y is the output."),
    "tanh": _Slope("{0}*(1-{1}*{1})", "Error × (1 − y²), where y is the output."),
    "elu": _Slope(
        "IF({1}>0,{0},{0}*({1}+1))",
        "The error where the output y is positive, else error × (y + 1).",
    ),
    "softplus": _Slope(
        "{0}*IF({2}>=0,1/(1+EXP(-{2})),EXP({2})/(1+EXP({2})))",
        "Error × sigmoid of what went in, in two forms so that no exponential overflows.",
    ),
}


def without_activation(layer: ConvolutionLayer | Dense) -> Layer:
    """Return a layer that gives its sums as they are."""
    # Every kind of them has an activation, but the class they share does not say so.
    linear: Any = {"activation": "linear"}
    return replace(layer, **linear)


def activation_gradient_volumes(
    result: Quantity, activation: str, gradient: Source, ends: Ends
) -> tuple[list[Volume], Source]:
    """Return what it takes to pass an error back through an activation, and the gradient there.

    Arguments: what the `result` is called; the activation's name; the `gradient` by its output;
    what it took in and gave.
    """
    if activation == "softmax":
        return softmax_gradient_volumes(result, gradient, ends.outputs)
    return _slope_volumes(result, _SLOPES[activation], gradient, ends)


def activation_layer_gradient_volumes(
    result: Quantity, layer: ActivationLayer, gradient: Source, ends: Ends
) -> tuple[list[Volume], Source]:
    """Return the same for an activation that is a layer of its own."""
    if isinstance(layer, Activation):
        return activation_gradient_volumes(result, layer.activation, gradient, ends)
    if isinstance(layer, Softmax):
        return softmax_gradient_volumes(result, gradient, ends.outputs)
    return _slope_volumes(result, _layer_slope(layer), gradient, ends)


def _layer_slope(layer: ActivationLayer) -> _Slope:
    match layer:
        case ReLU(max_value=most, negative_slope=slope, threshold=least):
            return _relu_slope(most, slope, least)
        case LeakyReLU(negative_slope=slope):
            return _Slope(
                f"IF({{2}}{ABOVE_0},{{0}},{literal(slope)}*{{0}})",
                f"The error where the input is positive, else {slope:g} × the error.",
            )
        case ELU(alpha=alpha):
            return _Slope(
                f"IF({{2}}{ABOVE_0},{{0}},{{0}}*{literal(alpha)}*EXP(MIN(0,{{2}})))",
                f"The error where the input x is positive, else error × {alpha:g} × e^x.",
            )
    raise TypeError(type(layer).__name__)  # no other activation is a layer


def _relu_slope(most: float | None, slope: float, least: float) -> _Slope:
    at_least, at_most = relu_kink_slopes(most, slope, least)
    passed, words = "{0}", f"The error where the input is above {least:g}"
    if most is not None:
        is_capped = above(most) if at_most else from_on(most)
        passed = f"IF({{2}}{is_capped},0,{{0}})"
        words += f", 0 {'above' if at_most else 'from'} {most:g}{'' if at_most else ' on'}"
    rest, rule = "0", f"{words}, else 0."
    if slope:
        rest, rule = f"{literal(slope)}*{{0}}", f"{words}, else {slope:g} × the error."
    if at_least != slope:
        rest, rule = f"IF({{2}}{below(least)},{rest},0)", f"{rule[:-1]}; at {least:g} itself 0."
    return _Slope(f"IF({{2}}{above(least)},{passed},{rest})", rule)


def _slope_volumes(
    result: Quantity, slope: _Slope, gradient: Source, ends: Ends
) -> tuple[list[Volume], Source]:
    def formula(index: Index, find: Finder) -> Formula:
        read = (gradient.quantity, ends.outputs.quantity, ends.inputs.quantity)
        return formulas.apply(slope.template, *(find(each, index, steps=EACH) for each in read))

    volume = each_number(title(result), result, gradient, formula, slope.rule)
    return [volume], gradient.feed(volume)
