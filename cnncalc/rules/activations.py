"""Activations and how an error passes back through them, each written once.

The slopes follow from the output "y" where they can, as those of `ops.activations` do, else from
the input "x". Where a slope jumps, what is near the kink counts as it; 0 is no kink of elu's.
Definitions: https://keras.io/api/layers/activations/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnncalc.errors import unknown_kind
from cnncalc.layers import ELU, Activation, ActivationLayer, Layer, LeakyReLU, ReLU
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import Expression, Name, Number, choose, near
from cnncalc.rules.functions import (
    exp,
    exp_minus_1,
    maximum,
    minimum,
    sigmoid,
    softplus,
    tanh,
)
from cnncalc.rules.slopes import derivative, times

__all__ = [
    "ACTIVATIONS",
    "SOFTMAX_EXPONENTIAL",
    "SOFTMAX_LIMITS",
    "SOFTMAX_PASSED_BACK",
    "SOFTMAX_SHARE",
    "ActivationRule",
    "activation_rule",
    "rule_of",
]

_X, _Y, _ERROR = Name("x"), Name("y"), Name("error")


@dataclass(frozen=True)
class ActivationRule:
    """What an activation makes of a number "x", and its `slope` by it, with the output "y".

    `name` is what Keras calls the function, `title` what a heading does; `sentence` and
    `slope_sentence` say both in words. `limits` is what it puts out where its slope is next to 0,
    empty where that is nowhere, or not in one place alone.
    """

    name: str
    title: str
    output: Expression
    sentence: str
    slope: Expression
    slope_sentence: str
    limits: str

    @property
    def passed_back(self) -> Expression:
        """The gradient by the input: the "error", which is that by the output, times the slope."""
        return times(_ERROR, self.slope)

    @property
    def turns_off(self) -> bool:
        """Whether it puts out exactly 0 of numbers below 0, its slope being 0 there, too."""
        ends = {"x": -1.0, "y": 0.0}
        is_0 = bool(self.limits) and not evaluate(self.output, ends)
        return is_0 and not evaluate(self.slope, ends)


_RULES = (
    ActivationRule(
        "linear",
        "Linear",
        _X,
        "Each number as it is.",
        Number(1),
        "The error as it is.",
        limits="",
    ),
    ActivationRule(
        "relu",
        "ReLU",
        maximum(0, _X),
        "Negative numbers become 0.",
        choose(near(_Y > 0), 1, 0),
        "The error where the output is positive, else 0.",
        limits="0",
    ),
    ActivationRule(
        "relu6",
        "ReLU6",
        minimum(maximum(0, _X), 6),
        "Negative numbers become 0, those above 6 become 6.",
        choose(near(_Y > 0), choose(near(_Y >= 6), 0, 1), 0),
        "The error where the output is between 0 and 6, else 0.",
        limits="0 or 6",
    ),
    ActivationRule(
        "leaky_relu",
        "Leaky ReLU",
        choose(_X > 0, _X, 0.2 * _X),
        "Negative numbers are multiplied by 0.2.",
        choose(near(_Y > 0), 1, 0.2),
        "The error where the output is positive, else 0.2 × the error.",
        limits="",
    ),
    ActivationRule(
        "sigmoid",
        "Sigmoid",
        sigmoid(_X),
        "1 / (1 + e^−x), in two forms so that no exponential overflows.",
        _Y * (1 - _Y),
        "Error × y × (1 − y), where y is the output.",
        limits="0 or 1",
    ),
    ActivationRule(
        "tanh",
        "Tanh",
        tanh(_X),
        "The hyperbolic tangent.",
        1 - _Y**2,
        "Error × (1 − y²), where y is the output.",
        limits="−1 or 1",
    ),
    ActivationRule(
        "elu",
        "ELU",
        choose(_X > 0, _X, exp_minus_1(_X)),
        "Negative numbers become e^x − 1, written so that small numbers keep their digits.",
        choose(_Y > 0, 1, _Y + 1),
        "The error where the output y is positive, else error × (y + 1).",
        limits="its lowest number",
    ),
    # By its output the slope is 1 − e^−y, which would lose the digits of a small y.
    ActivationRule(
        "softplus",
        "Softplus",
        softplus(_X),
        "ln(1 + e^x), written so that no exponential overflows and small numbers keep their "
        "digits.",
        sigmoid(_X),
        "Error × sigmoid of what went in, in two forms so that no exponential overflows.",
        limits="0",
    ),
)

# Softmax needs its neighbours, so it has steps instead. A share's "total" is that of the
# exponentials, an error's that of all errors × their shares.
ACTIVATIONS: Mapping[str, ActivationRule] = MappingProxyType({rule.name: rule for rule in _RULES})
SOFTMAX_EXPONENTIAL = exp(_X - Name("largest"))
SOFTMAX_SHARE = Name("exponential") / Name("total")
SOFTMAX_PASSED_BACK = _Y * (_ERROR - Name("total"))
SOFTMAX_LIMITS = "shares of 0 and 1"


def rule_of(layer: Layer) -> ActivationRule | None:
    """Return the rule of a layer's activation; None for softmax, which has steps instead.

    >>> rule_of(Activation("relu")).turns_off, rule_of(Activation("softplus")).turns_off
    (True, False)
    """
    if layer.has_softmax:
        return None
    if isinstance(layer, ActivationLayer):
        return activation_rule(layer)
    return ACTIVATIONS[layer.activation_name]


def activation_rule(layer: ActivationLayer) -> ActivationRule:
    """Return the rule of an activation that is a layer of its own.

    Raises TypeError for softmax, which is no function of each number by itself.

    >>> from cnncalc.rules.spelling import template
    >>> template(activation_rule(ReLU(max_value=6)).output)
    'IF({x}>0,MIN({x},6),0)'
    """
    match layer:
        case Activation(activation=name) if name in ACTIVATIONS:
            return ACTIVATIONS[name]
        case ReLU(max_value=None, negative_slope=0, threshold=0):
            return _rectifier(layer, ACTIVATIONS["relu"].output, ACTIVATIONS["relu"].sentence)
        case ReLU():
            return _rectifier(layer, _rectified(layer), _rectifier_words(layer))
        case LeakyReLU(negative_slope=slope):
            return _leaky(slope)
        case ELU(alpha=alpha):
            return _elu(alpha)
    raise TypeError(unknown_kind("an activation must have its rule in rules/activations.py", layer))


def _leaky(slope: float) -> ActivationRule:
    output = choose(_X > 0, _X, slope * _X)
    return ActivationRule(
        "leaky_relu",
        "Leaky ReLU",
        output,
        f"Negative numbers are multiplied by {slope:g}.",
        derivative(output, "x"),
        f"The error where the input is positive, else {slope:g} × the error.",
        limits="" if slope else "0",
    )


def _elu(alpha: float) -> ActivationRule:
    return ActivationRule(
        "elu",
        "ELU",
        choose(_X > 0, _X, alpha * exp_minus_1(_X)),
        f"Negative numbers become {alpha:g} × (e^x − 1), written so that small numbers keep their "
        "digits.",
        # No exponential overflows where it isn't asked for.
        choose(near(_X > 0), 1, alpha * exp(minimum(0, _X))),
        f"The error where the input x is positive, else error × {alpha:g} × e^x.",
        limits="its lowest number",
    )


def _rectifier(layer: ReLU, output: Expression, sentence: str) -> ActivationRule:
    slope, words = _rectifier_slope(layer)
    is_plain = (layer.max_value, layer.negative_slope, layer.threshold) == (None, 0, 0)
    limits = "0" if is_plain else ""
    return ActivationRule("relu", "ReLU", output, sentence, slope, words, limits)


def _rectified(layer: ReLU) -> Expression:
    """Return a rectifier that is capped, leaks, or sets in later than at 0."""
    least, most, slope = layer.threshold, layer.max_value, layer.negative_slope
    # At 0 nothing jumps; at another threshold, what only rounding sets above it counts as it.
    is_kept = near(least < _X) if least else _X > 0
    below = minimum(0, _X - least) if least else _X
    kept = _X if most is None else minimum(_X, most)
    return choose(is_kept, kept, slope * below if slope else 0)


def _rectifier_words(layer: ReLU) -> str:
    least, most, slope = layer.threshold, layer.max_value, layer.negative_slope
    below = f"{slope:g} × (x − {least:g})" if slope else "0"
    words = f"Numbers of {least:g} and less become {below}"
    return f"{words}." if most is None else f"{words}; larger ones than {most:g} become {most:g}."


def _rectifier_slope(layer: ReLU) -> tuple[Expression, str]:
    """Return a rectifier's slope and its words.

    What it is exactly at its threshold and its maximum follows from the functions that Keras
    composes it of: a leaky rectifier without other parameters leaks at 0, any other has a slope of
    0 at its threshold; a maximum of 6 alone is `relu6`, which lets nothing pass there, any other
    clips, and lets pass what is no larger.
    Source: `ReLU` in keras/src/activations/activations.py of Keras 3.15, as TensorFlow and PyTorch
    have its parts.
    """
    least, most, slope = layer.threshold, layer.max_value, layer.negative_slope
    passed: Expression = Number(1)
    words = f"The error where the input is above {least:g}"
    if most is not None:
        is_relu6 = most == 6 and least == 0
        passed = choose(near(most <= _X) if is_relu6 else near(most < _X), 0, 1)
        words += f", 0 {f'from {most:g} on' if is_relu6 else f'above {most:g}'}"
    rest: Expression = Number(slope)
    words += f", else {slope:g} × the error" if slope else ", else 0"
    leaks_at_0 = most is None and least == 0
    if slope and not leaks_at_0:
        rest = choose(near(least > _X), rest, 0)
        words += f"; at {least:g} itself 0"
    return choose(near(least < _X), passed, rest), f"{words}."
