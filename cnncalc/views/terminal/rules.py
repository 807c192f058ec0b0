"""The formulas of the rules that are no sum, maximum or mean: scaling, softmax, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cnncalc.explanation import Explanation
from cnncalc.layers import ELU, Layer, LeakyReLU, ReLU
from cnncalc.views.terminal.equations import Equation, in_formula, signed
from cnncalc.views.terminal.screen import Screen

__all__ = ["WRITTEN_OUT", "function_name", "shares"]


def function_name(layer: Layer) -> str:
    """Return the name of a layer's activation."""
    names: dict[type[Layer], str] = {ReLU: "relu", LeakyReLU: "leaky_relu", ELU: "elu"}
    return names.get(type(layer)) or str(getattr(layer, "activation", ""))


def _rescaled(explanation: Explanation, screen: Screen) -> list[Equation]:
    numbers = dict(explanation.parameters)
    value, scale, offset = (
        in_formula(screen.number(number))
        for number in (explanation.terms[0].value, numbers["scale"], numbers["offset"])
    )
    total = signed(screen.number(explanation.total))
    return [Equation(f"{value}×{scale} + offset {offset} = {total}", ())]


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
    return [Equation(words, ()), Equation(f"{figures} = {total}", ())]


def shares(compared: Sequence[float], own: int, result: float, screen: Screen) -> list[Equation]:
    """Return softmax written out: the largest number, then e^(x − largest) over all of these.

    Arguments: the numbers `compared`; which of them is the `own`; its share, the `result`.
    """
    if len(compared) == 1:
        return [Equation("softmax of a single number is always 1", ())]
    numbers = [screen.number(each) for each in compared]
    largest = screen.number(max(compared))
    powers = [f"e^({signed(number)} − {in_formula(largest)})" for number in numbers]
    share = signed(screen.number(result))
    return [
        Equation("largest = max(", [signed(number) for number in numbers], ", ", ")"),
        Equation(f"{powers[own]} / (", powers, tail=f") = {share}"),
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
