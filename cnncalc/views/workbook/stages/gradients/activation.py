"""The gradient by what goes into an activation: the error times the function's slope."""

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
from cnncalc.views.workbook import formulas
from cnncalc.views.workbook.formulas import literal
from cnncalc.views.workbook.nearness import ABOVE_0, above, below, from_on
from cnncalc.views.workbook.plan import Formula, Quantity
from cnncalc.views.workbook.stages.gradients.quantities import title
from cnncalc.views.workbook.stages.gradients.softmax import softmax_gradient_volumes
from cnncalc.views.workbook.stages.volumes import (
    EACH,
    Finder,
    Index,
    Source,
    Volume,
    each_number,
)

__all__ = [
    "Ends",
    "activation_gradient_volumes",
    "activation_layer_gradient_volumes",
    "without_activation",
]


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
