"""The formulas of the rules that are no sum, maximum or mean: scaling, softmax, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, nan, sqrt

import numpy as np

from cnncalc.explanation import Explanation
from cnncalc.layers import ELU, Layer, LeakyReLU, ReLU
from cnncalc.network import forward_layer
from cnncalc.ops.activations import ACTIVATIONS
from cnncalc.views.terminal.equations import Equation, equals, in_formula, signed
from cnncalc.views.terminal.screen import Screen

__all__ = ["WRITTEN_OUT", "activated", "shares"]


def activated(layer: Layer, before: float, after: float, screen: Screen) -> Equation:
    """Return what a layer's activation made of a number: the name, `before` and `after`."""
    shown = np.full((1, 1), screen.shown(before))
    own = ACTIVATIONS.get(getattr(layer, "activation", ""))
    found = own.forward(shown) if own else forward_layer(layer, {}, shown)
    sign = equals(after, float(found.item()), screen)
    before_text, after_text = (signed(screen.number(number)) for number in (before, after))
    return Equation(f"{_function_name(layer)}({before_text}) {sign} {after_text}", ())


def _function_name(layer: Layer) -> str:
    names: dict[type[Layer], str] = {ReLU: "relu", LeakyReLU: "leaky_relu", ELU: "elu"}
    return names.get(type(layer)) or str(getattr(layer, "activation", ""))


def _rescaled(explanation: Explanation, screen: Screen) -> list[Equation]:
    numbers = dict(explanation.parameters)
    value, scale, offset = (
        in_formula(screen.number(number))
        for number in (explanation.terms[0].value, numbers["scale"], numbers["offset"])
    )
    total = signed(screen.number(explanation.total))
    sign = equals(explanation.total, _recalculated(explanation, screen), screen)
    return [Equation(f"{value}×{scale} + offset {offset} {sign} {total}", ())]


def _recalculated(explanation: Explanation, screen: Screen) -> float:
    """Return what rescaling or normalization gives with the numbers as they are printed."""
    value = screen.shown(explanation.terms[0].value)
    numbers = {name: screen.shown(number) for name, number in explanation.parameters}
    if explanation.rule == "rescale":
        return value * numbers["scale"] + numbers["offset"]
    deviation = sqrt(numbers["variance"] + numbers["epsilon"])
    # Few decimals may leave a deviation of 0.
    scaled = (value - numbers["mean"]) / deviation if deviation else nan
    return scaled * numbers.get("gamma", 1.0) + numbers.get("beta", 0.0)


def _normalized(explanation: Explanation, screen: Screen) -> list[Equation]:
    """Return the formula in words first."""
    texts = {name: in_formula(screen.number(n)) for name, n in explanation.parameters}
    value = signed(screen.number(explanation.terms[0].value))
    words = "(x − mean) / √(variance + epsilon)"
    figures = f"({value} − {texts['mean']}) / √({texts['variance']} + {texts['epsilon']})"
    for name, sign in (("gamma", "×"), ("beta", "+")):
        if name in texts:
            words += f" {sign} {name}"
            figures += f" {sign} {texts[name]}"
    total = signed(screen.number(explanation.total))
    sign = equals(explanation.total, _recalculated(explanation, screen), screen)
    return [Equation(words, ()), Equation(f"{figures} {sign} {total}", ())]


def shares(compared: Sequence[float], own: int, result: float, screen: Screen) -> list[Equation]:
    """Return softmax written out: the largest number, then e^(x − largest) over all of these.

    Arguments: the numbers `compared`; which of them is the `own`; its share, the `result`.
    """
    if len(compared) == 1:
        return [Equation("softmax of a single number is always 1", ())]
    numbers = [screen.number(each) for each in compared]
    largest = screen.number(max(compared))
    powers = [f"e^({signed(number)} − {in_formula(largest)})" for number in numbers]
    shown = [screen.shown(each) for each in compared]
    from_shown = [exp(each - max(shown)) for each in shown]
    sign = equals(result, from_shown[own] / sum(from_shown), screen)
    return [
        Equation("largest = max(", [signed(number) for number in numbers], ", ", ")"),
        Equation(f"{powers[own]} / (", powers, tail=f") {sign} {signed(screen.number(result))}"),
    ]


def _softmax(explanation: Explanation, screen: Screen) -> list[Equation]:
    compared = [term.value for term in explanation.terms]
    return shares(compared, explanation.at[-1], explanation.total, screen)


def _handed_on(explanation: Explanation, screen: Screen) -> list[Equation]:
    """Say where a number that is handed on as it is stood before."""
    term, total = explanation.terms[0], signed(screen.number(explanation.total))
    if term.padding:
        return [Equation(f"{total} is a zero that was added", ())]
    return [Equation(f"{total} stood at ({', '.join(map(str, term.index))}) of its input", ())]


# By the rule's name.
WRITTEN_OUT: Mapping[str, Callable[[Explanation, Screen], list[Equation]]] = {
    "rescale": _rescaled,
    "normalize": _normalized,
    "softmax": _softmax,
    "same": _handed_on,
}
