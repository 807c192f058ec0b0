"""Equations of many terms, broken into lines that fit the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import isclose
from textwrap import wrap
from typing import NamedTuple

from rich.text import Text

from cnncalc.rules.evaluation import evaluate
from cnncalc.rules.formula import Expression
from cnncalc.rules.spelling import words
from cnncalc.views.numbers import format_number
from cnncalc.views.terminal.screen import FAINT, Screen

__all__ = [
    "Equation",
    "Expressed",
    "constant",
    "draw_equation",
    "equals",
    "expressed",
    "in_formula",
    "signed",
]

MINUS = "−"
# Two orders of adding up differ by less.
ROUNDING_NOISE = 1e-12
# Longer sums lose their middle, unless the user asks for everything.
MOST_TERMS = 100
# Of terms below a head that has a line of its own.
HEAD_INDENT = 4
LABEL_INDENT = 2


@dataclass(frozen=True)
class Equation:
    """`head`, the `terms` with the `joint` between them, and `tail`, such as "429 = 18×1 + 54×0".

    `faint` terms add nothing; `row` is how many terms make a row of the kernel, where lines may
    be broken so that the terms stand as they do there; `label` says at the end whose number it is.
    """

    head: str
    terms: Sequence[str]
    joint: str = " + "
    tail: str = ""
    faint: frozenset[int] = frozenset()
    row: int | None = None
    label: str = ""


def signed(number: str) -> str:
    """Return a number's text with a real minus sign.

    >>> signed("-0.5")
    '−0.5'
    """
    return number.replace("-", MINUS)


def in_formula(number: str) -> str:
    """Return a number as it stands inside a formula: a negative one in parentheses.

    >>> in_formula("-1")
    '(−1)'
    """
    return f"({signed(number)})" if number.startswith("-") else signed(number)


def equals(result: float, recalculated: float, screen: Screen) -> str:
    """Return "=" where an equation is true as it is printed, "≈" where rounded numbers miss it.

    Arguments: the `result` that is printed; what the other printed numbers give, `recalculated`
    from those (`Screen.shown`).

    >>> from cnncalc.views.terminal.screen import Display
    >>> screen = Screen(40, 24, None, "utf-8", Display())
    >>> equals(1 / 3, 0.3333, screen), equals(1 / 3, 0.3334, screen)
    ('=', '≈')
    """
    is_true = screen.number(result) == screen.number(recalculated)
    return "=" if is_true or isclose(result, recalculated, rel_tol=ROUNDING_NOISE) else "≈"


class Expressed(NamedTuple):
    """An expression with numbers in place of its names, and what it comes to as it is printed."""

    text: str
    value: float


def expressed(
    expression: Expression,
    values: Mapping[str, float],
    screen: Screen,
    *,
    constants: Mapping[str, float] | None = None,
    sign: str = "×",
) -> Expressed:
    """Write an expression with its numbers.

    Arguments: the `expression`; the `values` of its names, which are printed rounded, and of its
    `constants`, which have all their digits; the screen; the `sign` of multiplication.

    >>> from cnncalc.rules.formula import Name
    >>> from cnncalc.views.terminal.screen import Display
    >>> step = Name("weight") - Name("gradient") * Name("rate")
    >>> screen = Screen(80, 24, None, "utf-8", Display())
    >>> expressed(step, {"weight": 2, "gradient": -1}, screen, constants={"rate": 0.5})
    Expressed(text='2 − (−1)×0.5', value=2.5)
    """
    exact = constants or {}
    texts = {name: in_formula(screen.number(value)) for name, value in values.items()}
    texts |= {name: constant(value) for name, value in exact.items()}
    shown = {name: screen.shown(value) for name, value in values.items()}
    return Expressed(
        words(expression, texts, sign), float(evaluate(expression, shown | dict(exact)))
    )


def constant(value: float) -> str:
    """Write a constant of a rule with all its digits.

    >>> constant(0.999), constant(1e-7)
    ('0.999', '1e-7')
    """
    return format_number(value, 15, significant=True)


def draw_equation(equation: Equation, screen: Screen) -> Iterator[Text]:
    """Yield an equation's lines: one if it fits, else row by row of the kernel, else filled.

    A head that leaves no term room beside it has a line of its own.
    """
    if not equation.terms:
        yield from _alone(equation, screen)
        return
    terms, styles = _shortened(equation, screen)
    cells = [screen.spell(term) for term in terms]
    head, tail = screen.spell(equation.head), screen.spell(equation.tail)
    if len(head) > HEAD_INDENT and max(map(len, cells), default=0) > _room(head, tail, screen):
        yield screen.line(head.rstrip())
        head = " " * HEAD_INDENT
    rows = _rows(cells, _room(head, tail, screen), equation, screen)
    lead, follow = ("", ",") if equation.joint == ", " else (equation.joint.strip() + " ", "")
    indent = " " * (len(head) - len(lead))
    index = 0
    for number, row in enumerate(rows):
        line = screen.line(head if number == 0 else indent + lead)
        for position, cell in enumerate(row):
            line.append(equation.joint if position else "")
            line.append(cell, styles[index])
            index += 1
        is_last = number == len(rows) - 1
        line.append(tail if is_last else follow)
        if is_last and equation.label:
            yield from _labelled(line, equation.label, screen)
        else:
            yield line


def _alone(equation: Equation, screen: Screen) -> Iterator[Text]:
    """Yield an equation without a list of terms, its further lines set in."""
    text = screen.spell(equation.head + equation.tail)
    indent = " " * HEAD_INDENT
    *lines, last = wrap(text, screen.width, subsequent_indent=indent, break_long_words=False)
    yield from map(screen.line, lines)
    if equation.label:
        yield from _labelled(screen.line(last), equation.label, screen)
    else:
        yield screen.line(last)


def _labelled(line: Text, label: str, screen: Screen) -> Iterator[Text]:
    """Yield the last line with the label after it, or below it where it does not fit."""
    label = f"  {screen.spell(label)}"
    if line.cell_len + len(label) <= screen.width:
        yield line.append(label, FAINT)
    else:
        yield line
        below = screen.narrowed(LABEL_INDENT)
        for part in below.sentences(label.strip(), FAINT):
            yield screen.line(" " * LABEL_INDENT).append_text(part)


def _shortened(equation: Equation, screen: Screen) -> tuple[list[str], list[str]]:
    terms = list(equation.terms)
    styles = ["dim" if index in equation.faint else "" for index in range(len(terms))]
    if len(terms) > MOST_TERMS and not screen.display.full:
        half = MOST_TERMS // 2
        gap = f"… {len(terms) - MOST_TERMS} more …"
        terms = [*terms[:half], gap, *terms[-half:]]
        styles = [*styles[:half], "dim", *styles[-half:]]
    return terms, styles


def _room(head: str, tail: str, screen: Screen) -> int:
    return screen.width - len(head) - max(len(tail), 1)


def _rows(cells: list[str], room: int, equation: Equation, screen: Screen) -> list[list[str]]:
    joint = len(equation.joint)
    if len(equation.joint.join(cells)) <= room:
        return [cells]
    if equation.row and len(cells) == len(equation.terms):
        rows = [cells[first : first + equation.row] for first in range(0, len(cells), equation.row)]
        widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
        if sum(widths) + joint * (len(widths) - 1) <= room:
            return [[f"{c:>{w}}" for c, w in zip(row, widths, strict=True)] for row in rows]
    return _filled(cells, joint, room)


def _filled(cells: list[str], joint: int, room: int) -> list[list[str]]:
    rows: list[list[str]] = [[]]
    used = 0
    for cell in cells:
        if rows[-1] and used + joint + len(cell) > room:
            rows.append([])
            used = 0
        used += len(cell) + (joint if rows[-1] else 0)
        rows[-1].append(cell)
    return rows
