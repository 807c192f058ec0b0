"""The equation of one number of a gradient, with the values that it came from."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

import numpy as np
from rich.text import Text

from cnncalc.training_step.formulas import gradient_expression
from cnncalc.training_step.gradient_terms import GradientTerm
from cnncalc.training_step.structure import GradientExplanation, Position
from cnncalc.views.terminal.equations import (
    Equation,
    Expressed,
    draw_equation,
    equals,
    expressed,
    in_formula,
    signed,
)
from cnncalc.views.terminal.matrix import PADDING_MARK
from cnncalc.views.terminal.screen import FAINT, Screen

__all__ = ["draw_gradient_equation", "gradient_place", "written_terms"]

# A sum of more terms than these has its largest written out, and says what the others add up to.
MOST_TERMS = 24


def gradient_place(explanation: GradientExplanation, *, several: bool = True) -> str:
    """Write whose gradient it is: "conv2d kernel (0, 0, 0, 1)", in numbers that `--at` takes.

    Arguments: the `explanation`; whether there are `several` samples to tell apart.
    """
    has_own = explanation.sample is not None and several
    sample = f" of sample {explanation.sample}" if has_own else ""
    at = f" {_at(explanation.at)}" if explanation.at else ""
    place = f"{explanation.layer.name} {explanation.name}{at}"
    if taken := explanation.taken:
        place += f", {'which is' if at else 'all places of'} {taken.layer} {_at(taken.at)}"
    return f"{place}{sample}"


def _at(place: Position) -> str:
    return f"({', '.join(map(str, place))})"


def draw_gradient_equation(
    explanation: GradientExplanation,
    screen: Screen,
    most: int = MOST_TERMS,
    *,
    several: bool = True,
) -> Iterator[Text]:
    """Draw a gradient's number as the sum of its terms, or as its formula, with all values.

    Arguments: the `explanation`; the `screen`; how many terms are written at `most`, unless the
    user asks for all; whether there are `several` samples to tell apart.
    """
    place = gradient_place(explanation, several=several)
    for share in explanation.shares:
        yield from _draw_share(share, screen, most, several=several)
    if explanation.rule in ("products", "sum"):
        yield from draw_equation(_summed(explanation, place, most, screen), screen)
        if any(term.place.padding for term in written_terms(explanation, most, screen)):
            yield screen.line(f"{PADDING_MARK} a zero of the padding", FAINT)
        return
    text, recalculated = _formula(explanation, screen)
    sign = equals(explanation.value, recalculated, screen)
    head = f"{signed(screen.number(explanation.value))} {sign} {text}"
    yield from draw_equation(Equation(head, (), label=place), screen)


def _draw_share(
    share: GradientExplanation, screen: Screen, most: int, *, several: bool
) -> Iterator[Text]:
    """Draw what one of several layers hands back, in words and in numbers."""
    yield from screen.sentences(f"{share.layer.name} hands back {share.note}:", FAINT)
    yield from draw_gradient_equation(share, screen, most, several=several)


def written_terms(
    explanation: GradientExplanation, most: int, screen: Screen
) -> list[GradientTerm]:
    """Return the terms that are written out: all if they are few, else the largest."""
    if len(explanation.terms) <= most or screen.display.full:
        return list(explanation.terms)
    return explanation.terms.largest(most)


def _summed(explanation: GradientExplanation, place: str, most: int, screen: Screen) -> Equation:
    written = written_terms(explanation, most, screen)
    texts = [_term(explanation, term, screen) for term in written]
    shown = [_shown(explanation, term, screen) for term in written]
    faint = {index for index, term in enumerate(written) if term.product == 0}
    nonzero = sum(term.product != 0 for term in written)
    others = int(np.count_nonzero(explanation.terms.products)) - nonzero
    if others:
        rest = explanation.total - explanation.rest - explanation.penalty
        rest -= fsum(term.product for term in written)
        texts.append(f"{in_formula(screen.number(rest))} from {others:,} smaller terms")
        shown.append(screen.shown(rest))
    for number, what in (
        (explanation.rest, "from the samples not shown"),
        (explanation.penalty, "from the regularizer"),
    ):
        if number:
            texts.append(f"{in_formula(screen.number(number))} {what}")
            shown.append(screen.shown(number))
    sign = equals(explanation.value, sum(shown), screen)
    head = f"{signed(screen.number(explanation.value))} {sign} "
    zeros = len(explanation.terms) - len(written) - others
    label = place + (f"; {zeros:,} more terms are 0" if zeros else "")
    is_whole = len(texts) == len(explanation.terms)
    row = explanation.terms.row if is_whole else None
    return Equation(head, texts or ["0"], faint=frozenset(faint), row=row, label=label)


def _term(explanation: GradientExplanation, term: GradientTerm, screen: Screen) -> str:
    error = in_formula(screen.number(term.error))
    if explanation.rule == "sum":
        return error
    mark = PADDING_MARK if term.place.padding else ""
    return f"{error}×{in_formula(screen.number(term.factor))}{mark}"


def _shown(explanation: GradientExplanation, term: GradientTerm, screen: Screen) -> float:
    error = screen.shown(term.error)
    return error if explanation.rule == "sum" else error * screen.shown(term.factor)


def _formula(explanation: GradientExplanation, screen: Screen) -> Expressed:
    """Return a gradient that is no sum with its numbers."""
    if explanation.rule == "flat":
        return Expressed("0, as the loss is flat there", 0.0)
    parameters = dict(explanation.parameters)
    return expressed(gradient_expression(explanation.rule, parameters), parameters, screen)
