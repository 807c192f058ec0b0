"""Expressions as they are written: in words, and as the formula of a spreadsheet.

Each writer knows every kind of expression, and raises TypeError for another.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from cnncalc.errors import OutputError, unknown_kind
from cnncalc.rules.formula import (
    Call,
    Comparison,
    Conditional,
    Expression,
    Name,
    Number,
    Operation,
    Spelling,
)

__all__ = ["literal", "template", "words"]

# What binds more strongly has the larger number; nothing goes into the parts of an atom.
_BINDS = {"choice": 0, "sum": 1, "product": 2, "power": 3, "atom": 4}
_LEVELS = {"+": "sum", "-": "sum", "*": "product", "/": "product", "^": "power"}
_POWERS = {1: "", 2: "²", 3: "³"}


class _Written(NamedTuple):
    """An expression's text, and how strongly it is bound."""

    text: str
    binds: str = "atom"

    def within(self, level: str, *, also: bool = False) -> str:
        """Return the text as a part of another: in parentheses where that binds more strongly.

        Arguments: the other's `level`; whether what binds alike has them, `also`.
        """
        if _BINDS[self.binds] >= _BINDS[level] + also:
            return self.text
        return f"({self.text})"


def words(expression: Expression, names: Mapping[str, str] | None = None, sign: str = " × ") -> str:
    """Return an expression in words, or with numbers in place of its names.

    As one says it: a number times itself is its square, and where two names are multiplied a
    constant comes first.

    Arguments: the `expression`; what to write for its `names`, if it is other than they are, a
    negative number in parentheses; the multiplication `sign`.

    >>> from cnncalc.rules.formula import constant
    >>> step = Name("weight") - Name("gradient") * constant("rate")
    >>> words(step), words(step, {"weight": "2", "gradient": "(−1)", "rate": "0.5"}, "×")
    ('weight − rate × gradient', '2 − 0.5×(−1)')
    """
    return _Words(names or {}, sign).write(expression).text


@dataclass(frozen=True)
class _Words:
    names: Mapping[str, str]
    sign: str

    def write(self, expression: Expression) -> _Written:
        match expression:
            case Number(value):
                text = f"{value:g}".replace("-", "−")
                return _Written(text, "sum" if value < 0 else "atom")
            case Name(name):
                return _Written(self.names.get(name, name))
            case Operation("*"):
                return self._product(_factors(expression))
            case Operation():
                return self._operation(expression)
            case Call(function, arguments):
                return _spelt(function.words, [self.write(argument) for argument in arguments])
            case Conditional(condition, then, otherwise):
                sides = self.write(then).within("sum"), self.write(otherwise).text
                return _Written(
                    f"{sides[0]} where {self._asked(condition)}, else {sides[1]}", "choice"
                )
        raise TypeError(
            unknown_kind("an expression must be of a kind known in rules/spelling.py", expression)
        )

    def _operation(self, operation: Operation) -> _Written:
        level = _LEVELS[operation.sign]
        first = self.write(operation.left).within(level, also=operation.sign == "^")
        last = self.write(operation.right).within(level, also=operation.sign != "+")
        sign = "^" if operation.sign == "^" else f" {operation.sign.replace('-', '−')} "
        return _Written(f"{first}{sign}{last}", level)

    def _product(self, factors: list[Expression]) -> _Written:
        match factors:
            case [Name(is_constant=False) as first, Name(is_constant=True) as second]:
                factors = [second, first]
        texts = []
        for place, (factor, alike) in enumerate(groupby(factors)):
            power, written = _POWERS[len(list(alike))], self.write(factor)
            level = "atom" if power else "product"
            texts.append(written.within(level, also=bool(place) and not power) + power)
        return _Written(self.sign.join(texts), "product" if texts[1:] else "power")

    def _asked(self, condition: Comparison) -> str:
        sides = (self.write(side).within("sum") for side in (condition.left, condition.right))
        return f" {condition.sign} ".join(sides)


def _factors(expression: Expression) -> list[Expression]:
    match expression:
        case Operation("*", left, right):
            return [*_factors(left), right]
    return [expression]


def _spelt(spelling: Spelling, arguments: list[_Written]) -> _Written:
    texts = (
        argument.within("atom") if spelling.wraps else _bare(argument.text)
        for argument in arguments
    )
    return _Written(spelling.text.format(*texts), spelling.binds)


def _bare(text: str) -> str:
    """Return a text without the parentheses that a negative number has within a formula."""
    return text[1:-1] if text.startswith("(−") and text.find(")") == len(text) - 1 else text


def template(expression: Expression, cells: Mapping[str, str] | None = None) -> str:
    """Return an expression as a spreadsheet's formula, without its equals sign.

    Functions are those that every spreadsheet program computes alike. Where it compares with a
    place on the number line, what rounding alone sets apart from it counts as equal to it.

    Arguments: the `expression`; what stands in place of its names, without it `{name}`.
    Raises OutputError for a number that spreadsheets don't have.

    >>> from cnncalc.rules.formula import choose, near
    >>> x = Name("x")
    >>> template(choose(near(x > 0), x**2, 0.5), {"x": "A1"}), template(1 - x / 3)
    ('IF(A1>0.000000000001,A1*A1,0.5)', '1-{x}/3')
    """
    return _template(expression, cells or {}).text


def _template(expression: Expression, cells: Mapping[str, str]) -> _Written:
    match expression:
        case Number(value):
            # A sign may follow another one: A1*-2.
            return _Written(literal(value), "power" if value < 0 else "atom")
        case Name(name):
            return _Written(cells.get(name, f"{{{name}}}"))
        case Operation(sign, left, right):
            level = _LEVELS[sign]
            first = _template(left, cells).within(level, also=sign == "^")
            last = _template(right, cells).within(level, also=sign != "+")
            return _Written(f"{first}{sign}{last}", level)
        case Call(function, arguments):
            return _spelt(function.template, [_template(argument, cells) for argument in arguments])
        case Conditional(condition, then, otherwise):
            sides = ",".join(_template(side, cells).text for side in (then, otherwise))
            return _Written(f"IF({_asked(condition, cells)},{sides})")
    raise TypeError(
        unknown_kind("an expression must be of a kind known in rules/spelling.py", expression)
    )


def _asked(condition: Comparison, cells: Mapping[str, str]) -> str:
    left, bound = _template(condition.left, cells).text, condition.bound
    if condition.near and isinstance(bound, Number):
        return f"{left}{condition.sign}{literal(bound.value)}"
    return f"{left}{condition.sign}{_template(bound, cells).text}"


def literal(number: float) -> str:
    """Return a number as a formula writes it: a decimal of the 15 digits that spreadsheets keep.

    Not every program reads `1E-12`.
    Raises OutputError for one so near to 0 that spreadsheets have none (LibreOffice shows #VALUE!).

    >>> literal(2.0), literal(1e-12), literal(0.1 + 0.2)
    ('2', '0.000000000001', '0.3')
    """
    if 0 < abs(number) < sys.float_info.min:
        message = (
            f"a formula holds numbers down to {sys.float_info.min:.1e} only; 0 is nearest. "
            f"Received: {number!r}"
        )
        raise OutputError(message)
    return np.format_float_positional(float(f"{number:.15g}") or 0.0, trim="-")
