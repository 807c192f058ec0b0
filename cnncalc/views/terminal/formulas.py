"""The formulas of one explained number: its terms, then bias, activation, or pooling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from math import fsum, isnan

import numpy as np
from rich.text import Text

from cnncalc.errors import unknown_kind
from cnncalc.explanation import Explanation, Position, Term, contributors
from cnncalc.layers import Layer, MergeLayer, Shape
from cnncalc.rules import Join
from cnncalc.rules.activations import (
    SOFTMAX_EXPONENTIAL,
    SOFTMAX_SHARE,
    rule_of,
)
from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import Expression
from cnncalc.rules.joins import SIGNS, joined, reduction_by
from cnncalc.rules.scaling import RESCALED, normalization
from cnncalc.rules.spelling import words
from cnncalc.trace import LayerTrace
from cnncalc.trace.stage_names import StageName
from cnncalc.views.terminal.equations import Equation, draw_equation, equals, in_formula, signed
from cnncalc.views.terminal.matrix import PADDING_MARK
from cnncalc.views.terminal.screen import FAINT, Screen

__all__ = [
    "WRITTEN_OUT",
    "activated",
    "by_channel",
    "draw_result",
    "draw_subtotal",
    "joined_place",
    "place",
    "shares",
]


def activated(layer: Layer, before: float, after: float, screen: Screen) -> Equation:
    """Return what a layer's activation made of a number: the name, `before` and `after`."""
    rule = rule_of(layer)
    if rule is None:
        raise TypeError(unknown_kind("an activation of one number must have a rule", layer))
    found = float(evaluate(rule.output, {"x": screen.shown(before)}))
    before_text, after_text = (signed(screen.number(number)) for number in (before, after))
    return Equation(f"{rule.name}({before_text}) {equals(after, found, screen)} {after_text}", ())


def _rescaled(explanation: Explanation, screen: Screen) -> list[Equation]:
    values = {"x": explanation.terms[0].value} | dict(explanation.parameters)
    texts = {name: in_formula(screen.number(value)) for name, value in values.items()}
    texts["offset"] = f"offset {texts['offset']}"
    return [_calculated(explanation, RESCALED, words(RESCALED, texts, "×"), screen)]


def _normalized(explanation: Explanation, screen: Screen) -> list[Equation]:
    """Return the formula in words first."""
    numbers = dict(explanation.parameters)
    rule = normalization(scale="gamma" in numbers, center="beta" in numbers)
    texts = {name: in_formula(screen.number(value)) for name, value in numbers.items()}
    texts["x"] = signed(screen.number(explanation.terms[0].value))
    return [
        Equation(words(rule), ()),
        _calculated(explanation, rule, words(rule, texts), screen),
    ]


def _calculated(explanation: Explanation, rule: Expression, text: str, screen: Screen) -> Equation:
    """Return a rule with its numbers, the `text`, and what it gives with these."""
    values = {"x": explanation.terms[0].value} | dict(explanation.parameters)
    shown = {name: screen.shown(value) for name, value in values.items()}
    sign = equals(explanation.total, float(evaluate(rule, shown)), screen)
    return Equation(f"{text} {sign} {signed(screen.number(explanation.total))}", ())


def shares(compared: Sequence[float], chosen: int, result: float, screen: Screen) -> list[Equation]:
    """Return softmax written out: the largest number, then e^(x − largest) over all of these.

    Arguments: the numbers `compared`; which of them is the `chosen`; its share, the `result`.
    """
    if len(compared) == 1:
        return [Equation("softmax of a single number is always 1", ())]
    numbers = [screen.number(number) for number in compared]
    largest = screen.number(max(compared))
    texts = {"largest": in_formula(largest)}
    powers = [words(SOFTMAX_EXPONENTIAL, {"x": signed(number)} | texts) for number in numbers]
    shown = np.array([screen.shown(number) for number in compared])
    exponentials = evaluate(SOFTMAX_EXPONENTIAL, {"x": shown, "largest": shown.max()})
    found = {"exponential": exponentials[chosen], "total": exponentials.sum()}
    sign = equals(result, float(evaluate(SOFTMAX_SHARE, found)), screen)
    return [
        Equation("largest = max(", [signed(number) for number in numbers], ", ", ")"),
        Equation(f"{powers[chosen]} / (", powers, tail=f") {sign} {signed(screen.number(result))}"),
    ]


