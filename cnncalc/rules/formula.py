"""What is done with numbers, as expressions that are written once.

Operators build an expression, so that a rule reads as mathematics, and nothing is simplified: what
is written is what is calculated, in that order. `functions` has what is more than arithmetic. What
is done with an expression stands in a module of its own: `evaluation` works it out, `spelling`
writes it in words and as a spreadsheet's formula, and `slopes` differentiates it.

>>> from cnncalc.rules.evaluation import evaluate
>>> weight, gradient, rate = Name("weight"), Name("gradient"), constant("rate")
>>> step = weight - gradient * rate
>>> float(evaluate(step, {"weight": 1.0, "gradient": 0.5, "rate": 0.5}))
0.75
>>> names_of(step)
('weight', 'gradient', 'rate')
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from cnncalc.errors import unknown_kind
from cnncalc.nearness import kink_bounds

__all__ = [
    "Call",
    "Comparison",
    "Conditional",
    "Expression",
    "Function",
    "Name",
    "Number",
    "Operation",
    "Spelling",
    "choose",
    "constant",
    "equal",
    "names_of",
    "near",
    "put",
]


@dataclass(frozen=True)
class Expression:
    """Something that is worked out from numbers: one of the kinds below."""

    def __add__(self, other: Operand) -> Operation:
        return Operation("+", self, _expression(other))

    def __radd__(self, other: float) -> Operation:
        return Operation("+", Number(other), self)

    def __sub__(self, other: Operand) -> Operation:
        return Operation("-", self, _expression(other))

    def __rsub__(self, other: float) -> Operation:
        return Operation("-", Number(other), self)

    def __mul__(self, other: Operand) -> Operation:
        return Operation("*", self, _expression(other))

    def __rmul__(self, other: float) -> Operation:
        return Operation("*", Number(other), self)

    def __truediv__(self, other: Operand) -> Operation:
        return Operation("/", self, _expression(other))

    def __rtruediv__(self, other: float) -> Operation:
        return Operation("/", Number(other), self)

    def __pow__(self, other: Operand) -> Operation:
        # Spreadsheets' powers may differ in the last digit: a square is a product.
        return self * self if other == 2 else Operation("^", self, _expression(other))

    def __gt__(self, other: Operand) -> Comparison:
        return Comparison(self, ">", _expression(other))

    def __ge__(self, other: Operand) -> Comparison:
        return Comparison(self, ">=", _expression(other))

    def __lt__(self, other: Operand) -> Comparison:
        return Comparison(self, "<", _expression(other))


Operand = Expression | float


def _expression(value: Operand) -> Expression:
    return value if isinstance(value, Expression) else Number(value)


@dataclass(frozen=True)
class Number(Expression):
    """A number that is part of the rule itself."""

    value: float


@dataclass(frozen=True)
class Name(Expression):
    """A number that is told later; a constant of the rule is the same for all cells."""

    name: str
    is_constant: bool = False


@dataclass(frozen=True)
class Operation(Expression):
    """Two expressions joined by a sign of arithmetic."""

    sign: Literal["+", "-", "*", "/", "^"]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Call(Expression):
    """A function of expressions."""

    function: Function
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Conditional(Expression):
    """One of two expressions, as a comparison is true or not."""

    condition: Comparison
    then: Expression
    otherwise: Expression


@dataclass(frozen=True)
class Comparison:
    """Whether one expression is greater, less or equal; `near`: not by rounding alone.

    What is near to the number compared with then counts as equal to it (see `nearness`).
    """

    left: Expression
    sign: Literal[">", ">=", "<", "="]
    right: Expression
    near: bool = False

    @property
    def bound(self) -> Expression:
        """What the left side is compared with."""
        if not self.near:
            return self.right
        if not isinstance(self.right, Number) or self.sign == "=":
            message = f"only a place on the number line has neighbours. Received: {self}"
            raise TypeError(message)
        low, high = kink_bounds(self.right.value)
        return Number(high if self.sign == ">" else low)


@dataclass(frozen=True)
class Spelling:
    """How a function is written, with `{0}` for its first argument.

    `wraps` tells that a compound argument needs parentheses; `binds` what the whole is, and so
    where it needs some itself: a "sum", a "product", a "power", or an "atom", which needs none.
    """

    text: str
    wraps: bool = False
    binds: Literal["sum", "product", "power", "atom"] = "atom"


@dataclass(frozen=True, eq=False)
class Function:
    """A function: how NumPy works it out, how it is written, and its slopes.

    There is a slope by each argument, an expression of all arguments. What a slope is at a kink
    or a tie is said there: it can't be derived.
    """

    name: str
    work_out: Callable[..., Any]
    words: Spelling
    template: Spelling
    slopes: tuple[Callable[..., Expression], ...]

    def __call__(self, *arguments: Operand) -> Call:
        """Return the function of these arguments."""
        return Call(self, tuple(map(_expression, arguments)))


def constant(name: str) -> Name:
    """Return the name of a number that a rule has for all cells alike, such as a learning rate."""
    return Name(name, is_constant=True)


def choose(condition: Comparison, then: Operand, otherwise: Operand) -> Conditional:
    """Return one expression where a condition is true, and another elsewhere.

    >>> from cnncalc.rules.evaluation import evaluate
    >>> x = Name("x")
    >>> [float(evaluate(choose(x > 0, x, 0.5 * x), {"x": value})) for value in (-2, 2)]
    [-1.0, 2.0]
    """
    return Conditional(condition, _expression(then), _expression(otherwise))


def near(condition: Comparison) -> Comparison:
    """Return the comparison that isn't true by rounding alone.

    >>> near(Name("x") > 0).bound
    Number(value=1e-12)
    """
    return replace(condition, near=True)


def equal(left: Expression, right: Operand) -> Comparison:
    """Return whether two expressions are equal."""
    return Comparison(left, "=", _expression(right))


def put(expression: Expression, values: Mapping[str, Operand]) -> Expression:
    """Return an expression with others in place of some of its names.

    >>> put(Name("x") / Name("deviation"), {"deviation": 2}) == Name("x") / 2
    True
    """
    match expression:
        case Number():
            return expression
        case Name(name):
            return _expression(values.get(name, expression))
        case Operation(sign, left, right):
            return Operation(sign, put(left, values), put(right, values))
        case Call(function, arguments):
            return Call(function, tuple(put(argument, values) for argument in arguments))
        case Conditional(condition, then, otherwise):
            sides = put(condition.left, values), put(condition.right, values)
            asked = replace(condition, left=sides[0], right=sides[1])
            return Conditional(asked, put(then, values), put(otherwise, values))
    raise TypeError(
        unknown_kind("an expression must be of a kind known in rules/formula.py", expression)
    )


def names_of(expression: Expression) -> tuple[str, ...]:
    """Return the names in an expression, in the order in which they are written first.

    >>> names_of(choose(Name("y") > 0, Name("error"), 0))
    ('y', 'error')
    """
    return tuple(dict.fromkeys(_names(expression)))


def _names(expression: Expression) -> Iterator[str]:
    match expression:
        case Number():
            return
        case Name(name):
            yield name
        case Operation(_, left, right):
            yield from (*_names(left), *_names(right))
        case Call(_, arguments):
            for argument in arguments:
                yield from _names(argument)
        case Conditional(condition, then, otherwise):
            for part in (condition.left, condition.right, then, otherwise):
                yield from _names(part)
        case _:
            raise TypeError(
                unknown_kind(
                    "an expression must be of a kind known in rules/formula.py", expression
                )
            )
