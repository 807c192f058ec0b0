"""Slopes: an expression's derivative by one of its names.

No slope is derived where there is none: at kinks and ties it is what the functions say, and at a
choice's bound what `derivative` says.
"""

from __future__ import annotations

from cnncalc.errors import unknown_kind
from cnncalc.rules.formula import (
    Call,
    Conditional,
    Expression,
    Name,
    Number,
    Operation,
    names_of,
    near,
)

__all__ = ["derivative", "times"]

_ZERO, _ONE = Number(0), Number(1)


def derivative(expression: Expression, name: str) -> Expression:
    """Return an expression's slope by one of its names.

    Where a choice changes from one expression to the other there is no slope to derive: by
    convention it is that of the side which the comparison gives to its bound, and what is near to
    the bound counts as it.
    Raises TypeError for a power whose exponent has the name in it, and an unknown kind.

    >>> x = Name("x")
    >>> derivative((x - 1) ** 2, "x") == 2 * (x - 1)
    True
    """
    match expression:
        case Number():
            return _ZERO
        case Name(other):
            return Number(float(other == name))
        case Operation():
            return _slope_of_operation(expression, name)
        case Call(function, arguments):
            slopes = (
                times(slope(*arguments), derivative(argument, name))
                for slope, argument in zip(function.slopes, arguments, strict=True)
                if name in names_of(argument)
            )
            return _added(*slopes)
        case Conditional(condition, then, otherwise):
            sides = derivative(then, name), derivative(otherwise, name)
            has_place = isinstance(condition.right, Number) and condition.sign != "="
            asked = near(condition) if has_place else condition
            return sides[0] if sides[0] == sides[1] else Conditional(asked, *sides)
    raise TypeError(
        unknown_kind("an expression must be of a kind known in rules/slopes.py", expression)
    )


def _slope_of_operation(operation: Operation, name: str) -> Expression:
    left, right = operation.left, operation.right
    by_left, by_right = derivative(left, name), derivative(right, name)
    match operation.sign:
        case "+":
            return _added(by_left, by_right)
        case "-":
            return _less(by_left, by_right)
        case "*":
            return _added(times(by_left, right), times(left, by_right))
        case "/" if by_right == _ZERO:
            return by_left / right if by_left != _ZERO else by_left
        case "/":
            return _less(times(by_left, right), times(left, by_right)) / (right * right)
        case "^" if isinstance(right, Number):
            return times(times(right, left ** (right.value - 1)), by_left)
    raise TypeError(operation.sign)


def _added(*terms: Expression) -> Expression:
    """Return a sum without zeros; twice the same is said as twice."""
    result, *others = [term for term in terms if term != _ZERO] or [_ZERO]
    for term in others:
        result = times(Number(2), term) if term == result else result + term
    return result


def _less(left: Expression, right: Expression) -> Expression:
    if _ZERO in (left, right):
        return _added(left, times(Number(-1), right))
    return left - right


def times(left: Expression, right: Expression) -> Expression:
    """Return a product as short as it can be written: 0 and 1 said, numbers first and joined.

    What is multiplied by a choice is multiplied by its sides, by a product by its factors.

    >>> from cnncalc.rules.formula import choose
    >>> error, y = Name("error"), Name("y")
    >>> times(error, choose(y > 0, 1, 0.2)) == choose(y > 0, error, 0.2 * error)
    True
    """
    if isinstance(left, Number):
        return _multiple(left.value, right)
    if isinstance(right, Number):
        return _multiple(right.value, left)
    match left, right:
        case other, Conditional(condition, then, otherwise):
            return Conditional(condition, times(other, then), times(other, otherwise))
        case Conditional(condition, then, otherwise), other:
            return Conditional(condition, times(then, other), times(otherwise, other))
    return _in_turn(left, right)


def _in_turn(left: Expression, right: Expression) -> Operation:
    """Return a product, by one factor of the right side after the other."""
    match right:
        case Operation("*", inner, last):
            return _in_turn(left, inner) * last
    return left * right


def _multiple(number: float, expression: Expression) -> Expression:
    """Return a number times an expression."""
    match expression:
        case _ if number == 0:
            return _ZERO
        case _ if number == 1:
            return expression
        case Number(value):
            return Number(number * value)
        case Operation("*", inner, last):
            return times(_multiple(number, inner), last)
        case Conditional(condition, then, otherwise):
            return Conditional(condition, _multiple(number, then), _multiple(number, otherwise))
    return number * expression