def _softmax(explanation: Explanation, screen: Screen) -> list[Equation]:
    compared = [term.value for term in explanation.terms]
    return shares(compared, explanation.at[-1], explanation.total, screen)


def _handed_on(explanation: Explanation, screen: Screen) -> list[Equation]:
    """Say where a number that is handed on as it is stood before."""
    term, total = explanation.terms[0], signed(screen.number(explanation.total))
    if term.padding:
        return [Equation(f"{total} is a zero that was added", ())]
    if isinstance(explanation.layer.layer, MergeLayer):
        return [Equation(f"{total} is {joined_place(explanation.layer, term)}", ())]
    return [Equation(f"{total} stood at ({', '.join(map(str, term.index))}) of its input", ())]


WRITTEN_OUT: Mapping[Join, Callable[[Explanation, Screen], list[Equation]]] = {
    Join.RESCALE: _rescaled,
    Join.NORMALIZE: _normalized,
    Join.SOFTMAX: _softmax,
    Join.SAME: _handed_on,
}


# Of more inputs than these, which in a dense layer have no place, the largest terms are written.
MOST_UNITS = 24


def place(explanation: Explanation) -> str:
    """Write whose number it is: "conv2d (0, 0)", with the channel where there are several.

    The numbers are what `--at` takes.

    >>> from cnncalc import calculate
    >>> from cnncalc.explanation import follow
    >>> place(follow(calculate("article:6x6", ["edge", "blur"]), (0, 1, 1))[0])
    'conv2d (0, 1, 1)'
    """
    return _place(explanation.layer.name, explanation.at, explanation.layer.output.shape)


def joined_place(layer: LayerTrace, term: Term) -> str:
    """Write where a term of a merge stands: "conv2d_1 (0, 0, 2)", as `place` does."""
    return _place(layer.layer.inputs[term.part], term.at, layer.taken[term.part])


def _place(name: str, at: Position, shape: Shape) -> str:
    is_single = shape[-1] == 1 and len(at) == 3
    return f"{name} ({', '.join(map(str, at[:-1] if is_single else at))})"


def by_channel(explanation: Explanation) -> dict[int, list[Term]]:
    """Return the terms of each input channel."""
    groups = groupby(explanation.terms, key=lambda term: term.index[2])
    return {channel: list(terms) for channel, terms in groups}


def draw_subtotal(
    explanation: Explanation, terms: Sequence[Term], screen: Screen
) -> Iterator[Text]:
    """Yield the sum of the products of one of several input channels."""
    total = fsum(term.product for term in terms)
    yield from draw_equation(_products(explanation, terms, total, screen), screen)


def draw_result(explanation: Explanation, screen: Screen) -> Iterator[Text]:
    """Yield the formulas from an explanation's terms, or its channels' subtotals, to its result."""
    equations = [*_joined(explanation, screen), *_afterwards(explanation, screen)]
    equations[-1] = replace(equations[-1], label=place(explanation))
    for equation in equations:
        yield from draw_equation(equation, screen)
    yield from _legend(explanation, screen)


def _products(
    explanation: Explanation, terms: Sequence[Term], total: float, screen: Screen
) -> Equation:
    geometry = explanation.layer.geometry
    from_shown = sum(_shown_product(term, screen) for term in terms)
    return Equation(
        _result(total, from_shown, screen),
        [_product(term, screen) for term in terms],
        faint=frozenset(index for index, term in enumerate(terms) if term.product == 0),
        row=geometry.kernel.width if geometry else None,
    )


def _product(term: Term, screen: Screen) -> str:
    mark = PADDING_MARK if term.padding else ""
    weight = in_formula(screen.number(term.weight or 0.0))
    return f"{in_formula(screen.number(term.value))}{mark}×{weight}"


def _shown_product(term: Term, screen: Screen) -> float:
    return screen.shown(term.value) * screen.shown(term.weight or 0.0)


def _result(result: float, from_shown: float, screen: Screen) -> str:
    """Return an equation's left side."""
    return f"{signed(screen.number(result))} {equals(result, from_shown, screen)} "


def _joined(explanation: Explanation, screen: Screen) -> list[Equation]:
    """Return the equations that join the terms; a function of one number has none."""
    if explanation.rule is Join.EACH:
        return []
    if explanation.rule is Join.PRODUCTS:
        return [_summed(explanation, screen)]
    if explanation.rule in WRITTEN_OUT:
        return WRITTEN_OUT[explanation.rule](explanation, screen)
    return [_reduced(explanation, screen)]


def _summed(explanation: Explanation, screen: Screen) -> Equation:
    is_long = len(explanation.terms) > MOST_UNITS and not screen.display.full
    if explanation.layer.geometry is None and is_long:
        return _largest_products(explanation, screen)
    channels = by_channel(explanation) if explanation.layer.geometry else {}
    if len(channels) < 2:
        return _products(explanation, explanation.terms, explanation.total, screen)
    sums = [fsum(term.product for term in terms) for terms in channels.values()]
    terms = [in_formula(screen.number(total)) for total in sums]
    return Equation(_result(explanation.total, sum(map(screen.shown, sums)), screen), terms)


def _largest_products(explanation: Explanation, screen: Screen) -> Equation:
    """Return the products that contribute most, first, and what the others add up to."""
    largest = contributors(explanation)[:MOST_UNITS]
    rest = explanation.total - fsum(term.product for term in largest)
    others = len(explanation.terms) - len(largest)
    last = f"{in_formula(screen.number(rest))} from {others:,} smaller terms"
    products = [_product(term, screen) for term in largest]
    from_shown = sum(_shown_product(term, screen) for term in largest) + screen.shown(rest)
    return Equation(_result(explanation.total, from_shown, screen), [*products, last])


def _reduced(explanation: Explanation, screen: Screen) -> Equation:
    """Return the equation of a rule without weights."""
    counted = [term for term in explanation.terms if not isnan(term.value)]
    shown = [screen.shown(term.value) for term in counted]
    if explanation.rule in SIGNS:
        inside = [_marked(term, in_formula, screen) for term in counted]
        from_shown = joined(explanation.rule, shown, add=sum)
        head = _result(explanation.total, from_shown, screen)
        return Equation(head, inside, f" {SIGNS[explanation.rule]} ")
    written = reduction_by(explanation.rule)
    # In a list a negative number needs no parentheses.
    write = signed if written.joint == ", " else in_formula
    terms = [written.term.format(_marked(term, write, screen)) for term in counted]
    sign = equals(explanation.total, joined(explanation.rule, shown, add=sum), screen)
    tail = f"{written.tail.format(count=len(counted))} {sign} "
    total = signed(screen.number(explanation.total))
    return Equation(written.head, terms, written.joint, tail + total)


def _marked(term: Term, write: Callable[[str], str], screen: Screen) -> str:
    return write(screen.number(term.value)) + (PADDING_MARK if term.padding else "")


def _afterwards(explanation: Explanation, screen: Screen) -> list[Equation]:
    """Return what the bias and the activation made of the total."""
    equations = []
    before, last = explanation.total, explanation.results[-1][1]
    if explanation.bias is not None:
        _, biased = explanation.results[1]
        from_shown = screen.shown(before) + screen.shown(explanation.bias)
        bias = in_formula(screen.number(explanation.bias))
        sign, after = equals(biased, from_shown, screen), signed(screen.number(biased))
        equations.append(
            Equation(f"{signed(screen.number(before))} + bias {bias} {sign} {after}", ())
        )
        before = biased
    if explanation.among:
        equations += shares(explanation.among, explanation.at[-1], last, screen)
    elif (
        explanation.results[-1][0] == StageName.ACTIVATION and explanation.rule is not Join.SOFTMAX
    ):
        equations.append(activated(explanation.layer.layer, before, last, screen))
    return equations


def _legend(explanation: Explanation, screen: Screen) -> Iterator[Text]:
    padding = [term for term in explanation.terms if term.padding]
    empty = [term for term in padding if isnan(term.value)]
    if empty:
        text = f"{len(empty)} of the window's {len(explanation.terms)} cells are padding, "
        yield from screen.sentences(text + "which does not count.", FAINT)
    elif padding and explanation.rule is not Join.SAME:
        yield screen.line(f"{PADDING_MARK} a zero of the padding", FAINT)
